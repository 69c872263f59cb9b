/// Where in the manifests of Kubernetes a text is. The values of a Secret are told by what they stand in, not by their names.
struct ManifestZone: Zone {
    enum Phase: UInt8 {
        case closed
        /// In an object whose kind is not known yet.
        case object
        /// In a Secret, beside its values.
        case secret
        /// In `data`: what is base64 is a value.
        case encoded
        /// In `stringData`: everything is a value.
        case plain
        /// In a value that is longer than a look.
        case rest
    }

    var phase = Phase.closed
    /// The members stand in braces, not below each other.
    var isBraced = false
    /// What the line of `data` stands in, what a log writes before it, and how many blanks stand there.
    var line = LineHead()
    var indent: Int32 = 0
    /// The values stand below each other with names as far left as `data`: what wrote them took the blanks away.
    var isFlat = false
    /// A value came.
    var hasValues = false
    /// The blanks before the name whose value are the lines below it; -1 for none.
    var block: Int32 = -1
    /// What closes a value that is longer than a look, 0 for the end of the line, and the backslashes it is written with.
    var quote: UInt8 = 0
    var slashes: Int32 = 0
    /// What goes on behind such a value.
    var after = Phase.closed
    /// How much text came since this began or a value was found.
    var age = 0

    /// Whether names and values are still looked for.
    var isOpen: Bool { phase != .closed && age <= reach }

    /// How much other text may stand in between.
    var reach: Int {
        switch phase {
        case .closed: 0
        case .object, .secret: 16 * 1_024
        case .encoded, .plain: 4 * 1_024
        case .rest: .max
        }
    }
}
