/// A private key in PEM (RFC 7468) whose lines may come one per log line, with others in between.
struct KeyBlock {
    /// How much text behind the label line is still looked at; 0 when no key is open.
    var reach = 0

    var isOpen: Bool { reach > 0 }

    /// A label line found in a window.
    struct Label {
        let start: Int
        let end: Int
        let isBegin: Bool
    }
}
