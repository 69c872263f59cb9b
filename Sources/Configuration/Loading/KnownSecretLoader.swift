import Core
import Glibc
import Redaction
import YAML

/// Reads the values that are known to be secrets. Values in clear go from the environment or a file into locked memory and nowhere else.
public struct KnownSecretLoader {
    let loader: FileLoader
    /// The key of the hashes; nil where none is configured.
    let tenantKey: SecretBytes?

    /// The values in clear, compiled; nil when there are none, and after a fault.
    func known(_ options: KnownSecretOptions) -> KnownSecrets? {
        var export = SecretExport()
        for name in options.environment { Self.read(environment: name, into: &export) }
        for file in options.files {
            guard var bytes = loader.secretExport(file) else { continue }
            _ = export.read(bytes)
            bytes.withUnsafeMutableBytes { if let at = $0.baseAddress { explicit_bzero(at, $0.count) } }
        }
        var values = export.values.filter { KnownSecrets.lengths.contains($0.count) }
        export = SecretExport()
        if values.count > Limits.knownSecretsMax {
            loader.faults.add(
                options.files.first?.file ?? "redaction.known", options.files.first?.mark,
                "`redaction.known` holds \(values.count) values, and \(Limits.knownSecretsMax) are the most", remedy: "name fewer")
            return nil
        }
        return KnownSecrets(&values)
    }

    /// The hashes; nil when there are none, and after a fault.
    func enrolled(_ options: KnownSecretOptions) -> EnrolledSecrets? {
        guard let first = options.enrolled.first else { return nil }
        guard let tenantKey else {
            loader.fault(first, "needs the key it was made with", "name it: `redaction.tenant_key_file`, or --tenant-key")
            return nil
        }
        var sets: [EnrolledSecrets] = []
        for file in options.enrolled {
            // With the key guesses can be tested, and whoever can write it can make runs look like secrets: it is kept like one.
            guard let bytes = loader.secretExport(file) else { continue }
            if let set = EnrolledSecrets(bytes, file: file.path, tenantKey: tenantKey, faults: loader.faults) { sets.append(set) }
        }
        return EnrolledSecrets(joining: sets)
    }

    /// The variables a name or a beginning stands for; answers whether there are any. One that is not set is no fault of a configuration:
    /// the same file serves several machines.
    @discardableResult
    public static func read(environment pattern: String, into export: inout SecretExport) -> Bool {
        guard pattern.hasSuffix("*") else {
            guard let value = getenv(pattern) else { return false }
            export.add(Array(String(cString: value).utf8))
            return true
        }
        let beginning = Array(pattern.utf8.dropLast())
        var entry = environ
        var isAny = false
        while let text = entry.pointee {
            let bytes = Array(String(cString: text).utf8)
            if bytes.starts(with: beginning), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
                export.add(Array(bytes[(equals + 1)...]))
                isAny = true
            }
            entry += 1
        }
        return isAny
    }
}
