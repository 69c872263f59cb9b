import CLinux
import Glibc

/// The one place where the kernel is called: interrupted calls are repeated, would-block is a value, and an errno that can only be
/// our own bug stops the process instead of corrupting somebody else's descriptor.
enum Syscall {
    /// What a non-blocking transfer gave.
    enum Transfer: Equatable {
        case bytes(Int)
        case wouldBlock
        case failed(Int32)
    }

    static func read(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> Transfer {
        transfer("recv") { Glibc.recv(descriptor, room.baseAddress, room.count, 0) }
    }

    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        transfer("send") { Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    static func accept(_ listener: Int32) -> Transfer {
        transfer("accept4") { Int(clinux_accept4(listener, nil, nil)) }
    }

    static func check(_ call: StaticString, _ result: Int32) throws(SystemError) {
        if result < 0 { throw SystemError(call, errno) }
    }

    private static func transfer(_ call: StaticString, _ body: () -> Int) -> Transfer {
        while true {
            let count = body()
            if count >= 0 { return .bytes(count) }
            let code = errno
            switch code {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case EBADF, EFAULT, ENOTSOCK: preconditionFailure("\(call) on a descriptor that is not ours: \(code)")
            default: return .failed(code)
            }
        }
    }
}
