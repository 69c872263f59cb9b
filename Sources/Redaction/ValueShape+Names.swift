import Core

/// Values that name something: an address, a digest, the place or the name of a secret, a session.
extension ValueShape {
    /// Whether it is an address: its userinfo, if any, is looked at by itself.
    static func isAddress(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard bytes.count > 3, letters.contains([.colon, .slash]) else { return false }
        for at in 1..<bytes.count - 2 where bytes[at] == 0x3A && bytes[at + 1] == 0x2F && bytes[at + 2] == 0x2F { return true }
        return false
    }

    /// `env:NAME`, `file:/run/x`: where a secret is to be read.
    static func isReference(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        !letters.isDisjoint(with: [.colon, .plus]) && begins(bytes, with: references)
    }

    private static let references: [StaticString] = [
        "env:", "file:", "secret:", "secret|arn:", "pullsecret:", "ext:", "vault:", "ssm:", "ref+", "op:",
    ]

    /// `sha256:…`, `arn:…` and their like.
    static func isDigest(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        !letters.isDisjoint(with: [.colon, .hyphen]) && begins(bytes, with: digestHeads)
    }

    private static let digestHeads: [StaticString] = ["sha256:", "sha256-", "sha512-", "sha384-", "sha1:", "md5:", "arn:", "urn:"]

    /// Whether it begins with one of these and goes on behind it.
    private static func begins(_ bytes: Span<UInt8>, with heads: [StaticString]) -> Bool {
        for head in heads
        where bytes.count > head.utf8CodeUnitCount && ASCII.equals(bytes.extracting(0..<head.utf8CodeUnitCount), head) {
            return true
        }
        return false
    }

    /// `airflow-database-credentials`: the name of a secret in Kubernetes.
    static func isNameOfSecret(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.hyphen), letters.isSubset(of: [.lower, .digit, .hyphen, .underscore]) else { return false }
        var last = bytes.count
        while last > 0, bytes[last - 1] != 0x2D { last -= 1 }
        guard last > 1, last < bytes.count else { return false }
        for word in secretNames where ASCII.equals(bytes.extracting(last...), word) { return true }
        return false
    }

    private static let secretNames: [StaticString] = [
        "secret", "secrets", "credential", "credentials", "creds", "password", "passwords", "token", "key", "keys", "auth", "config", "tls",
    ]

    /// `0x14ede63a5a70002`: the number of a session or of a place in memory.
    static func isHandle(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 2, bytes.count <= 18, bytes[0] == 0x30, bytes[1] | 0x20 == 0x78 else { return false }
        for at in 2..<bytes.count where Hex.value(of: bytes[at]) == nil { return false }
        return true
    }
}
