import YAML

/// A file that a configuration names, with the place where it does, so that whoever opens it can say where a fault was written.
public struct FileReference: Sendable, Hashable {
    /// The path, from the directory of the configuration file.
    public let path: String
    /// The full name of the key, such as `listen[0].tls.key`; empty for a file that no key names, like the configuration itself.
    public let key: String
    /// The file that holds the key, as faults name it.
    public let file: String
    /// Where the value begins; nil without a key.
    public let mark: YAMLMark?

    /// Makes a reference.
    public init(path: String, key: String, file: String, mark: YAMLMark?) {
        self.path = path
        self.key = key
        self.file = file
        self.mark = mark
    }

    /// A reference to a file that no key names.
    public init(unnamed path: String) { self.init(path: path, key: "", file: path, mark: nil) }
}
