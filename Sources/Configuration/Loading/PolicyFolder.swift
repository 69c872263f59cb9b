import Core
import Glibc
import Policy
import YAML

extension PolicyFiles {
    /// Files as they are named on a command line: a folder stands for the policies in it, and where it has a folder `cases`, as the shipped
    /// policies do, for those.
    public static func expand(_ paths: [String]) -> [String] {
        paths.flatMap { path -> [String] in
            guard let names = list(path) else { return [path] }
            let cases = "\(path)/cases"
            if let inner = list(cases) { return inner.map { "\(cases)/\($0)" } }
            return names.map { "\(path)/\($0)" }
        }
    }

    /// The server profiles among the shipped policies.
    public static func profiles(in directory: String) -> [PolicyText] {
        let folder = "\(directory)/servers"
        return (list(folder) ?? []).compactMap { name in
            let path = "\(folder)/\(name)"
            return FileLoader(faults: Faults()).bytes(FileReference(unnamed: path)).map { PolicyText(path: path, bytes: $0) }
        }
    }

    /// The names of the YAML files in a folder, in order; nil when it is none.
    private static func list(_ folder: String) -> [String]? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory), names.count < Limits.policyFolderFilesMax {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(".yaml"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
