import Core
import Reactor
import TLS

/// One connection's plain bytes, with or without TLS below them: what protocol code reads from and writes to.
final class Wire {
    let stream: Stream
    let tls: TLSSession?
    /// Plain bytes from the peer, not yet used.
    var input = ByteBuffer()
    /// Plain bytes for the peer, not yet sent.
    var output = ByteBuffer()
    private var received = ByteBuffer()
    private var pending = ByteBuffer()
    /// Bytes taken from and given to the peer, above TLS.
    private(set) var bytesIn = 0
    /// Bytes read since the loop last had a chance to do something else.
    private var bytesThisTurn = 0
    private(set) var bytesOut = 0
    /// Bytes read from the peer below TLS.
    private(set) var sealedBytesIn = 0
    /// Whether the TLS handshake is over.
    private(set) var isGreeted = false

    init(_ stream: Stream, tls: TLSSession? = nil) {
        self.stream = stream
        self.tls = tls
    }

    /// Finishes the TLS handshake; nothing to do on a plain connection.
    func handshake() async throws {
        guard let tls else { return }
        while true {
            let progress: TLSSession.Progress
            do {
                progress = try tls.handshake()
            } catch {
                // The alert tells the peer why; it is worth one try and no wait.
                tls.drainOutput(into: &pending)
                _ = try? stream.write(from: &pending)
                throw Failure(stream.origin, "tls_handshake", retryable: true, detail: error.detail)
            }
            try await sendPending()
            if case .complete = progress {
                isGreeted = true
                return
            }
            guard try await receive() else { throw Failure(stream.origin, "tls_closed", retryable: true) }
        }
    }

    /// Waits for more plain bytes; false when the peer will send no more.
    func fill() async throws -> Bool {
        guard let tls else {
            while true {
                switch try stream.read(into: &input, atMost: Limits.readChunkBytes) {
                case .bytes(let count):
                    bytesIn += count
                    bytesThisTurn += count
                    if bytesThisTurn > Limits.bytesPerTurnMax { try await giveWay() }
                    return true
                case .closed: return false
                case .wouldBlock:
                    bytesThisTurn = 0
                    try await stream.waitReadable()
                }
            }
        }
        while true {
            switch try readPlain(tls) {
            case .bytes(let count):
                bytesIn += count
                bytesThisTurn += count
                if bytesThisTurn > Limits.bytesPerTurnMax { try await giveWay() }
                return true
            case .closed: return false
            case .incomplete:
                try await sendPending()
                guard try await receive() else { return false }
            }
        }
    }

    /// A peer that sends without a pause neither holds up the others on its loop nor outlives its deadline.
    private func giveWay() async throws {
        bytesThisTurn = 0
        await Task.yield()
        try stream.checkDeadline()
    }

    /// Sends everything in `output`, waiting while the peer is slow.
    func flush() async throws {
        bytesOut += output.readableCount
        guard let tls else {
            while try !stream.write(from: &output) { try await stream.waitWritable() }
            return
        }
        if !output.isEmpty {
            do { try tls.write(output.readable) } catch { throw Failure(stream.origin, "tls_write", detail: error.detail) }
            output.clear()
        }
        try await sendPending()
    }

    /// Sends what can be sent without waiting; false when something is left, for `flush`.
    func flushAtOnce() throws -> Bool {
        guard let tls else {
            let before = output.readableCount
            defer { bytesOut += before - output.readableCount }
            return try stream.write(from: &output)
        }
        if !output.isEmpty {
            bytesOut += output.readableCount
            do { try tls.write(output.readable) } catch { throw Failure(stream.origin, "tls_write", detail: error.detail) }
            output.clear()
        }
        tls.drainOutput(into: &pending)
        return try stream.write(from: &pending)
    }

    /// Gives the memory of empty buffers back: an idle connection keeps next to nothing.
    ///
    /// - Parameter keep: what each buffer may keep: nothing for a stream that may be silent for hours, `restBytes` between two requests.
    func rest(keep: Int) {
        input.shrink(keep: keep)
        output.shrink(keep: keep)
        received.shrink(keep: keep)
        pending.shrink(keep: keep)
    }

    /// What a buffer may keep between two requests of a connection: enough for the usual ones, so that a busy connection allocates nothing.
    static let restBytes = 2 * 1024

    /// Ends the connection, politely where that costs no wait.
    func close() {
        if let tls, !stream.isClosed {
            tls.shutdown()
            tls.drainOutput(into: &pending)
            _ = try? stream.write(from: &pending)
        }
        stream.close()
    }

    private func readPlain(_ tls: TLSSession) throws -> ReadOutcome {
        do throws(TLSFailure) { return try tls.read(into: &input, atMost: Limits.readChunkBytes) } catch {
            throw Failure(stream.origin, "tls_read", detail: error.detail)
        }
    }

    private func sendPending() async throws {
        guard let tls else { return }
        tls.drainOutput(into: &pending)
        while try !stream.write(from: &pending) { try await stream.waitWritable() }
    }

    private func receive() async throws -> Bool {
        while true {
            switch try stream.read(into: &received, atMost: Limits.readChunkBytes) {
            case .bytes(let count):
                sealedBytesIn += count
                tls?.receive(&received)
                return true
            case .closed:
                tls?.receiveEnd()
                return false
            case .wouldBlock:
                bytesThisTurn = 0
                try await stream.waitReadable()
            }
        }
    }
}
