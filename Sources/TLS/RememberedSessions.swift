import COpenSSL
import Core

/// The last session of each server name of a client context, shared by the loops.
final class RememberedSessions: Sendable {
    private let table = Lock<[String: SessionHandle]>([:])

    /// Keeps a copy of `session` as the last one of `name`. When the table is full another name's session is dropped: it costs that
    /// name a full handshake.
    func remember(_ session: OpaquePointer, for name: String) {
        guard let copy = SessionHandle(copying: session) else { return }
        table.withLock { table in
            if table.count >= Limits.tlsSessionsRememberedMax, table[name] == nil, let other = table.first?.key {
                table.removeValue(forKey: other)
            }
            table[name] = copy
        }
    }

    /// A copy of the last session of `name` to resume, or nil.
    func recall(_ name: String) -> SessionHandle? {
        table.withLock { table in table[name].flatMap { SessionHandle(copying: $0.pointer) } }
    }

    /// The names remembered.
    var count: Int { table.withLock { $0.count } }
}

/// An `SSL_SESSION` of our own.
///
/// Unchecked because the compiler cannot see into the handle: what stands in the table is only copied, under the table's lock, and a
/// copy that was taken out is used by one connection.
final class SessionHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Copies a session, since OpenSSL goes on writing to the one a connection uses.
    init?(copying session: OpaquePointer) {
        guard SSL_SESSION_is_resumable(session) == 1, let copy = SSL_SESSION_dup(session) else { return nil }
        pointer = copy
    }

    deinit { SSL_SESSION_free(pointer) }
}
