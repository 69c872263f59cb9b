import Core
import Identity
import YAML

/// Reads the entries under `principals`.
enum PrincipalReader {
    /// Reads one entry.
    static func read(_ name: String, _ reader: NodeReader) -> PrincipalMatch {
        var entry = PrincipalMatch(name: Array(name.utf8))
        if !NodeReader.isIdentifier(name) {
            reader.faults.add(
                reader.file, reader.mark, "`\(reader.path)` is no name for principals",
                remedy: "use letters, digits and `_.-`, at most \(Limits.policyNameBytesMax)")
        }
        if name == "anyone" {
            reader.faults.add(
                reader.file, reader.mark, "`anyone` is built in: whoever has authenticated", remedy: "choose another name")
        }
        entry.issuers = bytes(reader, "issuers")
        entry.subjects = bytes(reader, "subjects")
        entry.clients = bytes(reader, "clients")
        entry.groups = bytes(reader, "groups")
        entry.certificates = certificates(reader)
        entry.scopes = scopes(reader)
        if let node = reader.node("claims"), let entries = node.entries {
            for item in entries { claim(item, reader, &entry) }
        } else if reader.has("claims") {
            reader.fault("claims", "`\(reader.name(of: "claims"))` must be a mapping of claims to what they must hold")
        }
        let keys = ["issuers", "subjects", "clients", "groups", "scopes", "certificates", "claims"]
        if !keys.contains(where: { reader.has($0) }) {
            reader.faults.add(
                reader.file, reader.mark, "`\(reader.path)` says nothing about whom it means",
                remedy: "write claims, groups, scopes, clients, subjects, certificates or issuers; for everybody name `anyone` in the rules"
            )
        }
        for key in keys.dropLast() where reader.has(key) && bytes(reader, key).isEmpty {
            reader.fault(key, "`\(reader.name(of: key))` is empty: nobody could match", remedy: "name at least one, or remove the key")
        }
        return entry
    }

    /// Reads `scopes`, of an entry or of a rule.
    static func scopes(_ reader: NodeReader) -> [[UInt8]] {
        for scope in reader.texts("scopes") where !ScopeText.isScope(Array(scope.text.utf8).span) {
            reader.faults.add(reader.file, scope.mark, "\(Fault.quote(scope.text)) is no scope", remedy: "write one word per entry")
        }
        return bytes(reader, "scopes")
    }

    private static func certificates(_ reader: NodeReader) -> [[UInt8]] {
        reader.texts("certificates").compactMap { item in
            if let digest = Thumbprint.read(item.text) { return digest }
            reader.faults.add(
                reader.file, item.mark, "\(Fault.quote(item.text)) is no SHA-256 fingerprint of a certificate",
                remedy: "write what `openssl x509 -noout -fingerprint -sha256` prints behind the `=`")
            return nil
        }
    }

    private static func bytes(_ reader: NodeReader, _ key: String) -> [[UInt8]] { reader.texts(key).map { Array($0.text.utf8) } }

    private static func claim(_ item: YAMLEntry, _ reader: NodeReader, _ entry: inout PrincipalMatch) {
        let path: ClaimPath
        do throws(IdentityFault) { path = try ClaimPath(item.name) } catch {
            reader.faults.add(reader.file, item.keyMark, error.message, remedy: error.remedy)
            return
        }
        if let scalar = item.value.scalar, scalar.kind != .null {
            entry.claims.append((path, .any([ScalarValue(scalar)])))
            return
        }
        let place = "\(reader.name(of: "claims")).\(item.name)"
        guard let own = reader.nested(item.value, path: place, step: "claims.*") else { return }
        let before = entry.claims.count
        if own.has("any") { entry.claims.append((path, .any(values(own, "any")))) }
        if own.has("all") { entry.claims.append((path, .all(values(own, "all")))) }
        if own.has("equals") {
            for value in values(own, "equals").prefix(1) { entry.claims.append((path, .equals(value))) }
        }
        own.finish()
        if entry.claims.count == before, own.written.isEmpty {
            reader.faults.add(
                reader.file, item.value.mark, "`\(place)` says nothing about the claim", remedy: "write, for example: `any: [analytics]`")
        }
    }

    private static func values(_ reader: NodeReader, _ key: String) -> [ScalarValue] {
        guard let node = reader.node(key) else { return [] }
        let nodes = node.scalar == nil && key != "equals" ? reader.elements(key) : [node]
        let values = nodes.compactMap { item -> ScalarValue? in
            if let scalar = item.scalar, scalar.kind != .null { return ScalarValue(scalar) }
            reader.faults.add(reader.file, item.mark, "`\(reader.name(of: key))` must hold single values")
            return nil
        }
        if nodes.isEmpty { reader.fault(key, "`\(reader.name(of: key))` is empty: nobody could match", remedy: "name at least one value") }
        return values
    }
}
