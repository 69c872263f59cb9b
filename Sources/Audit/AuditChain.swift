import Core
import Crypto

/// Makes the lines of one run of the process into a chain: each carries its number, and the SHA-256 over the link before it and its text.
///
/// A line is `{"run":"...","seq":1,` + members + `,"chain":"..."}`; what is hashed ends before `,"chain"`. The first line of a run, and of
/// each file, names the link it goes on from, so that files can be checked one after the other.
public struct AuditChain: Sendable {
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
    /// The line that was sealed last; nil before the first.
    public private(set) var last: Link?
    private let signer: SigningKey?

    /// Begins a run.
    public init(run: [UInt8], signer: SigningKey?) {
        self.run = run
        self.signer = signer
    }

    /// The number of the next line.
    public var next: Int { last.map { $0.sequence + 1 } ?? 0 }

    /// Goes back to an earlier line, when later ones could not be written.
    public mutating func rewind(to link: Link?) { last = link }

    /// Seals the members of one line, and appends the line with its newline.
    public mutating func seal(_ members: Span<UInt8>, signed: Bool = false, into out: inout ByteBuffer) {
        let number = next
        var scratch = ByteBuffer(capacity: 512)
        scratch.append(last?.hash ?? Self.origin)
        scratch.append("{\"run\":\"")
        scratch.append(run)
        scratch.append("\",\"seq\":")
        scratch.append(decimal: number)
        scratch.append(",")
        scratch.append(members)
        let hash = Hex.encode(Digest.sha256Value(scratch.readable).bytes)
        out.append(scratch.readable.extracting(Self.origin.count..<scratch.readableCount))
        out.append(",\"chain\":\"")
        out.append(hash)
        out.append("\"")
        last = Link(run: run, sequence: number, hash: hash)
        if signed, let signer { sign(hash, by: signer, into: &out) }
        out.append("}\n")
    }

    private func sign(_ hash: [UInt8], by signer: SigningKey, into out: inout ByteBuffer) {
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
