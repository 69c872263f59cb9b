import COpenSSL

extension TLSSession {
    /// The peer's certificate: verified, unless this is a client whose options say it does not verify. Nil before the handshake is
    /// complete, and for a peer that showed none.
    public var peerCertificate: PeerCertificate? {
        guard isEstablished, let certificate = SSL_get0_peer_certificate(connection) else { return nil }
        return PeerCertificate(certificate)
    }

    /// Whether the handshake resumed an earlier session.
    public var isResumed: Bool { SSL_session_reused(connection) == 1 }

    /// The version that was agreed on, nil before that.
    public var version: TLSVersion? {
        guard isEstablished else { return nil }
        return TLSVersion.allCases.first { $0.number == SSL_version(connection) }
    }

    /// The name of the cipher that was agreed on, such as `TLS_AES_128_GCM_SHA256`; nil before that.
    public var cipherName: String? {
        guard isEstablished, let cipher = SSL_get_current_cipher(connection) else { return nil }
        return String(cString: SSL_CIPHER_get_name(cipher))
    }

    /// The protocol agreed on by ALPN, `http/1.1` or nil: other ones are never offered nor selected.
    public var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(connection, &start, &count)
        guard let start, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }
}
