import YAML

/// Finds the text of another file a policy asks for; nil when there is none. The path it answers with is how faults name the file, and
/// must be the same for the same file.
public typealias PolicyResolver = (PolicyReference) -> PolicyText?

extension PolicySet {
    /// Reads a policy with everything it extends. All faults of all files are added to `faults`; nil when there was one, so a faulty policy
    /// never starts and never replaces a running one.
    /// - Parameter keys: is told every key that is asked for.
    public static func load(
        _ text: PolicyText, faults: Faults, keys: KeyIndex? = nil, resolve: @escaping PolicyResolver
    ) -> PolicySet? {
        PolicyLoader(faults: faults, keys: keys, resolve: resolve).load(text)
    }
}
