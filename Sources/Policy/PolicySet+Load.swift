import YAML

/// Finds the text of another file a policy asks for; nil when there is none. The path it answers with is how faults name the file, and
/// must be the same for the same file.
public typealias PolicyResolver = (PolicyReference) -> PolicyText?

extension PolicySet {
    /// Reads a policy with everything it extends. All faults of all files are added to `faults`; nil when there was one, so a faulty policy
    /// never starts and never replaces a running one.
    public static func load(_ text: PolicyText, faults: Faults, resolve: @escaping PolicyResolver) -> PolicySet? {
        PolicyLoader(faults: faults, resolve: resolve).load(text)
    }
}
