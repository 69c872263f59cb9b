import Core
import JSON

/// One line of an audit log as it was read: its text, its place in the chain, and its members.
public struct AuditLine: Sendable {
    /// The whole line, without its newline.
    public let text: [UInt8]
    /// Its place in the chain, as it claims.
    public let link: AuditChain.Link
    /// What its hash covers.
    let hashed: Range<Int>
    private let document: JSONDocument

    /// Reads a line; nil for what is none.
    public init?(_ text: [UInt8]) {
        // Quotes in values are escaped, so this can stand nowhere but at the end.
        guard text.count <= Limits.auditLineBytesMax, let end = Self.find(",\"chain\":\"", in: text) else { return nil }
        guard let document = try? JSONDocument.parse(text, dialect: .request),
            let run = document.root["run"]?.string, run.count == 16,
            let sequence = document.root["seq"]?.int64, sequence >= 0,
            let hash = document.root["chain"]?.string, hash.count == 64
        else { return nil }
        self.text = text
        self.document = document
        hashed = 0..<end
        link = AuditChain.Link(run: run, sequence: Int(sequence), hash: hash)
    }

    /// The members.
    public var root: JSONNode { document.root }

    /// A member that is a string.
    public func string(_ key: StaticString) -> [UInt8]? { document.root[key]?.string }

    /// Whether it is a decision, and not one of the lines that hold the chain together.
    public var isDecision: Bool { document.root["decision"] != nil }

    /// Whether it is an event that bears on decisions: see `AuditEvent`.
    public var isEvent: Bool { document.root["event"] != nil }

    private static func find(_ text: StaticString, in bytes: [UInt8]) -> Int? {
        let count = text.utf8CodeUnitCount
        var at = bytes.count - count
        while at >= 0 {
            if bytes[at] == UInt8(ascii: ","), ASCII.equals(bytes.span.extracting(at..<at + count), text) { return at }
            at -= 1
        }
        return nil
    }
}
