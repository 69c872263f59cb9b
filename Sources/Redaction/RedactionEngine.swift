import Core
import Crypto

/// The detectors together with the key that makes a tenant's placeholders: what scrubbers are made from. Shared by all loops.
public final class RedactionEngine: Sendable {
    /// The detectors.
    public let detectors: DetectorSet
    /// How secrets are replaced.
    public let style: Placeholder.Style
    /// What is done about text that is not for its reader.
    public let hygiene: Hygiene
    /// Values that are secrets wherever they stand.
    public let known: KnownSecrets?
    /// Values of which only hashes are known.
    public let enrolled: EnrolledSecrets?
    private let key: HMACKey

    /// Makes an engine. `tenantKey` is 16 bytes or more, the same on every replica that serves the tenant.
    public init(
        detectors: DetectorSet, tenantKey: SecretBytes, style: Placeholder.Style = .typed, known: KnownSecrets? = nil,
        enrolled: EnrolledSecrets? = nil, hygiene: Hygiene = .off
    ) {
        self.detectors = detectors
        self.style = style
        self.known = known
        self.hygiene = hygiene
        self.enrolled = enrolled
        key = HMACKey(tenantKey, hash: .sha256)
    }

    /// The same engine with another hygiene.
    public init(_ other: RedactionEngine, hygiene: Hygiene) {
        detectors = other.detectors
        style = other.style
        known = other.known
        enrolled = other.enrolled
        key = other.key
        self.hygiene = hygiene
    }

    /// Whether a text holds a placeholder of ours: `REDACTED_` and one of the kinds, or a tag.
    public func holdsPlaceholder(_ text: Span<UInt8>) -> Bool {
        let head: StaticString = "REDACTED_"
        var at = 0
        while at + head.utf8CodeUnitCount < text.count {
            var same = 0
            while same < head.utf8CodeUnitCount, text[at + same] == head.utf8Start[same] { same += 1 }
            at += max(1, same)
            guard same == head.utf8CodeUnitCount else { continue }
            var kind: [UInt8] = []
            while at < text.count, Placeholder.isKindByte(text[at]), kind.count <= 40 {
                kind.append(text[at])
                at += 1
            }
            if kind.count == Placeholder.tagCount || detectors.kindBytes.contains(kind) { return true }
        }
        return false
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
