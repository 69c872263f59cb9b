/// One credential format, as its file describes it.
public struct Detector: Sendable {
    /// Where a match is looked for once one of the literals was seen.
    public enum Search: String, Sendable, CaseIterable {
        /// The pattern begins with the literal, after context that it only looks back at.
        case prefix
        /// The literal lies inside: the pattern is searched for from the start of the run of token characters around it.
        case run
    }

    /// What is done with what it finds.
    enum Effect: String, CaseIterable {
        case replace
        case mark
    }

    /// Its name in reports: lower case and hyphens, unique.
    public let id: String
    /// The kind that placeholders show; several detectors may share one.
    public let kind: String
    /// What it finds, in words.
    public let about: String
    /// Texts one of which every match holds.
    public let literals: [String]
    /// Whether the literals match in any case.
    public let ignoresCase: Bool
    /// The PCRE2 pattern.
    public let pattern: String
    /// Which group is the secret; 0 for the whole match.
    public let group: Int
    /// The least Shannon entropy of the secret, in bits per character; 0 for none.
    public let entropy: Double
    /// Whether a match is certain enough to withhold a reply for.
    public let isPrecise: Bool
    /// Whether the tag is that of the whole match, though only a group of it is replaced.
    public let tagsWhole: Bool
    /// Where a match is looked for.
    public let search: Search
    /// Templates of texts it must find, such as `AKIA{A-Z2-7:16}`.
    public let positives: [String]
    /// Templates of texts it must leave alone.
    public let negatives: [String]

    /// Whether what it finds is no secret but text to be marked.
    public let marks: Bool

    let compiled: CompiledPattern
    let kindIndex: UInt16
    /// Its place among all that finds secrets, behind the kinds that the engine knows by itself.
    let source: UInt16
}
