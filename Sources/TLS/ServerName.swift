import COpenSSL

/// What an upstream's certificate must be for: a host name or an IP address.
struct ServerName {
    /// The name as the certificate would state it: no brackets, no dot at the end.
    let text: String

    /// Takes a name from configuration, or nil if it is empty or could not be handed to C unchanged.
    init?(_ given: String) {
        var name = Substring(given)
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if name.hasSuffix(".") { name = name.dropLast() }
        guard !name.isEmpty, name.utf8.count <= 253, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        text = String(name)
    }

    /// Sets what is checked and, for a host name, what is sent (RFC 6066 section 3 forbids addresses there).
    func apply(to connection: OpaquePointer, verifies: Bool) -> Bool {
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), text) == 1
        if isAddress { return true }
        ErrorQueue.clear()
        // The subject's common name is no host name any more, and `w*.example` is no wildcard (RFC 9525 sections 6.3 and 6.4.4).
        SSL_set_hostflags(connection, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        guard !verifies || SSL_set1_host(connection, text) == 1 else { return false }
        return louver_set_sni(connection, text) == 1
    }
}
