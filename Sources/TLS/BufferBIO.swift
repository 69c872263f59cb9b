import COpenSSL
import Core

/// The door between OpenSSL and a session's buffers: OpenSSL reads ciphertext from `TLSSession.input` and writes it to
/// `TLSSession.output`, each byte copied once, and never sees a socket.
///
/// Unchecked because the compiler cannot see into the handle: the method table is filled in `init` and only read afterwards.
final class BufferBIO: @unchecked Sendable {
    private let method: OpaquePointer

    private static let shared = BufferBIO()

    private init() {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "louver buffer"),
            BIO_meth_set_read_ex(method, readCiphertext) == 1, BIO_meth_set_write_ex(method, writeCiphertext) == 1,
            BIO_meth_set_ctrl(method, controlBuffer) == 1
        else { preconditionFailure("OpenSSL takes no BIO method") }
        self.method = method
    }

    /// Makes a BIO over the buffers of `session`, which must outlive it: the session frees its `SSL`, and so the BIO, in `deinit`.
    static func make(over session: TLSSession) -> OpaquePointer? {
        guard let bio = BIO_new(shared.method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }
}

private func readCiphertext(
    _ bio: OpaquePointer?, _ out: UnsafeMutablePointer<CChar>?, _ count: Int, _ moved: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let owner = BIO_get_data(bio), let out, let moved else { return 0 }
    BIO_clear_flags(bio, louver_bio_retry_flags)
    let session = Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
    moved.pointee = session.takeInput(UnsafeMutableRawBufferPointer(start: out, count: count))
    if moved.pointee > 0 { return 1 }
    if !session.hasInputEnded { BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
    return 0
}

private func writeCiphertext(
    _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int, _ moved: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let owner = BIO_get_data(bio), let bytes, let moved else { return 0 }
    Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().putOutput(UnsafeRawBufferPointer(start: bytes, count: count))
    moved.pointee = count
    return 1
}

private func controlBuffer(_ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?) -> Int {
    switch command {
    case BIO_CTRL_FLUSH: 1  // what was written is already where it goes
    case BIO_CTRL_EOF:
        BIO_get_data(bio).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue().hasInputEnded } == true ? 1 : 0
    default: 0
    }
}
