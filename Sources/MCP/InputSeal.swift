import Core

/// Wraps what a server wants to get back with a retry (`requestState`, 2026-07-28 basic/patterns/mrtr) into a text that only Louver can
/// read, bound to principal, route, method, object and arguments: a retry is taken only from whom the question was put to, for the very
/// call that it was about. The specification wants servers to protect it themselves; not every server does.
///
/// A class, so that replies to whom nothing may be asked cost nothing for it.
public final class InputSeal: Sendable {
    private let bound: BoundSeal

    init(_ bound: BoundSeal) { self.bound = bound }

    /// What goes to the client in place of the content of the server's string. Where the server gave none, that of an empty one goes all
    /// the same: without it nobody could tell a retry from answers to questions that were never put.
    func seal(_ raw: [UInt8]) -> [UInt8] { bound.seal(raw.span) }

    /// The content of the server's string as JSON text without quotes; empty where it gave none. Nil for what was not sealed for this call.
    public func open(_ text: Span<UInt8>) -> [UInt8]? {
        text.count <= Limits.requestStateBytesMax * 2 ? bound.open(text) : nil
    }
}
