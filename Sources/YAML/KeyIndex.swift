/// Collects the names of all keys that a reader asks for, such as `upstreams.*.timeout`: how a test holds a commented example equal to
/// what the reader knows.
public final class KeyIndex {
    /// The names; lists are `[]` and names of the author's choice `*`.
    public private(set) var keys: Set<String> = []

    /// Makes an empty index.
    public init() {}

    func add(_ key: String) { keys.insert(key) }
}
