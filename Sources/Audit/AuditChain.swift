import Core
import Crypto
import Telemetry

/// Makes the lines of one run of the process into a chain: each carries its number, and the SHA-256 over the link before it and its text.
///
/// A line is `{"run":"...","seq":1,` + members + `,"chain":"..."}`; what is hashed ends before `,"chain"`. The first line of a run, and of
/// each file, names the link it goes on from, so that files can be checked one after the other.
public struct AuditChain {
    /// The place in a chain.
    public struct Link: Sendable, Equatable {
        /// Which run of the process.
        public var run: [UInt8]
        /// The number of the line, from 0.
        public var sequence: Int
        /// The line's hash, in hexadecimal.
        public var hash: [UInt8]
    }

    /// 16 hexadecimal digits that no other run has.
    public let run: [UInt8]
    private let signer: SigningKey?
    private let digest = RunningDigest()
    /// How each line of the run begins, up to its number.
    private let head: [UInt8]
    /// The number of the next line.
    private var next = 0
    /// The hash of the line before it, in hexadecimal.
    private var before = InlineArray<64, UInt8>(repeating: UInt8(ascii: "0"))

    /// Begins a run.
    public init(run: [UInt8], signer: SigningKey?) {
        self.run = run
        self.signer = signer
        head = Array("{\"run\":\"".utf8) + run + Array("\",\"seq\":".utf8)
    }

    /// The line that was sealed last; nil before the first.
    public var last: Link? { next == 0 ? nil : Link(run: run, sequence: next - 1, hash: hash) }

    private var hash: [UInt8] { before.span.withUnsafeBufferPointer { [UInt8]($0) } }

    /// Goes back to an earlier line of the run, when later ones could not be written.
    public mutating func rewind(to link: Link?) {
        next = link.map { $0.sequence + 1 } ?? 0
        for at in 0..<64 { before[at] = link.map { $0.hash[at] } ?? UInt8(ascii: "0") }
    }

    /// Seals the members of one line, and appends the line with its newline.
    public mutating func seal(_ members: Span<UInt8>, signed: Bool = false, into out: inout ByteBuffer) {
        let begin = out.readableCount
        LinePen.write(atMost: head.count + LinePen.numberRoom + 1 + members.count, into: &out) { pen in
            pen.put(head.span)
            pen.decimal(UInt64(next))
            pen.put(",")
            pen.put(members)
        }
        digest.begin()
        digest.update(before.span)
        digest.update(out.readable.extracting(begin..<out.readableCount))
        let words = digest.finish()
        withUnsafeMutableBytes(of: &before) { text in
            for at in 0..<4 {
                let (first, last) = JSONLine.digits(of: words[at])
                text.storeBytes(of: first, toByteOffset: 16 * at, as: UInt64.self)
                text.storeBytes(of: last, toByteOffset: 16 * at + 8, as: UInt64.self)
            }
        }
        next += 1
        LinePen.write(atMost: 80, into: &out) { pen in
            pen.put(",\"chain\":\"")
            pen.put(before.span)
            pen.put(signed ? "\"" : "\"}\n")
        }
        guard signed else { return }
        if let signer { sign(by: signer, into: &out) }
        out.append("}\n")
    }

    private func sign(by signer: SigningKey, into out: inout ByteBuffer) {
        let algorithm = signer.defaultAlgorithm
        // A key that cannot sign was refused when it was loaded.
        let text = Self.signedText(hash)
        guard let signature = try? signer.sign(algorithm, over: text.span) else { return }
        out.append(",\"alg\":\"")
        out.append(Array(algorithm.name.utf8))
        out.append("\",\"signature\":\"")
        out.append(Base64.encode(signature, .url))
        out.append("\"")
    }

    /// What stands in the place of the link before the first line.
    static let origin = [UInt8](repeating: UInt8(ascii: "0"), count: 64)

    /// What a checkpoint signs: its own hash, which covers everything before it.
    static func signedText(_ hash: [UInt8]) -> [UInt8] { Array("louver audit checkpoint 1 ".utf8) + hash }
}
