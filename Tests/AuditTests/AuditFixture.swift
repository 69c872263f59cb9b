import Core
import Crypto
import Glibc
import TestSupport

@testable import Audit

/// An audit file of a test's own, and what is in it.
final class AuditFixture {
    private let folder = TemporaryFolder()
    var path: String { folder.path + "/audit.log" }

    /// A fresh key.
    static func key() -> SigningKey {
        guard let key = try? SigningKey.pem(SecretBytes(GeneratedKey.ed25519().span)) else { preconditionFailure("no key") }
        return key
    }

    /// The members of a decision.
    static func members(_ number: Int) -> [UInt8] {
        Array("\"time\":\"2026-11-21T10:00:00.000Z\",\"decision\":\"allow\",\"object\":\"tool \(number)\"\n".utf8)
    }

    func read() -> [[UInt8]] {
        var bytes: [UInt8] = []
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { [UInt8]($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    func write(_ lines: [[UInt8]]) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        defer { close(file) }
        let bytes: [UInt8] = lines.reduce(into: []) { $0 += $1 + [0x0A] }
        _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    }
}

extension AuditVerifier {
    static func check(_ lines: [[UInt8]], key: VerifyingKey? = nil) -> Findings {
        var verifier = AuditVerifier(key: key)
        for (at, line) in lines.enumerated() { verifier.take(line, file: "audit.log", number: at + 1) }
        verifier.finish()
        return verifier.findings
    }
}

extension AuditChain {
    mutating func seal(_ members: [UInt8], signed: Bool = false, into out: inout ByteBuffer) {
        seal(members.span, signed: signed, into: &out)
    }
}
