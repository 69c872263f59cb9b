import Core
import Crypto

/// Wraps the upstream's session id into a value that only Louver can read, bound to the principal and the route: a stolen or guessed id is
/// of no use to anybody else, and any replica that holds the key can go on with the session (MCP security best practices, session
/// hijacking). The value is visible ASCII, as the header must be.
public struct SessionSeal: Sendable {
    private let key: SealingKey
    private let previous: [SealingKey]

    /// Seals under a key that all replicas share, and opens what was sealed under those before it as well.
    public init(_ key: SealingKey, previous: [SealingKey] = []) {
        self.key = key
        self.previous = previous
    }

    /// Seals a session for a principal (its stable 16-byte key) on a route. Nil when the upstream's id is no legal session id or too long:
    /// then the upstream's answer is not to be trusted.
    public func seal(_ session: LegacySession, principal: [UInt8], route: [UInt8]) -> [UInt8]? {
        guard session.upstreamID.count <= Limits.upstreamSessionBytesMax, session.upstreamID.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(9 + session.upstreamID.count)
        plain.append(session.version.rawValue)
        let issued = UInt64(bitPattern: session.issued.nanoseconds)
        for shift in stride(from: 56, through: 0, by: -8) { plain.append(UInt8(truncatingIfNeeded: issued >> UInt64(shift))) }
        plain.append(contentsOf: session.upstreamID)
        return bound(to: Self.context(principal, route)).seal(plain.span)
    }

    /// Opens a header value; nil unless it was sealed for this principal on this route. The reason is never told apart.
    public func open(_ value: Span<UInt8>, principal: [UInt8], route: [UInt8]) -> LegacySession? {
        guard value.count <= Limits.sessionIDBytesMax, let plain = bound(to: Self.context(principal, route)).open(value), plain.count >= 9,
            let version = ProtocolVersion(rawValue: plain[0])
        else { return nil }
        var issued: UInt64 = 0
        for at in 1...8 { issued = issued << 8 | UInt64(plain[at]) }
        return LegacySession(
            upstreamID: [UInt8](plain[9...]), version: version, issued: WallTime(nanoseconds: Int64(bitPattern: issued)))
    }

    /// What seals the ids of the server's questions on a session; nil where there is no session to answer them on.
    public func questions(_ session: LegacySession?, principal: [UInt8], route: [UInt8]) -> QuestionSeal? {
        guard let session, !session.upstreamID.isEmpty else { return nil }
        let context = [UInt8]("louver question 1".utf8) + [UInt8(truncatingIfNeeded: session.upstreamID.count)] + session.upstreamID
        return QuestionSeal(bound(to: context + Self.context(principal, route)))
    }

    /// What seals the ids of tasks.
    public func tasks(principal: [UInt8], route: [UInt8]) -> TaskSeal {
        TaskSeal(bound(to: [UInt8]("louver task 1".utf8) + Self.context(principal, route)))
    }

    /// What seals that which a server wants to get back with the retry of a request.
    /// - Parameter arguments: a digest of the request's arguments that is the same on all replicas.
    public func input(_ inbound: Inbound, arguments: [UInt8], principal: [UInt8], route: [UInt8]) -> InputSeal {
        var context = [UInt8]("louver input 1".utf8)
        context.append(inbound.method.rawValue)
        context.append(UInt8(truncatingIfNeeded: arguments.count))
        context += arguments
        let name = inbound.target?.name ?? []
        for shift in [24, 16, 8, 0] { context.append(UInt8(truncatingIfNeeded: name.count >> shift)) }
        return InputSeal(bound(to: context + name + Self.context(principal, route)))
    }

    private func bound(to context: [UInt8]) -> BoundSeal { BoundSeal(key, previous: previous, context: context) }

    /// What a seal is bound to. The principal's key is preceded by its length, so that no two pairs give the same bytes.
    private static func context(_ principal: [UInt8], _ route: [UInt8]) -> [UInt8] {
        precondition(principal.count < 256, "a principal's key is a short digest")
        var context = [UInt8]("louver session 1".utf8)
        context.append(UInt8(principal.count))
        context.append(contentsOf: principal)
        context.append(contentsOf: route)
        return context
    }
}
