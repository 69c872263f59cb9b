import Core
import Crypto

/// The detectors together with the key that makes a tenant's placeholders: what scrubbers are made from. Shared by all loops.
public final class RedactionEngine: Sendable {
    /// The detectors.
    public let detectors: DetectorSet
    /// How secrets are replaced.
    public let style: Placeholder.Style
    /// What their placeholders begin with, kind by kind.
    let heads: [PlaceholderHead]
    /// What is done about text that is not for its reader.
    public let hygiene: Hygiene
    /// Values that are secrets wherever they stand.
    public let known: KnownSecrets?
    /// Values of which only hashes are known.
    public let enrolled: EnrolledSecrets?
    /// What passes though a detector finds it; nil for nothing.
    let allowing: AllowTable?
    /// Whether anything does: its scrubbers are told whose reply comes, then.
    public var hasAllowances: Bool { allowing != nil }
    private let key: HMACKey

    /// Makes an engine. `tenantKey` is 16 bytes or more, the same on every replica that serves the tenant.
    public init(
        detectors: DetectorSet, tenantKey: SecretBytes, style: Placeholder.Style = .typed, known: KnownSecrets? = nil,
        enrolled: EnrolledSecrets? = nil, hygiene: Hygiene = .off
    ) {
        self.detectors = detectors
        self.style = style
        heads = detectors.kinds.map { PlaceholderHead(kind: $0, style: style) }
        self.known = known
        self.hygiene = hygiene
        self.enrolled = enrolled
        allowing = nil
        key = HMACKey(tenantKey, hash: .sha256)
    }

    /// The same engine with another hygiene.
    public convenience init(_ other: RedactionEngine, hygiene: Hygiene) {
        self.init(other, hygiene: hygiene, style: other.style, allowing: other.allowing, key: other.key)
    }

    /// The same detectors and known values, as the replies to one tenant are scrubbed.
    ///
    /// - Parameters:
    ///   - rules: what its policy says.
    ///   - tenant: its name. Equal secrets look equal to one tenant, and different to another. Nil keeps the key as it is.
    ///   - ownKey: its own key; without one its key is made of the shared one and the name.
    public convenience init(_ other: RedactionEngine, rules: RedactionRules, tenant: String?, ownKey: SecretBytes? = nil) {
        self.init(
            other, hygiene: rules.hygiene, style: rules.style ?? other.style, allowing: AllowTable(rules.allow, other.detectors),
            key: ownKey.map { HMACKey($0, hash: .sha256) } ?? tenant.map { other.key(of: $0) } ?? other.key)
    }

    private init(_ other: RedactionEngine, hygiene: Hygiene, style: Placeholder.Style, allowing: AllowTable?, key: HMACKey) {
        detectors = other.detectors
        known = other.known
        enrolled = other.enrolled
        self.hygiene = hygiene
        self.style = style
        heads = style == other.style ? other.heads : detectors.kinds.map { PlaceholderHead(kind: $0, style: style) }
        self.allowing = allowing
        self.key = key
    }

    /// The key of a tenant: whoever has it learns nothing of another's, nor of the shared one.
    private func key(of tenant: String) -> HMACKey {
        var derived = key.authenticate(Array("louver tenant 1 \(tenant)".utf8).span)
        return HMACKey(SecretBytes(taking: &derived), hash: .sha256)
    }

    /// Looks whether a text holds a placeholder of ours, `REDACTED_` and one of the kinds or a tag, as it stands or in a disguise that
    /// redaction sees through.
    public func findPlaceholder(in text: Span<UInt8>) -> ReturnedPlaceholder.Outcome {
        ReturnedPlaceholder(kinds: detectors.kindBytes, showsTagsAlone: style == .hashOnly).look(at: text)
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
