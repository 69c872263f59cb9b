import Glibc

/// An address to listen on or to connect to: IPv4, IPv6 or a unix socket's path.
public struct SocketAddress: Sendable, CustomStringConvertible {
    private var storage = sockaddr_storage()
    let length: socklen_t
    /// The address family, such as `AF_INET`.
    public var family: Int32 { Int32(storage.ss_family) }

    init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        self.length = length
        let source = UnsafeRawBufferPointer(start: address, count: min(Int(length), MemoryLayout<sockaddr_storage>.size))
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
    }

    /// A numeric IPv4 or IPv6 address, or nil when `host` is a name.
    public init?(numeric host: String, port: UInt16) {
        var v4 = sockaddr_in()
        if inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &storage) { to in withUnsafeBytes(of: &v4) { to.copyMemory(from: $0) } }
            return
        }
        var v6 = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 else { return nil }
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port.bigEndian
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutableBytes(of: &storage) { to in withUnsafeBytes(of: &v6) { to.copyMemory(from: $0) } }
    }

    /// A unix socket's path, or nil when it does not fit the kernel's 107 bytes.
    public init?(unixPath: String) {
        var address = sockaddr_un()
        let bytes = Array(unixPath.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
        withUnsafeMutableBytes(of: &storage) { to in withUnsafeBytes(of: &address) { to.copyMemory(from: $0) } }
    }

    /// A name in Linux's abstract namespace of unix sockets, or nil when it does not fit.
    public init?(abstractName: String) {
        var address = sockaddr_un()
        let bytes = [0] + Array(abstractName.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count > 1, bytes.count <= room else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(MemoryLayout<sockaddr_un>.size - room + bytes.count)
        withUnsafeMutableBytes(of: &storage) { to in withUnsafeBytes(of: &address) { to.copyMemory(from: $0) } }
    }

    /// Whether both are the same IP address and port.
    public func isSamePlace(as other: SocketAddress) -> Bool {
        family == other.family && family != AF_UNIX && port == other.port && hostBytes == other.hostBytes
    }

    func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var copy = storage
        return withUnsafePointer(to: &copy) { at in
            at.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// The address a socket is bound to, which tells the port when 0 was asked for.
    static func local(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { at in
            at.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length) == 0 ? SocketAddress(copying: address, length: length) : nil
            }
        }
    }

    /// The address of a socket's peer.
    static func peer(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { at in
            at.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getpeername(descriptor, address, &length) == 0 ? SocketAddress(copying: address, length: length) : nil
            }
        }
    }

    /// The port of an IP address, 0 for a unix socket.
    public var port: UInt16 {
        switch family {
        case AF_INET: withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self).sin_port.bigEndian }
        case AF_INET6: withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self).sin6_port.bigEndian }
        default: 0
        }
    }

    /// The host and port as text, an IPv6 address in brackets; `unix` for a unix socket.
    public var description: String {
        var text = InlineArray<64, CChar>(repeating: 0)
        let host = hostBytes
        let made = host.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &text) { out -> Bool in
                guard !host.isEmpty, let at = out.bindMemory(to: CChar.self).baseAddress else { return false }
                return inet_ntop(family, bytes.baseAddress, at, socklen_t(out.count)) != nil
            }
        }
        guard made else { return "unix" }
        let name = withUnsafeBytes(of: &text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return family == AF_INET6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    }

    /// The bytes of the host part alone: 4 or 16 of them, none for a unix socket. What a limit per address counts by.
    public var hostBytes: [UInt8] {
        switch family {
        case AF_INET:
            withUnsafeBytes(of: storage) { all in withUnsafeBytes(of: all.loadUnaligned(as: sockaddr_in.self).sin_addr) { [UInt8]($0) } }
        case AF_INET6:
            withUnsafeBytes(of: storage) { all in withUnsafeBytes(of: all.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { [UInt8]($0) } }
        default: []
        }
    }

    /// `127.0.0.1:8080` or `[::1]:8080`; empty for a unix socket.
    public var numericText: String {
        let host = hostBytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard !host.isEmpty, inet_ntop(family, host, &text, socklen_t(text.count)) != nil else { return "" }
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return family == AF_INET6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    }

    /// Whether the address is of this machine only: 127.0.0.0/8, ::1 or a unix socket.
    public var isLoopback: Bool {
        let host = hostBytes
        switch family {
        case AF_INET: return host.first == 127
        case AF_INET6: return host == [UInt8](repeating: 0, count: 15) + [1]
        default: return true
        }
    }
}
