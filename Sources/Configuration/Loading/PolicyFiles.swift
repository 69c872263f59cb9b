import Core
import Policy
import YAML

/// Reads policies with all the files they ask for. Opens files, and so blocks.
public struct PolicyFiles {
    private let loader: FileLoader
    private let policies: String?
    private var loaded: [String: PolicySet] = [:]

    init(loader: FileLoader, policies: String?) {
        self.loader = loader
        self.policies = policies
    }

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - policies: the directory of shipped policies, or nil when it was not found.
    ///   - faults: where faults go.
    public init(policies: String?, faults: Faults) {
        self.init(loader: FileLoader(faults: faults), policies: policies)
    }

    /// The policy in a file; nil after a fault.
    public mutating func load(_ path: String) -> PolicySet? { load(FileReference(unnamed: path)) }

    /// The policy in a file; nil after a fault. Routes that name the same file share it.
    mutating func load(_ reference: FileReference) -> PolicySet? {
        if let known = loaded[reference.path] { return known }
        guard let bytes = loader.bytes(reference) else { return nil }
        let text = PolicyText(path: reference.path, bytes: bytes)
        let policies = policies
        let policy = PolicySet.load(text, faults: loader.faults) { Self.resolve($0, policies: policies) }
        if let policy { loaded[reference.path] = policy }
        return policy
    }

    /// Finds a file that a policy asks for; nil lets the policy say that there is none.
    static func resolve(_ reference: PolicyReference, policies: String?) -> PolicyText? {
        let path: String
        switch reference {
        case .file(let written, let asking): path = resolve(written, besides: asking)
        case .zone(let name): path = "/usr/share/zoneinfo/\(name)"
        case .pack, .server:
            guard let policies, let below = reference.shippedPath, !below.split(separator: "/").contains("..") else { return nil }
            path = "\(policies)/\(below)"
        }
        guard let bytes = FileLoader(faults: Faults()).bytes(FileReference(unnamed: path)) else { return nil }
        return PolicyText(path: path, bytes: bytes)
    }

    private static func resolve(_ written: String, besides asking: String) -> String {
        guard !written.hasPrefix("/"), let slash = asking.utf8.lastIndex(of: UInt8(ascii: "/")) else { return written }
        return asking[...slash] + written
    }
}
