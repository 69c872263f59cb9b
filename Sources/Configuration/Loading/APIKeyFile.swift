import Core
import Identity
import YAML

/// A file of API keys: a list, each with an id and the SHA-256 of the key.
///
///     keys:
///       - id: nightly-report
///         sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
///         groups: [analytics]
///         expires: 2027-06-30
enum APIKeyFile {
    /// Reads a text; nil after a fault.
    static func read(_ bytes: [UInt8], file: String, faults: Faults) -> APIKeys? {
        let found = Faults()
        defer { faults.add(contentsOf: found) }
        let keys = NodeReader.read(bytes, file: file, faults: found) { reader in
            if !reader.has("keys") { reader.missing("keys", example: "[{id: nightly-report, sha256: ...}]") }
            return reader.list("keys") { inner, _ in key(inner) }
        }
        guard found.isEmpty, let keys else { return nil }
        do {
            return try APIKeys(keys)
        } catch {
            found.add(file, nil, error.message, remedy: error.remedy)
            return nil
        }
    }

    private static func key(_ reader: NodeReader) -> APIKeys.Key {
        let id = reader.string("id", example: "nightly-report")
        let written = reader.string("sha256", example: "what `louver token issue --api-key` prints")
        let digest = Hex.decode(Array(written.utf8)) ?? []
        if !written.isEmpty, digest.count != 32 {
            reader.fault("sha256", "`\(reader.name(of: "sha256"))` is not a SHA-256 in hexadecimal", remedy: "write its 64 digits")
        }
        var key = APIKeys.Key(id: Array(id.utf8), digest: digest)
        key.groups = reader.strings("groups").map { Array($0.utf8) }
        key.scopes = reader.strings("scopes").map { Array($0.utf8) }
        if let day = reader.optionalString("expires") {
            key.expires = CalendarDay(day)?.start
            if key.expires == nil {
                reader.fault(
                    "expires", "`\(reader.name(of: "expires"))` is not a day: \(Fault.quote(day))", remedy: "write it like 2027-06-30")
            }
        }
        return key
    }
}
