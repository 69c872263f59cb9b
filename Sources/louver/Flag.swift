/// One flag of a verb.
struct Flag: Sendable {
    /// How it is written: `--config`.
    let name: String
    /// Its one-letter form, or nil.
    let short: String?
    /// What its value is called; nil when it takes none.
    let value: String?
    /// What it does.
    let help: String

    init(_ name: String, short: String? = nil, value: String? = nil, _ help: String) {
        self.name = name
        self.short = short
        self.value = value
        self.help = help
    }

    /// The configuration file.
    static let config = Flag("--config", short: "-c", value: "FILE", "the configuration file (default: louver.yaml)")
    /// The directory of shipped policies.
    static let policies = Flag(
        "--policies", value: "DIR", "the shipped policies and detectors (default: $LOUVER_POLICIES, then ../share/louver/policies)")
}
