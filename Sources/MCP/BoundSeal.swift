import Core
import Crypto

/// Turns bytes into a text that only Louver can read, bound to what it was made for, and back: what the seals of sessions, questions,
/// retries and tasks have in common.
struct BoundSeal: Sendable {
    private let key: SealingKey
    private let previous: [SealingKey]
    private let context: [UInt8]

    /// - Parameters:
    ///   - previous: keys that what was sealed before may still be opened with.
    ///   - context: what it is bound to; no two purposes may have the same.
    init(_ key: SealingKey, previous: [SealingKey], context: [UInt8]) {
        self.key = key
        self.previous = previous
        self.context = context
    }

    /// The text that stands for `plain`.
    func seal(_ plain: Span<UInt8>) -> [UInt8] { Base64.encode(key.seal(plain, context: context.span), .url) }

    /// What a text stands for; nil when it was not sealed for this. The reason is never told apart.
    func open(_ text: Span<UInt8>) -> [UInt8]? {
        guard let sealed = Base64.decode(text, .url) else { return nil }
        if let plain = key.open(sealed.span, context: context.span) { return plain }
        for key in previous {
            if let plain = key.open(sealed.span, context: context.span) { return plain }
        }
        return nil
    }
}
