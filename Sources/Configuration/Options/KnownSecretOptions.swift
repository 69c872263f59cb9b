/// Where values come from that are secrets wherever they stand.
public struct KnownSecretOptions: Sendable {
    /// Environment variables whose values are secrets: names, `*` at the end for all that begin so.
    public var environment: [String]
    /// Files with values in clear: lines, `NAME=value`, or a JSON export.
    public var files: [FileReference]
    /// Files of keyed hashes, made by `louver redact enroll`.
    public var enrolled: [FileReference]

    /// Makes the options.
    public init(environment: [String] = [], files: [FileReference] = [], enrolled: [FileReference] = []) {
        self.environment = environment
        self.files = files
        self.enrolled = enrolled
    }

    /// Whether any are named.
    public var isEmpty: Bool { environment.isEmpty && files.isEmpty && enrolled.isEmpty }
}
