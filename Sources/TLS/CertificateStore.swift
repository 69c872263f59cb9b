import Core
import Glibc

/// The current context of one listener or upstream, exchanged when its files changed. Connections that are open keep the context they
/// began with.
///
/// `current` may be read from any loop at any time; `reload` reads files and so belongs on a helper thread.
public final class CertificateStore: Sendable {
    /// What tells one version of a file from the next: an editor changes the time, an atomic rename or a changed symbolic link the
    /// inode.
    private struct FileVersion: Equatable, Sendable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    private struct State: Sendable {
        var context: TLSContext
        var versions: [FileVersion?]
    }

    private let files: [String]
    private let make: @Sendable () throws(TLSFailure) -> TLSContext
    private let state: Lock<State>

    /// Makes a listener's first context.
    public convenience init(server options: TLSServerOptions) throws(TLSFailure) {
        let files = [options.certificateFile, options.keyFile, options.clientCAFile].compactMap(\.self)
        try self.init(files) { () throws(TLSFailure) in try TLSContext.server(options) }
    }

    /// Makes an upstream's first context. The system's store of authorities is not watched.
    public convenience init(client options: TLSClientOptions) throws(TLSFailure) {
        let files = [options.caFile, options.certificateFile, options.keyFile].compactMap(\.self)
        try self.init(files) { () throws(TLSFailure) in try TLSContext.client(options) }
    }

    private init(_ files: [String], _ make: @escaping @Sendable () throws(TLSFailure) -> TLSContext) throws(TLSFailure) {
        self.files = files
        self.make = make
        // The versions are read first: a file that changes while it is loaded differs at the next look.
        let versions = files.map(Self.version)
        state = Lock(State(context: try make(), versions: versions))
    }

    /// The context for a new connection.
    public var current: TLSContext { state.withLock { $0.context } }

    /// Looks at the files and, if one of them changed, makes the context anew. Answers whether it did. Throws when the files cannot be
    /// used as they are, which is what one sees between the writing of a certificate and of its key; the current context stays, and
    /// the next call tries again.
    public func reload() throws(TLSFailure) -> Bool {
        let versions = files.map(Self.version)
        guard state.withLock({ $0.versions != versions }) else { return false }
        let context = try make()
        state.withLock { $0 = State(context: context, versions: versions) }
        return true
    }

    private static func version(_ file: String) -> FileVersion? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        return FileVersion(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}
