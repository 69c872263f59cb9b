/// A stretch of a view that is a secret.
struct Finding {
    /// How it is replaced.
    enum Form: UInt8 {
        /// By a placeholder.
        case placeholder
        /// A JSON number, by `0`.
        case zero
        /// Not at all: it is no secret, but text to be marked.
        case mark
        /// By nothing: the rest of a secret whose placeholder stands already.
        case nothing
    }

    var start: Int
    var end: Int
    /// Where what led to it begins: from there on the text must be looked at to find it again.
    var anchor: Int
    var kind: UInt16
    /// What found it: a place in the kind table for what the engine knows by itself, and behind those the detectors.
    var source: UInt16
    /// The more certain of two that overlap names the kind.
    var rank: UInt8
    var form: Form = .placeholder
    /// The stretch whose text the tag is made of.
    var tagStart: Int
    var tagEnd: Int
    /// The tag, when it was made of a decoded text.
    var tag: UInt64?
    /// The secret goes on behind `end`, which is where the text seen so far ends.
    var goesOn = false
    /// It is longer than a look ahead.
    var isCut = false
    /// What closes it then; nil when it ends with its run of token characters.
    var quote: Quote?
    /// It stands under a key that names a secret for certain.
    var isStrong = false
    /// It is the body of a private key: white space does not count in its tag.
    var isBody = false

    /// The quote that closes a value, and the backslashes that may make it.
    struct Quote {
        let byte: UInt8
        let depth: Int
    }

    /// How certain a finding is, by what found it.
    enum Rank {
        static let encoded: UInt8 = 1
        /// A value that stood under a telling key elsewhere: a key of its own says better what it is.
        static let told: UInt8 = 1
        static let key: UInt8 = 2
        static let pattern: UInt8 = 3
        static let precise: UInt8 = 4
        static let block: UInt8 = 5
    }

    init(_ start: Int, _ end: Int, kind: UInt16, rank: UInt8, anchor: Int? = nil, source: UInt16? = nil) {
        self.start = start
        self.end = end
        self.anchor = anchor ?? start
        self.kind = kind
        self.source = source ?? kind
        self.rank = rank
        tagStart = start
        tagEnd = end
    }
}
