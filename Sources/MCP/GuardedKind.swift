/// What kind of thing a request reaches for, so that policy can be asked about it by kind and name.
public enum GuardedKind: UInt8, Sendable, Equatable, CaseIterable {
    /// Nothing of its own: the method is all there is to decide on.
    case none
    /// A tool, by `params.name`.
    case tool
    /// A prompt, by `params.name` or a completion's `ref.name`.
    case prompt
    /// A resource, by URI.
    case resource
    /// A resource template, by its URI template: in lists, and in a completion's `ref.uri`.
    case resourceTemplate
}
