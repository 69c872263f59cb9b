/// What kind of thing a method acts on.
public enum ObjectKind: UInt8, Sendable, CaseIterable {
    /// A tool, by name.
    case tool
    /// A prompt, by name.
    case prompt
    /// A resource, by URI or URI template.
    case resource
    /// Nothing that has a name.
    case none
}
