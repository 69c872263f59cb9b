import Core

/// What may change the values of a reply as they stream by. The domain implements it and the rewriter of replies calls it, so that
/// neither knows the other. Every span is only valid in its call.
public protocol ValueScrubber: AnyObject {
    /// Whether it wants to know where values stand: it is told of the structure around them then, too.
    var followsPath: Bool { get }
    /// An object or an array of the protocol begins around what is scrubbed.
    func enter(_ isObject: Bool)
    /// It ends.
    func leave(_ isObject: Bool)
    /// A member of it begins.
    func name(_ decoded: Span<UInt8>)
    /// An object or an array begins inside a scrubbed value.
    func open(_ isObject: Bool)
    /// It ends.
    func close(_ isObject: Bool)
    /// A key: appends what is to stand between its quotes; the caller writes the quotes. One that is no free text stays as it is.
    func key(raw: Span<UInt8>, decoded: Span<UInt8>, role: FieldRole, into out: inout ByteBuffer)
    /// A string begins.
    func beginString(role: FieldRole)
    /// A piece of its raw content: appends what can already be said to stand between the quotes; the rest is held back.
    func string(raw: Span<UInt8>, into out: inout ByteBuffer)
    /// The string ends: appends what was held back.
    func endString(into out: inout ByteBuffer)
    /// A number: appends it, or `0` under a key that names a secret.
    func number(_ text: Span<UInt8>, into out: inout ByteBuffer)
    /// `true`, `false` or `null`: appends it.
    func literal(_ text: Span<UInt8>, into out: inout ByteBuffer)
    /// Whether the reply must not be delivered: something matched that cannot be changed, or scrubbing failed beyond repair.
    var mustWithhold: Bool { get }
}

extension ValueScrubber {
    /// It does not.
    public var followsPath: Bool { false }
    /// Nothing is done with it.
    public func enter(_ isObject: Bool) {}
    /// Nothing is done with it.
    public func leave(_ isObject: Bool) {}
    /// Nothing is done with it.
    public func name(_ decoded: Span<UInt8>) {}
}
