/// What the program calls itself.
public enum Product {
    /// The name, as commands, `Server` fields and protocol messages write it.
    public static let name: StaticString = "louver"
    /// The version, after semver.org; CHANGELOG.md says what is in it.
    public static let version: StaticString = "0.1.0"
}
