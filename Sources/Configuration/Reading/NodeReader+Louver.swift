import YAML

extension NodeReader {
    /// A file named by an optional key.
    func file(_ key: String) -> FileReference? {
        guard let path = optionalPath(key), let mark = node(key)?.mark else { return nil }
        return FileReference(path: path, key: name(of: key), file: file, mark: mark)
    }

    /// A file named by a required key; nil after a fault.
    func requiredFile(_ key: String, example: String) -> FileReference? {
        if !has(key) { missing(key, example: example) }
        return file(key)
    }

    /// Files in an optional list; nil when the key is absent.
    func files(_ key: String) -> [FileReference]? {
        guard has(key) else { return nil }
        let marks = elements(key).map(\.mark)
        return zip(strings(key), marks).enumerated().map { index, pair in
            FileReference(path: resolve(pair.0), key: "\(name(of: key))[\(index)]", file: file, mark: pair.1)
        }
    }

    /// A required numeric address with a port; nil after a fault.
    func endpoint(_ key: String, example: String) -> Endpoint? {
        let written = string(key, example: example)
        if written.isEmpty { return nil }
        if let endpoint = Endpoint(written) { return endpoint }
        let hasBareColons = written.utf8.count { $0 == UInt8(ascii: ":") } > 1 && !written.hasPrefix("[")
        let remedy =
            switch hasBareColons ? nil : written.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) {
            case "localhost": "write instead: 127.0.0.1\(written.dropFirst("localhost".count))"
            case "", "*": "write instead: 0.0.0.0:\(written.split(separator: ":").last ?? "8080"), if every address of the machine is meant"
            case nil: "put brackets around an IPv6 address, such as [::1]:8080"
            default: "write an address and a port, such as 127.0.0.1:8080 or [::1]:8080"
            }
        fault(key, "`\(name(of: key))` is not an address to listen on: \(Fault.quote(written))", remedy: remedy)
        return nil
    }

    /// A required URL of a server; nil after a fault.
    func url(_ key: String, example: String) -> ServerURL? {
        if !has(key) { missing(key, example: example) }
        return optionalURL(key, example: example)
    }

    /// A URL of a server, or nil when the key is absent or after a fault.
    func optionalURL(_ key: String, example: String) -> ServerURL? {
        guard let written = optionalString(key) else { return nil }
        if let url = ServerURL(written) { return url }
        // What stands before an `@` may be a password.
        let shown = written.contains("@") ? "" : ": \(Fault.quote(written))"
        fault(
            key, "`\(name(of: key))` is not a usable URL\(shown)",
            remedy: "write scheme, host and path, such as \(example), without user, query and fragment")
        return nil
    }
}
