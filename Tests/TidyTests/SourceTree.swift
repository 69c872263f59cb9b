import Foundation

/// The Swift files of the repository, found from where this file stands.
enum SourceTree {
    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The files under `Sources`.
    static let sources = files(in: "Sources")
    /// The files under `Tests`.
    static let tests = files(in: "Tests")

    /// The folders right under one of the top level's.
    static func folders(in name: String) -> [String] {
        let found = try? FileManager.default.contentsOfDirectory(
            at: root.appending(path: name), includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        return (found ?? []).filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true }
            .map(\.lastPathComponent).sorted()
    }

    private static func files(in name: String) -> [SourceFile] {
        let top = root.appending(path: name)
        let found = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        return (found?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .compactMap { url in
                let path = String(url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count + 1))
                return (try? String(contentsOf: url, encoding: .utf8)).map { SourceFile(path: path, text: $0) }
            }
            .sorted { $0.path < $1.path }
    }
}
