/// One text with secrets planted in it, made at run time from a seed.
public struct CorpusCase: Sendable {
    /// How hard a secret is to tell.
    public enum Tier: String, Sendable, CaseIterable {
        /// A credential with a published format.
        case format
        /// A secret by where it stands: a URI, a header, a key file.
        case structure
        /// A random value under a telling name.
        case named
        /// A password a person chose, under a telling name.
        case word
        /// One of the others, disguised.
        case disguised
    }

    /// The tier.
    public let tier: Tier
    /// The detector, syntax or technique it is there to test.
    public let label: String
    /// The text.
    public let text: String
    /// What must not be readable in the scrubbed text.
    public let secrets: [String]

    /// Makes a case.
    public init(_ tier: Tier, _ label: String, _ text: String, _ secrets: [String]) {
        self.tier = tier
        self.label = label
        self.text = text
        self.secrets = secrets
    }
}
