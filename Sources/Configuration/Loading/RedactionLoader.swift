import Core
import Crypto
import Glibc
import Policy
import Redaction
import YAML

/// Compiles the detectors that options name, or the ones that come with Louver. Opens files, and so blocks.
public struct RedactionLoader {
    private let loader: FileLoader
    private let policies: String?

    init(loader: FileLoader, policies: String?) {
        self.loader = loader
        self.policies = policies
    }

    /// Makes a loader.
    ///
    /// - Parameters:
    ///   - policies: the directory of shipped policies, or nil when it was not found.
    ///   - faults: where faults go.
    public init(policies: String?, faults: Faults) {
        self.init(loader: FileLoader(faults: faults), policies: policies)
    }

    /// The engine for one run over files: detectors from `files` or the shipped ones, placeholders keyed from a file or at random. Nil
    /// after a fault.
    public func engine(
        files: [String]?, tenantKeyFile: String?, style: Placeholder.Style = .typed, known: KnownSecretOptions = KnownSecretOptions()
    ) -> RedactionEngine? {
        var random = SecureRandom.bytes(Limits.keyFileBytesMin)
        let options = RedactionOptions(
            detectors: files.map { $0.map { FileReference(unnamed: $0) } }, tenantKey: tenantKeyFile.map { FileReference(unnamed: $0) },
            style: style, known: known)
        return engine(options, ownTenantKey: SecretBytes(taking: &random))?.engine
    }

    /// The key in a file; nil after a fault.
    public func tenantKey(_ file: String) -> SecretBytes? {
        loader.secretKey(FileReference(unnamed: file), atLeast: Limits.keyFileBytesMin)
    }

    /// The entries of a file for `louver redact --allow`; nil after a fault.
    public func allowances(_ file: String) -> [Allowance]? {
        guard let bytes = loader.bytes(FileReference(unnamed: file)) else { return nil }
        return Allowance.readFile(bytes, file: file, faults: loader.faults)
    }

    /// What the options of redaction name, read and compiled.
    struct Loaded {
        /// What all tenants share.
        let engine: RedactionEngine
        /// SHA-256 over the detectors.
        let hash: [UInt8]
        /// The keys of tenants that have their own.
        let tenantKeys: [String: SecretBytes]

        /// The engine for replies under a policy.
        func engine(for policy: PolicySet) -> RedactionEngine {
            let tenant = policy.redaction.tenant ?? policy.name
            return RedactionEngine(engine, rules: policy.redaction, tenant: tenant, ownKey: tenantKeys[tenant])
        }
    }

    /// The engine and the hash of its detectors; nil after a fault.
    func engine(_ options: RedactionOptions, ownTenantKey: SecretBytes) -> Loaded? {
        let tenantKey: SecretBytes? =
            if let file = options.tenantKey { loader.secretKey(file, atLeast: Limits.keyFileBytesMin) } else { ownTenantKey }
        guard let set = detectors(options.detectors), let tenantKey else { return nil }
        let secrets = KnownSecretLoader(loader: loader, tenantKey: options.tenantKey == nil ? nil : tenantKey)
        let known = secrets.known(options.known)
        let enrolled = secrets.enrolled(options.known)
        var tenantKeys: [String: SecretBytes] = [:]
        for (tenant, file) in options.tenantKeys { tenantKeys[tenant] = loader.secretKey(file, atLeast: Limits.keyFileBytesMin) }
        guard loader.faults.isEmpty else { return nil }
        let engine = RedactionEngine(
            detectors: set.detectors, tenantKey: tenantKey, style: options.style, known: known, enrolled: enrolled)
        return Loaded(engine: engine, hash: set.hash, tenantKeys: tenantKeys)
    }

    /// The detectors and their hash; nil after a fault.
    func detectors(_ named: [FileReference]?) -> (detectors: DetectorSet, hash: [UInt8])? {
        guard let references = named ?? shipped() else { return nil }
        let files = references.map { reference in loader.bytes(reference).map { (name: reference.path, bytes: $0) } }
        guard files.allSatisfy({ $0 != nil }) else { return nil }
        let texts = files.compactMap(\.self)
        switch DetectorSet.load(texts) {
        case .success(let set):
            let digests = texts.flatMap { Digest.sha256($0.bytes.span) }
            return (set, Hex.encode(Digest.sha256(digests.span)))
        case .failure(let found):
            for fault in found.faults { loader.faults.add(fault) }
            return nil
        }
    }

    /// The detector files that come with Louver, by name; nil after a fault.
    private func shipped() -> [FileReference]? {
        guard let policies else { return nil }
        let directory = "\(policies)/detectors"
        let files = Self.detectorFiles(in: directory)
        if files.isEmpty {
            loader.faults.add(
                directory, nil, "no detectors are here, so nothing would be redacted", remedy: "name some under `redaction.detectors`")
            return nil
        }
        return files.map { FileReference(unnamed: $0) }
    }

    /// The detector files in a directory, by name.
    public static func detectorFiles(in directory: String) -> [String] {
        names(in: directory).filter { $0.hasSuffix(".yaml") }.sorted().map { "\(directory)/\($0)" }
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }
}
