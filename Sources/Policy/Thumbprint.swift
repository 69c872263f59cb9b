import Core

/// The fingerprint of a certificate as people write it.
enum Thumbprint {
    /// Reads 32 bytes in hexadecimal, with or without colons, in any case; nil for anything else.
    static func read(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 64 else { return nil }
        return Hex.decode(Array(digits))
    }
}
