import Testing

@testable import Identity

/// A token that must be refused, and why.
struct Hostile: Sendable, CustomTestStringConvertible {
    let name: String
    let refusal: TokenRefusal
    let make: @Sendable () -> [UInt8]

    init(_ name: String, _ refusal: TokenRefusal, _ make: @escaping @Sendable () -> [UInt8]) {
        self.name = name
        self.refusal = refusal
        self.make = make
    }

    /// A token whose claims differ from a sound one's, well signed.
    static func claims(_ name: String, _ refusal: TokenRefusal, _ changes: [String: String?]) -> Hostile {
        Hostile(name, refusal) { Forge.sound(changes) }
    }

    /// A token whose header differs from a sound one's, well signed.
    static func header(_ name: String, _ refusal: TokenRefusal, _ changes: [String: String?]) -> Hostile {
        Hostile(name, refusal) { Forge.token(Forge.header(changes), Forge.claims(), Forge.rsa) }
    }

    /// A token whose claims are this text, well signed.
    static func payload(_ name: String, _ refusal: TokenRefusal, _ text: String) -> Hostile {
        Hostile(name, refusal) { Forge.token(Forge.header(), text, Forge.rsa) }
    }

    /// A token whose header is this text, well signed.
    static func head(_ name: String, _ refusal: TokenRefusal, _ text: String) -> Hostile {
        Hostile(name, refusal) { Forge.token(text, Forge.claims(), Forge.rsa) }
    }

    /// A token whose text is changed after it was signed.
    static func text(_ name: String, _ refusal: TokenRefusal, _ change: @escaping @Sendable (String) -> String) -> Hostile {
        Hostile(name, refusal) { Forge.bytes(change(Forge.text(Forge.sound()))) }
    }

    var testDescription: String { name }
}
