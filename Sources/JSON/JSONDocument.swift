/// A parsed text: the bytes as they came and a flat tape of what stands where in them. Immutable, and cheap to point into.
///
/// Nothing is decoded or converted until it is asked for. What was checked is what is read: there is no second parser behind it.
public final class JSONDocument: Sendable {
    /// The source; of a reply that needed repair, the repaired source.
    let bytes: [UInt8]
    let tape: [TapeEntry]

    /// How many sequences were replaced by U+FFFD; always 0 in the request dialect.
    public let repairs: Int

    private init(bytes: [UInt8], tape: [TapeEntry], repairs: Int) {
        self.bytes = bytes
        self.tape = tape
        self.repairs = repairs
    }

    /// Parses one whole text, strictly by RFC 8259 and the dialect's bounds.
    ///
    /// Time grows with the length of the text alone, whatever it holds; memory is at most 16 bytes for each value and key.
    public static func parse(_ bytes: [UInt8], dialect: JSONDialect = .request) throws(JSONFailure) -> JSONDocument {
        do throws(JSONFailure) {
            return JSONDocument(bytes: bytes, tape: try TapeBuilder.tape(of: bytes, dialect), repairs: 0)
        } catch {
            let isRepairable = error.reason == .invalidUTF8 || error.reason == .loneSurrogate
            guard dialect.repairs, isRepairable else { throw error }
        }
        let (repaired, repairs) = StringRepair.repaired(bytes)
        return JSONDocument(bytes: repaired, tape: try TapeBuilder.tape(of: repaired, dialect), repairs: repairs)
    }

    /// The top-level value.
    public var root: JSONNode { JSONNode(document: self, index: 0) }
}
