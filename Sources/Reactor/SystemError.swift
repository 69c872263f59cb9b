import Glibc

/// A call to the kernel that failed: which one, and with what errno.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the call, such as `connect`.
    public let call: StaticString
    /// The errno it left.
    public let code: Int32

    /// Takes a call's name and the errno it left.
    public init(_ call: StaticString, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// `connect: Connection refused`.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// Equal when the same call left the same errno.
    public static func == (a: SystemError, b: SystemError) -> Bool { a.code == b.code && a.call.utf8Start == b.call.utf8Start }
}
