import Core
import Foundation
import Identity
import JSON
import Policy
import YAML

/// Policy files of the repository and of tests, for loading.
enum PolicyFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file by its path from the root of the repository.
    static func text(_ path: String) -> PolicyText? {
        guard let content = try? Data(contentsOf: root.appending(path: path)) else { return nil }
        return PolicyText(path: path, bytes: [UInt8](content))
    }

    /// The files of a folder whose names end in `.yaml`, sorted.
    static func list(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Finds shipped packs and profiles, and in front of them what a test brings itself.
    static func resolver(_ own: [String: String] = [:]) -> PolicyResolver {
        { reference in
            if case .file(let path, _) = reference {
                if let content = own[path] { return PolicyText(path: path, bytes: Array(content.utf8)) }
                return text("Tests/Fixtures/policies/files/\(path.dropFirst(2))")
            }
            if case .zone(let name) = reference {
                guard let content = try? Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")) else { return nil }
                return PolicyText(path: name, bytes: [UInt8](content))
            }
            guard let path = reference.shippedPath else { return nil }
            if let content = own[path] { return PolicyText(path: path, bytes: Array(content.utf8)) }
            return text("Policies/\(path)")
        }
    }

    /// Loads a policy written in a test; faults come as an error with their text.
    static func load(_ yaml: String, _ own: [String: String] = [:]) throws -> PolicySet {
        try load(PolicyText(path: "policy.yaml", bytes: Array(yaml.utf8)), own)
    }

    static func load(_ text: PolicyText, _ own: [String: String] = [:]) throws -> PolicySet {
        let faults = Faults()
        guard let policy = PolicySet.load(text, faults: faults, resolve: resolver(own)) else { throw Faulty(faults: faults.rendered) }
        return policy
    }

    struct Faulty: Error, CustomStringConvertible {
        let faults: String
        var description: String { faults }
    }
}
