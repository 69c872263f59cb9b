import Core
import Glibc

/// Finds the directory with the policies and detectors that come with Louver.
public enum PoliciesDirectory {
    /// The first of these that is a directory: `explicit` (from `--policies`), `environment` (from `$LOUVER_POLICIES`),
    /// `../share/louver/policies` and `../../../Policies` from the executable's own place, which serve an installed Louver and a checkout.
    ///
    /// The first two are not passed over: where one is given and is no directory, that is the failure.
    public static func find(explicit: String?, environment: String?, executable: String?) throws(Failure) -> String {
        for (place, path) in [("--policies", explicit), ("$LOUVER_POLICIES", environment)] {
            guard let path, !path.isEmpty else { continue }
            if isDirectory(path) { return path }
            throw Failure(.louver, "policies_missing", detail: "\(place) names `\(path)`, which is not a directory")
        }
        let home = executable.flatMap(directory) ?? "."
        let places = ["\(home)/../share/louver/policies", "\(home)/../../../Policies", "\(home)/../../../../Policies"]
        if let found = places.first(where: isDirectory) { return canonical(found) }
        throw Failure(
            .louver, "policies_missing",
            detail: "the policies that come with Louver are not at \(canonical(home + "/.."))/share/louver/policies; "
                + "say where with --policies or $LOUVER_POLICIES")
    }

    /// The path of the running program, as the kernel knows it.
    public static func executablePath() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func directory(_ path: String) -> String? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(path[..<slash])
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func canonical(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
