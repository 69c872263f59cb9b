import Core
import JSON
import Redaction

/// Streams a JSON text through a reply scrubber, as the rewriter of replies does: every value is text unless its key says otherwise.
struct ReplyDriver: JSONSink {
    let scrubber: ReplyScrubber
    var out: [UInt8] = []
    private var role = FieldRole.text
    /// What all keys are taken for.
    private let keyRole: FieldRole

    init(_ scrubber: ReplyScrubber, keys: FieldRole = .text) {
        self.scrubber = scrubber
        keyRole = keys
    }

    /// The whole text scrubbed, given in pieces.
    static func scrub(_ pieces: [[UInt8]], _ scrubber: ReplyScrubber, keys: FieldRole = .text) throws -> [UInt8] {
        var driver = ReplyDriver(scrubber, keys: keys)
        var tokenizer = JSONTokenizer()
        for piece in pieces { try tokenizer.push(piece.span, to: &driver) }
        try tokenizer.finish(&driver)
        return driver.out
    }

    mutating func open(_ isObject: Bool) {
        scrubber.open(isObject)
        out.append(isObject ? 0x7B : 0x5B)
    }
    mutating func close(_ isObject: Bool) {
        scrubber.close(isObject)
        out.append(isObject ? 0x7D : 0x5D)
    }
    mutating func comma() { out.append(0x2C) }
    mutating func colon() { out.append(0x3A) }
    mutating func whitespace(_ bytes: Span<UInt8>) { for at in 0..<bytes.count { out.append(bytes[at]) } }
    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {
        role = .text
        if ASCII.equals(decoded, "cursor") { role = .opaque }
        if ASCII.equals(decoded, "uri") { role = .protocolField }
        if ASCII.equals(decoded, "link") { role = .link }
        if ASCII.equals(decoded, "blob") { role = .blob }
        out.append(0x22)
        var buffer = ByteBuffer()
        scrubber.key(raw: raw, decoded: decoded, role: keyRole, into: &buffer)
        out += buffer.copy()
        out.append(0x22)
    }
    mutating func beginString() {
        out.append(0x22)
        scrubber.beginString(role: role)
    }
    mutating func string(raw: Span<UInt8>) {
        var buffer = ByteBuffer()
        scrubber.string(raw: raw, into: &buffer)
        out += buffer.copy()
    }
    mutating func endString() {
        var buffer = ByteBuffer()
        scrubber.endString(into: &buffer)
        out += buffer.copy()
        out.append(0x22)
    }
    mutating func number(_ text: Span<UInt8>) {
        var buffer = ByteBuffer()
        scrubber.number(text, into: &buffer)
        out += buffer.copy()
    }
    mutating func literal(_ text: Span<UInt8>) {
        var buffer = ByteBuffer()
        scrubber.literal(text, into: &buffer)
        out += buffer.copy()
    }
    mutating func end() {}
}
