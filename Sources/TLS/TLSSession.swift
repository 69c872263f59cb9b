import COpenSSL
import Core

/// One TLS connection as a state machine over buffers: ciphertext in, plain text out, and back. It never touches a socket, and belongs
/// to one loop.
///
/// The owner's turn, each time the socket gave bytes: `receive`, then `handshake` until it is complete, then `read` until it says
/// `incomplete`; and after every call, thrown or not, `drainOutput` to the socket, because a refusal is told to the peer by an alert.
/// Every failure is final: later calls throw it again.
public final class TLSSession {
    /// How far a handshake is.
    public enum Progress: Sendable, Equatable {
        /// The peer has to send more.
        case incomplete
        /// Both sides agreed; bytes may be read and written.
        case complete
    }

    /// Where an `SSL` keeps the pointer back to its session: OpenSSL's slot for applications.
    static let ownerIndex: Int32 = 0

    let context: TLSContext
    let connection: OpaquePointer
    private let serverName: String
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var failure: TLSFailure?

    /// Whether the peer's side of the connection ended, by `receiveEnd`.
    private(set) var hasInputEnded = false

    /// Whether the handshake is complete.
    public private(set) var isEstablished = false

    /// Starts the listener's side of a connection. Throws only without memory.
    public convenience init(server context: TLSContext) throws(TLSFailure) {
        guard case .server = context.side else { preconditionFailure("a server session needs a server context") }
        try self.init(context, serverName: "")
        SSL_set_accept_state(connection)
    }

    /// Starts the upstream's side of a connection. `serverName` is a host name or an IP address, with or without brackets: it is what
    /// the certificate must be for, and a host name is also sent to the server (SNI). Throws for text that cannot be either.
    public convenience init(client context: TLSContext, serverName: String) throws(TLSFailure) {
        guard case .client(let verifies, let sessions) = context.side else {
            preconditionFailure("a client session needs a client context")
        }
        let name = ServerName(serverName)
        guard let name else { throw TLSFailure("server_name", "the name of the server is empty or holds a control character") }
        try self.init(context, serverName: name.text)
        SSL_set_connect_state(connection)
        guard name.apply(to: connection, verifies: verifies) else { throw ErrorQueue.failure("server_name", name.text) }
        if let last = sessions.recall(name.text) { SSL_set_session(connection, last.pointer) }
    }

    private init(_ context: TLSContext, serverName: String) throws(TLSFailure) {
        ErrorQueue.clear()
        guard let connection = SSL_new(context.handle.pointer) else { throw ErrorQueue.failure("context", "starting a session") }
        self.context = context
        self.connection = connection
        self.serverName = serverName
        guard let bio = BufferBIO.make(over: self) else { throw ErrorQueue.failure("context", "starting a session") }
        SSL_set_bio(connection, bio, bio)  // takes the BIO over, once for both
        SSL_set_ex_data(connection, Self.ownerIndex, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { SSL_free(connection) }

    // MARK: Ciphertext

    /// Takes all of what the socket gave. Without a copy when nothing is left of the last time; then `ciphertext` gets the emptied
    /// buffer in exchange. The owner bounds what is held by reading before it receives again.
    public func receive(_ ciphertext: inout ByteBuffer) {
        if input.isEmpty {
            swap(&input, &ciphertext)
        } else {
            ciphertext.withReadable { input.append($0) }
            ciphertext.clear()
        }
    }

    /// Says that the socket gave its last byte. Unless the peer's close_notify was among them, the next `read` or `handshake` that
    /// runs out of bytes throws `truncated`: what came may have been cut by anybody on the way.
    public func receiveEnd() { hasInputEnded = true }

    /// Moves the ciphertext to send to the end of `out`. Without a copy when `out` is empty.
    public func drainOutput(into out: inout ByteBuffer) {
        if out.isEmpty {
            swap(&output, &out)
        } else {
            output.withReadable { out.append($0) }
            output.clear()
        }
    }

    /// Whether there is ciphertext to send.
    public var hasOutput: Bool { !output.isEmpty }

    /// Bytes received that OpenSSL did not take yet.
    public var heldInputCount: Int { input.readableCount }

    /// Gives back the memory of empty buffers, for a connection that waits.
    public func releaseMemory() {
        input.shrink(keep: 0)
        output.shrink(keep: 0)
    }

    func takeInput(_ out: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(out.count, input.readableCount)
        guard count > 0 else { return 0 }
        input.withReadable { out.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        input.consume(count)
        return count
    }

    func putOutput(_ bytes: UnsafeRawBufferPointer) { output.append(bytes) }

    // MARK: Plain text

    /// Takes the handshake as far as the received bytes allow.
    public func handshake() throws(TLSFailure) -> Progress {
        if let failure { throw failure }
        if isEstablished { return .complete }
        ErrorQueue.clear()
        let status = SSL_do_handshake(connection)
        if status == 1 {
            isEstablished = true
            return .complete
        }
        guard SSL_get_error(connection, status) == SSL_ERROR_WANT_READ else { throw fail() }
        return .incomplete
    }

    /// Appends decrypted bytes to `out`, at most `atMost`. When it says `incomplete`, nothing more can be had from what was received.
    public func read(into out: inout ByteBuffer, atMost: Int) throws(TLSFailure) -> ReadOutcome {
        if let failure { throw failure }
        guard isEstablished else { throw fail(TLSFailure("protocol", "read before the handshake was complete")) }
        var total = 0
        while total < atMost {
            if input.isEmpty, !hasInputEnded, SSL_has_pending(connection) == 0 { break }
            // Plain text is shorter than its record, so what is there bounds what can come.
            let room = min(atMost - total, max(input.readableCount, Int(SSL_pending(connection)), 1))
            ErrorQueue.clear()
            let got = out.write(atMost: room) { space in
                var count = 0
                return SSL_read_ex(connection, space.baseAddress, space.count, &count) == 1 ? count : 0
            }
            if got > 0 {
                total += got
                continue
            }
            let error = SSL_get_error(connection, 0)
            if error == SSL_ERROR_WANT_READ { break }
            if error == SSL_ERROR_ZERO_RETURN { return total > 0 ? .bytes(total) : .closed }
            let failure = fail()
            if total == 0 { throw failure }
            break  // what was genuine is delivered first; the next call throws
        }
        return total > 0 ? .bytes(total) : .incomplete
    }

    /// Encrypts all of `plain` into the output.
    public func write(_ plain: Span<UInt8>) throws(TLSFailure) {
        if let failure { throw failure }
        guard isEstablished else { throw fail(TLSFailure("protocol", "write before the handshake was complete")) }
        guard plain.count > 0 else { return }
        // Room for every record with its header, nonce and tag, so that the output grows once.
        output.reserve(plain.count + (plain.count / Self.recordCount + 1) * Self.recordOverhead)
        ErrorQueue.clear()
        var written = 0
        let status = plain.withUnsafeBytes { SSL_write_ex(connection, $0.baseAddress, $0.count, &written) }
        guard status == 1, written == plain.count else { throw fail() }
    }

    /// Queues close_notify: this side sends no more. Does nothing before the handshake is complete or after a failure.
    public func shutdown() {
        guard isEstablished, failure == nil else { return }
        ErrorQueue.clear()
        SSL_shutdown(connection)
        ErrorQueue.clear()
    }

    private static let recordCount = 16 * 1024
    private static let recordOverhead = 32

    func remember(_ session: OpaquePointer) {
        guard case .client(_, let sessions) = context.side else { return }
        sessions.remember(session, for: serverName)
    }

    /// Records what the library says as this session's final failure.
    private func fail() -> TLSFailure {
        let (reason, detail) = ErrorQueue.drain()
        let verified = SSL_get_verify_result(connection)
        guard "\(reason)" == "certificate_refused", verified != Int(X509_V_OK) else { return fail(TLSFailure(reason, detail)) }
        let words = String(cString: X509_verify_cert_error_string(verified))
        let name = serverName.isEmpty ? "" : " (checked for `\(serverName)`)"
        return fail(TLSFailure(reason, words + name))
    }

    private func fail(_ failure: TLSFailure) -> TLSFailure {
        self.failure = failure
        return failure
    }
}
