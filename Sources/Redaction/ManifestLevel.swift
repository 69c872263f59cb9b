import Core

/// What is known of an object of a reply that may be a manifest of Kubernetes: the values of a Secret are told by what they stand in.
struct ManifestLevel {
    enum Values: UInt8 {
        case none
        /// Those of `data`, in base64.
        case encoded
        /// Those of `stringData`.
        case plain
    }

    private enum Kind: UInt8 {
        case unknown
        case secret
        case other
    }

    private var isManifest = false
    private var kind = Kind.unknown
    /// The next string says what kind of object it is.
    private(set) var isKind = false
    /// What the next object holds.
    private(set) var opens = Values.none
    /// What this object holds.
    var holds = Values.none

    /// A member begins. `kubectl` writes `data` before `kind`: until that is known, what is base64 counts.
    mutating func name(_ key: Span<UInt8>) {
        isKind = false
        opens = .none
        switch key.count {
        case 4:
            if ASCII.equals(key, "kind") {
                isKind = true
            } else if kind == .secret || isManifest && kind == .unknown, ASCII.equals(key, "data") {
                opens = .encoded
            }
        case 10, 11:
            if ASCII.equals(key, "apiVersion") || ASCII.equals(key, "api_version") {
                isManifest = true
            } else if ASCII.equals(key, "stringData") || ASCII.equals(key, "string_data") {
                opens = .plain
            }
        default: return
        }
    }

    /// The string that says what kind of object it is.
    mutating func takeKind(_ word: Span<UInt8>) { kind = ASCII.equals(word, "Secret") ? .secret : .other }

    /// What a member's value is, whatever its name says.
    func value(_ key: Span<UInt8>) -> KeyClass? {
        switch holds {
        case .none: nil
        case .encoded: .encodedSecretValue
        case .plain: Self.isHarmless(key) ? nil : .secretValue
        }
    }

    /// Names of values that are no secrets.
    static func isHarmless(_ name: Span<UInt8>) -> Bool {
        for word in harmlessNames where ASCII.equalsIgnoringCase(name, word) { return true }
        return false
    }

    private static let harmlessNames: [StaticString] = [
        "username", "user", "login", "host", "hostname", "port", "database", "dbname", "schema", "engine", "type", "region",
    ]
}
