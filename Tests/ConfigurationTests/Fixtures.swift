import Glibc

/// The files beside the tests.
enum Fixtures {
    /// The root of the checkout, with a slash at its end.
    static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/") + "/"
    }()

    /// The names in a directory, in order.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(root + directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file; empty when it cannot be read.
    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path.hasPrefix("/") ? path : root + path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return bytes
    }

    /// The text of a file.
    static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }
}
