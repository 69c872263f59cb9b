import Identity
import MCP
import Policy

/// A message that may go to its upstream: what the phases before have decided about it.
///
/// An object, so that a task that waits for a stream holds a reference and not the values of every phase before it.
final class Forwarding {
    let message: Message
    let permit: Permit
    let caller: Caller
    let route: Route
    /// As whom it is sent; another one takes its place when the upstream says that the first has ended.
    var credential: UpstreamCredential
    /// The id it has upstream, once it goes.
    var id: UpstreamID?

    init(_ message: Message, _ permit: Permit, _ credential: UpstreamCredential, for caller: Caller, on route: Route) {
        self.message = message
        self.permit = permit
        self.credential = credential
        self.caller = caller
        self.route = route
    }
}
