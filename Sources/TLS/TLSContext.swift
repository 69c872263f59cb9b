import COpenSSL
import Core

/// What all connections of one listener or one upstream share: certificates, trust, versions and remembered sessions. Immutable, used
/// from every loop. A changed certificate means a new context; connections of the old one live on with it.
public final class TLSContext: Sendable {
    /// Which side of a connection the context is for.
    enum Side: Sendable {
        case server
        case client(verifies: Bool, RememberedSessions)
    }

    let handle: ContextHandle
    let side: Side

    private init(_ handle: ContextHandle, _ side: Side) {
        self.handle = handle
        self.side = side
    }

    /// Makes a listener's context: HTTP/1.1 by ALPN, resumption by tickets that only this context can read, no renegotiation, no
    /// compression. Throws when a file cannot be read, is not what it should be, or certificate and key do not belong together.
    public static func server(_ options: TLSServerOptions) throws(TLSFailure) -> TLSContext {
        let handle = try ContextHandle(TLS_server_method(), minimumVersion: options.minimumVersion)
        try handle.useCertificate(options.certificateFile, key: options.keyFile)
        SSL_CTX_set_alpn_select_cb(handle.pointer, selectProtocol, nil)
        // Tickets hold the sessions; a table of them here would only grow.
        louver_set_session_cache(handle.pointer, Int(SSL_SESS_CACHE_OFF))
        // Without a name for its sessions OpenSSL refuses to resume one that holds a client certificate.
        let name: [UInt8] = Array("louver".utf8)
        guard SSL_CTX_set_session_id_context(handle.pointer, name, UInt32(name.count)) == 1 else {
            throw ErrorQueue.failure("context", "naming sessions")
        }
        try askForCertificates(handle, options)
        return TLSContext(handle, .server)
    }

    /// Makes an upstream's context: the peer's certificate and name are checked unless the options say otherwise, HTTP/1.1 is offered
    /// by ALPN, and the last session of each server name is remembered to be resumed.
    public static func client(_ options: TLSClientOptions) throws(TLSFailure) -> TLSContext {
        let handle = try ContextHandle(TLS_client_method(), minimumVersion: options.minimumVersion)
        switch (options.certificateFile, options.keyFile) {
        case (nil, nil): break
        case (let certificateFile?, let keyFile?): try handle.useCertificate(certificateFile, key: keyFile)
        default: throw TLSFailure("certificate_file", "a client certificate needs its key, and a key its certificate")
        }
        if options.verifies {
            if let file = options.caFile { try handle.trust(file) } else { try handle.trustSystem() }
        }
        SSL_CTX_set_verify(handle.pointer, options.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        guard SSL_CTX_set_alpn_protos(handle.pointer, httpProtocol, UInt32(httpProtocol.count)) == 0 else {
            throw ErrorQueue.failure("context", "offering HTTP/1.1")
        }
        louver_set_session_cache(handle.pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
        SSL_CTX_sess_set_new_cb(handle.pointer, rememberSession)
        return TLSContext(handle, .client(verifies: options.verifies, RememberedSessions()))
    }

    private static func askForCertificates(_ handle: ContextHandle, _ options: TLSServerOptions) throws(TLSFailure) {
        guard options.clientCertificates != .off else { return }
        guard let file = options.clientCAFile else {
            throw TLSFailure("ca_file", "asking for client certificates needs a file of the authorities that sign them")
        }
        try handle.trust(file)
        guard let names = SSL_load_client_CA_file(file) else { throw ErrorQueue.failure("ca_file", file) }
        SSL_CTX_set_client_CA_list(handle.pointer, names)  // takes the list over
        let refusal = options.clientCertificates == .required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        SSL_CTX_set_verify(handle.pointer, SSL_VERIFY_PEER | refusal, nil)
    }
}

/// The one protocol spoken, in ALPN's form: a length and a name (RFC 7301 section 3.1).
private let httpProtocol: [UInt8] = [8] + Array("http/1.1".utf8)

/// Selects HTTP/1.1 if the client offers it. A client that offers only others is refused, so that no other protocol can be talked
/// into this port (RFC 9325 section 3.9). A client that offers nothing is served.
private func selectProtocol(
    _ session: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ chosenCount: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let list = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var at = 0
    while at < list.count {
        let next = at + 1 + Int(list[at])
        guard next <= list.count else { break }
        if list[at..<next].elementsEqual(httpProtocol) {
            chosen?.pointee = offered + at + 1
            chosenCount?.pointee = list[at]
            return SSL_TLSEXT_ERR_OK
        }
        at = next
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Hands a session that can be resumed to the context's table. Called by OpenSSL inside a handshake or a read.
private func rememberSession(_ connection: OpaquePointer?, _ session: OpaquePointer?) -> Int32 {
    guard let connection, let session, let owner = SSL_get_ex_data(connection, TLSSession.ownerIndex) else { return 0 }
    Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().remember(session)
    return 0  // the table made its own copy
}
