import Core
import Crypto

/// The detectors together with the key that makes a tenant's placeholders: what scrubbers are made from. Shared by all loops.
public final class RedactionEngine: Sendable {
    /// The detectors.
    public let detectors: DetectorSet
    /// How secrets are replaced.
    public let style: Placeholder.Style
    /// Values that are secrets wherever they stand.
    public let known: KnownSecrets?
    /// Values of which only hashes are known.
    public let enrolled: EnrolledSecrets?
    private let key: HMACKey

    /// Makes an engine. `tenantKey` is 16 bytes or more, the same on every replica that serves the tenant.
    public init(
        detectors: DetectorSet, tenantKey: SecretBytes, style: Placeholder.Style = .typed, known: KnownSecrets? = nil,
        enrolled: EnrolledSecrets? = nil
    ) {
        self.detectors = detectors
        self.style = style
        self.known = known
        self.enrolled = enrolled
        key = HMACKey(tenantKey, hash: .sha256)
    }

    /// The 40 bits that stand for a secret in placeholders.
    func tag(of secret: Span<UInt8>) -> UInt64 {
        let code = key.authenticate(secret)
        var tag: UInt64 = 0
        for at in 0..<5 { tag = tag << 8 | UInt64(code[at]) }
        return tag
    }

    /// The tag of a private key, which is the same however its lines are broken.
    func tagOfBody(_ body: Span<UInt8>) -> UInt64 {
        var letters: [UInt8] = []
        letters.reserveCapacity(body.count)
        for at in 0..<body.count where body[at] > 0x20 { letters.append(body[at]) }
        return tag(of: letters.span)
    }
}
