import Core
import TLS

/// Where an upstream is and how long it may take: immutable, from one configuration.
struct UpstreamTarget: Sendable {
    /// The name in the configuration.
    let name: String
    let host: String
    let port: UInt16
    /// The request target exactly as configured, with or without a closing slash.
    let path: [UInt8]
    /// What the `Host` field says.
    let authority: [UInt8]
    let tls: TLSContext?
    /// The name the certificate must carry.
    let serverName: String
    /// Connections of one loop.
    let connectionsMax: Int
    let idleTimeout: Duration
    let connectTimeout: Duration

    /// `METHOD path HTTP/1.1` and the fields that never change.
    func headPrefix(_ verb: StaticString) -> [UInt8] {
        var out = ByteBuffer()
        out.append(verb)
        out.append(" ")
        out.append(path)
        out.append(" HTTP/1.1\r\nHost: ")
        out.append(authority)
        out.append("\r\n")
        return out.copy()
    }
}
