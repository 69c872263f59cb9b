import COpenSSL
import Core

/// The thread's OpenSSL error queue. It is emptied before every call whose outcome is asked of `SSL_get_error`, which otherwise
/// would blame this connection for what another one on the same thread left behind.
enum ErrorQueue {
    static func clear() { ERR_clear_error() }

    /// Takes everything out: the class of the first error, and the words of all. Errors are queued oldest first, and the oldest is
    /// the cause.
    static func drain() -> (reason: StaticString, detail: String) {
        var reason: StaticString?
        var detail = ""
        while true {
            var text: UnsafePointer<CChar>?
            var flags: Int32 = 0
            let code = ERR_get_error_all(nil, nil, nil, &text, &flags)
            if code == 0 { break }
            if reason == nil { reason = Self.reason(of: code) }
            append(code, flags & ERR_TXT_STRING != 0 ? text : nil, to: &detail)
        }
        return (reason ?? "protocol", detail.isEmpty ? "the library gave no reason" : detail)
    }

    /// A failure that takes its words from the queue.
    static func failure(_ reason: StaticString, _ subject: String) -> TLSFailure {
        TLSFailure(reason, "\(subject): \(drain().detail)")
    }

    private static func append(_ code: UInt, _ text: UnsafePointer<CChar>?, to detail: inout String) {
        guard detail.utf8.count < Limits.tlsDetailBytesMax else { return }
        if !detail.isEmpty { detail += "; " }
        detail += ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
        guard let text, text.pointee != 0 else { return }
        detail += " (\(String(cString: text).prefix(Limits.tlsDetailBytesMax / 2)))"
    }

    private static func reason(of code: UInt) -> StaticString {
        guard ERR_GET_LIB(code) == ERR_LIB_SSL else { return "protocol" }
        let number = ERR_GET_REASON(code)
        if number >= SSL_AD_REASON_OFFSET { return "peer_alert" }
        switch number {
        case SSL_R_CERTIFICATE_VERIFY_FAILED: return "certificate_refused"
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return "certificate_missing"
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: return "truncated"
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_VERSION_TOO_LOW: return "version_refused"
        case SSL_R_NO_SHARED_CIPHER: return "cipher_refused"
        case SSL_R_NO_APPLICATION_PROTOCOL: return "alpn_refused"
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_BAD_RECORD_TYPE: return "not_tls"
        case SSL_R_NO_RENEGOTIATION: return "renegotiation_refused"
        default: return "protocol"
        }
    }
}
