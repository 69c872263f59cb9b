import Core

/// A private key in PEM (RFC 7468) whose lines may come one per log line, with others in between.
struct KeyBlock: Zone {
    /// Its BEGIN line came, and no END.
    var isBegun = false
    var age = 0

    var isOpen: Bool { reach > 0 }

    /// How much text is still looked at; 0 when no key is open.
    var reach: Int { isBegun ? max(0, Limits.redactionBlockReachBytes - age) : 0 }

    /// A label line found in a window.
    struct Label {
        let start: Int
        let end: Int
        let isBegin: Bool
    }
}
