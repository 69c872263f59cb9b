import Core

/// The fields of a body of `application/x-www-form-urlencoded` (RFC 6749 appendix B), read strictly.
struct FormFields {
    private let fields: [(name: [UInt8], value: [UInt8])]

    /// Nil for a body over the bound or with more than `Limits.formFieldsMax` fields, a bad escape, or a name that stands twice, except
    /// `resource`, which may (RFC 6749 section 3.2, RFC 8707 section 2).
    init?(_ body: [UInt8]) {
        guard body.count <= Limits.tokenRequestBytesMax else { return nil }
        var fields: [(name: [UInt8], value: [UInt8])] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < Limits.formFieldsMax, let name = Self.decoded(parts[0]), let value = Self.decoded(parts.last ?? []) else {
                return nil
            }
            guard parts.count == 2, Self.mayRepeat(name) || !fields.contains(where: { $0.name == name }) else { return nil }
            fields.append((name, value))
        }
        self.fields = fields
    }

    /// The value of a field; nil where it is missing or empty (RFC 6749 section 3.2: an empty one counts as left out).
    func value(_ name: StaticString) -> [UInt8]? { values(name).first }

    /// All values of a field that may stand more than once.
    func values(_ name: StaticString) -> [[UInt8]] {
        fields.filter { ASCII.equals($0.name.span, name) && !$0.value.isEmpty }.map(\.value)
    }

    private static func mayRepeat(_ name: [UInt8]) -> Bool { ASCII.equals(name.span, "resource") }

    /// A text with its escapes taken off; nil where one is broken.
    static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var at = text.startIndex
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard at + 2 < text.endIndex, let high = Hex.value(of: text[at + 1]), let low = Hex.value(of: text[at + 2]) else {
                    return nil
                }
                out.append(high << 4 | low)
                at += 2
            default: out.append(text[at])
            }
            at += 1
        }
        return out
    }
}
