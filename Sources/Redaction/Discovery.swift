/// A secret that was found, for whoever asks why: where it stood and what spoke for it, never what it was.
public struct Discovery: Sendable, Equatable {
    /// The detector, or the kind for what the engine knows by itself.
    public let detector: String
    /// The kind that its placeholder shows.
    public let kind: String
    /// The line it begins in, from 1; among records the record.
    public let line: Int
    /// Where it begins, in bytes from 0: of the text, or of the raw value at `path`.
    public let offset: Int
    /// Its length in bytes, as it stood there.
    public let count: Int
    /// Where in a record it stood, such as `rows[].note`; empty in plain text.
    public let path: String
    /// The tag of its placeholder: what an `allow` entry may name it by.
    public let fingerprint: String
    /// What spoke for it.
    public let reason: String
    /// The entry of `allow` by which it passes; nil for what is replaced.
    public let allowance: Allowance?
}

extension DetectorSet {
    /// The name of what found something.
    func name(ofSource source: UInt16) -> String { detector(ofSource: source)?.id ?? kinds[Int(source)] }

    /// The detector that found something; nil for what the engine knows by itself.
    func detector(ofSource source: UInt16) -> Detector? {
        let index = Int(source) - GrammarKind.allCases.count
        return index >= 0 ? detectors[index] : nil
    }

    /// What spoke for a finding, in words.
    func reason(of finding: Finding) -> String {
        var words: String
        if let detector = detector(ofSource: finding.source) {
            words = "\(detector.about): matches its format" + (detector.isPrecise ? ", which is proof enough" : "")
        } else {
            words =
                switch GrammarKind(rawValue: finding.source) {
                case .urlPassword: "stands as the password in a URL"
                case .awsSecretKey: "40 random characters near an AWS key id"
                case .discordToken: "a user id, a time and a signature, joined by dots"
                case .asanaToken, .oktaToken, .atlassianToken: "has the length and the beginning of such a token"
                case .knownSecret: "a value that is known to be a secret"
                case .undecided where finding.rank == Finding.Rank.encoded:
                    "encoded deeper or longer than is looked into, or grows too much"
                case .undecided: "a detector could not look at it in the steps it may take"
                case .privateKey where finding.rank == Finding.Rank.block: "lines of a private key"
                default: "the value of a key that names a secret"
                }
        }
        if finding.tag != nil { words += "; decoded or put together first" }
        if finding.form == .zero { words += "; a number, now 0" }
        return words
    }
}
