import CLinux
import Core
import Glibc

/// Listening sockets that whoever started this process had opened for it (sd_listen_fds(3)). They outlive the process in the supervisor's
/// hands, so that a restart refuses nobody.
///
/// Used on the main thread, at start.
public final class InheritedSockets {
    /// A socket that cannot be served, as a sentence.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// The sentence.
        public let description: String
    }

    private var sockets: [(descriptor: Int32, address: SocketAddress)] = []

    /// Takes the sockets that the environment tells of: `$LISTEN_FDS` of them from descriptor 3 on, if `$LISTEN_PID` is this process. Each
    /// must be a listening TCP socket.
    ///
    /// - Parameter variable: reads the environment.
    public init(processID: Int32, first: Int32 = 3, _ variable: (String) -> String?) throws(Fault) {
        guard let owner = variable("LISTEN_PID").flatMap(Int32.init), owner == processID, let text = variable("LISTEN_FDS") else { return }
        guard let count = Int32(text), (0...Limits.inheritedSocketsMax).contains(Int(count)) else {
            throw Fault(description: "LISTEN_FDS is no number of sockets up to \(Limits.inheritedSocketsMax)")
        }
        for descriptor in first..<(first + count) {
            guard Self.option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue), Self.option(descriptor, SO_ACCEPTCONN) == 1,
                let address = SocketAddress.local(of: descriptor), address.family == AF_INET || address.family == AF_INET6,
                clinux_adopt(descriptor) == 0
            else {
                throw Fault(description: "descriptor \(descriptor), passed as a socket to listen on, is no listening TCP socket")
            }
            sockets.append((descriptor, address))
        }
    }

    deinit { close() }

    /// The sockets that listen on an address; they stay the property of this object. A predecessor hands over one for each of its loops.
    public func sockets(at address: SocketAddress) -> [Int32] {
        sockets.filter { $0.address.isSamePlace(as: address) }.map(\.descriptor)
    }

    /// The first socket that listens on none of these addresses, as `host:port`. Its connections would wait for ever.
    public func stranger(to addresses: [SocketAddress]) -> String? {
        let stranger = sockets.first { socket in !addresses.contains { $0.isSamePlace(as: socket.address) } }
        return stranger?.address.numericText
    }

    /// Closes them. Listeners have their own descriptors of the same sockets.
    public func close() {
        for socket in sockets { Glibc.close(socket.descriptor) }
        sockets.removeAll()
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
