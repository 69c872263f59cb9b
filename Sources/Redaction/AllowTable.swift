import Core

/// The entries of `allow`, made ready for the detectors of one engine. Shared by all loops.
final class AllowTable: Sendable {
    /// One entry.
    struct Entry: Sendable {
        /// Whether what a source found is meant, by source; nil for all that look for secrets.
        let sources: [Bool]?
        let allowance: Allowance
    }

    let entries: [Entry]
    /// Whether some entry asks where a value stands.
    let hasPaths: Bool

    /// Nil when there is nothing in it.
    init?(_ allowances: [Allowance], _ detectors: DetectorSet) {
        if allowances.isEmpty { return nil }
        let names = detectors.sourceNames.map { Array($0.utf8) }
        entries = allowances.map { allowance in
            let sources =
                allowance.detectors.isEmpty
                ? nil : names.map { name in allowance.detectors.contains { $0.matches(name.span) } }
            return Entry(sources: sources, allowance: allowance)
        }
        hasPaths = allowances.contains { !$0.paths.isEmpty }
    }
}

extension DetectorSet {
    /// The names of all that finds secrets, by source.
    var sourceNames: [String] { GrammarKind.allCases.map(\.slug) + detectors.map(\.id) }
}
