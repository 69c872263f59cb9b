import Core
import Crypto
import RateLimit
import Redaction
import YAML

/// Puts a policy together from its file, the packs it extends and the profile of its server.
final class PolicyLoader {
    private let faults: Faults
    private let resolve: PolicyResolver
    private var profile = ServerProfile.generic
    private var name = ""
    private var argumentGuard = IdentifierGuard(profile: .generic)
    private var rules: [Rule] = []
    private var redaction = RedactionRules()
    private var principals = [PrincipalMatch.anyone]
    private var limits: [BucketRule] = []
    private var repeats: RepeatRule?
    private var cases: [PolicyCase] = []
    /// Everything read, for the hash; and the packs that are being read, so that a circle is noticed.
    private var texts: [PolicyText] = []
    private var open: [String] = []
    private var taken: Set<[String]> = []
    private var zones: [String: ZoneRules] = [:]

    private let keys: KeyIndex?

    init(faults: Faults, keys: KeyIndex?, resolve: @escaping PolicyResolver) {
        self.faults = faults
        self.keys = keys
        self.resolve = resolve
    }

    /// Reads everything; nil when anything was faulty.
    func load(_ text: PolicyText) -> PolicySet? {
        let before = faults.count
        texts.append(text)
        open.append(text.path)
        let read: Void? = NodeReader.read(text.bytes, file: text.path, faults: faults, index: keys) { reader in
            readServer(reader)
            readFile(reader, PolicyScope(profile: profile, zone: { [self] in zone($0) }), isRoot: true)
        }
        guard read != nil, faults.count == before else { return nil }
        return PolicySet(
            name: name, hash: hash, limits: limits, repeats: repeats, cases: cases, rules: rules, principals: principals,
            argumentGuard: argumentGuard, redaction: redaction)
    }

    // MARK: The server

    private func readServer(_ reader: NodeReader) {
        let server = reader.string("server", default: "generic")
        guard server != "generic" else { return }
        guard NodeReader.isIdentifier(server), let text = resolve(.server(server)) else {
            reader.fault(
                "server", "there is no profile of a server called \(Fault.quote(server))",
                remedy: "see the folder `servers` of the shipped policies, or write `generic`")
            return
        }
        texts.append(text)
        if let known = ProfileReader.read(text, faults: faults) { profile = known }
    }

    // MARK: One file

    private func readFile(_ reader: NodeReader, _ outer: PolicyScope, isRoot: Bool) {
        var scope = outer
        reader.formatVersion()
        let own = reader.identifier("name", extra: "_.-/", example: "analytics-readers")
        _ = reader.optionalString("description")
        if isRoot { name = own } else { scope.pack = own }
        readGuard(reader, isRoot)
        readPins(reader, isRoot)
        readRedaction(reader, isRoot)
        readPrincipals(reader, &scope)
        // A policy's own rules come before those of the packs it extends.
        let packs = extensions(reader, scope)
        readRules(reader, scope)
        readLimits(reader, scope)
        if isRoot { repeats = RepeatReader.read(reader, profile) } else { reader.refuse("repeat_guard", "it belongs to the policy itself") }
        cases += isRoot ? readCases(reader, scope) : []
        if !isRoot { _ = reader.has("server") }
        for pack in packs { readPack(pack, reader, scope) }
        if isRoot, rules.isEmpty, faults.isEmpty {
            faults.add(
                reader.file, reader.mark, "the policy has no rule: nothing at all would be allowed",
                remedy: "write `extends: [airflow/read-only]`, or rules")
        }
    }

    private func readGuard(_ reader: NodeReader, _ isRoot: Bool) {
        if isRoot { argumentGuard = IdentifierGuard(profile: profile) }
        guard isRoot else { return reader.refuse("guard", "only the policy itself may loosen the argument guard, never a pack") }
        reader.mapping("guard") { own in
            argumentGuard.checksIdentifiers = own.bool("identifiers", default: true)
            argumentGuard.refusesUnknown = own.choice("unknown_arguments", default: UnknownArguments.refuse) == .refuse
        }
    }

    private func readRedaction(_ reader: NodeReader, _ isRoot: Bool) {
        guard isRoot else { return reader.refuse("redaction", "only the policy itself says how replies are redacted, never a pack") }
        redaction = reader.mapping("redaction", RedactionRules.read) ?? RedactionRules()
    }

    private func readPins(_ reader: NodeReader, _ isRoot: Bool) {
        guard isRoot else { return reader.refuse("pins", "only the policy itself pins tools, never a pack") }
        guard let written = reader.optionalString("pins") else { return }
        guard let text = resolve(.file(written, from: reader.file)) else {
            return reader.fault(
                "pins", "there is no file of pins at \(Fault.quote(written))",
                remedy: "the path is meant from the folder of this file; let `louver policy pin` write it")
        }
        texts.append(text)
        argumentGuard.pins = ToolPins.read(text.bytes, file: text.path, faults: faults)
    }

    private enum UnknownArguments: String, CaseIterable {
        case refuse
        case allow
    }

    private func readPrincipals(_ reader: NodeReader, _ scope: inout PolicyScope) {
        let entries = reader.named("principals") { name, own in (name, PrincipalReader.read(name, own)) }
        for (name, entry) in entries {
            scope.principals[name] = principals.count
            principals.append(entry)
        }
        if principals.count > Limits.policyPrincipalsMax {
            reader.fault("principals", "the policy has more than \(Limits.policyPrincipalsMax) principals")
        }
    }

    private func readRules(_ reader: NodeReader, _ scope: PolicyScope) {
        var seen: [String: YAMLMark] = [:]
        let read = reader.list("rules") { own, _ -> RuleDraft? in
            if let id = own.node("id")?.scalar?.text {
                if let first = seen[id] {
                    own.fault(
                        "id", "a rule called \(Fault.quote(id)) stands on line \(first.line) already", remedy: "give each rule its own id")
                }
                seen[id] = own.mark
            }
            return RuleReader(scope: scope, reader: own).read()
        }
        rules += read.compactMap { $0.map(Rule.init) }
        if rules.count > Limits.policyRulesMax { reader.fault("rules", "the policy has more than \(Limits.policyRulesMax) rules") }
    }

    private func readLimits(_ reader: NodeReader, _ scope: PolicyScope) {
        var seen: Set<String> = []
        let read = reader.list("limits") { own, _ -> BucketRule? in
            if let id = own.node("id")?.scalar?.text, !seen.insert(id).inserted {
                own.fault("id", "a limit called \(Fault.quote(id)) stands above already", remedy: "give each limit its own id")
            }
            return LimitReader.read(own, scope, policy: name)
        }
        limits += read.compactMap(\.self)
        if limits.count > Limits.limitRulesMax { reader.fault("limits", "the policy has more than \(Limits.limitRulesMax) limits") }
    }

    private func readCases(_ reader: NodeReader, _ scope: PolicyScope) -> [PolicyCase] {
        reader.list("tests") { own, _ in CaseReader.read(own) }.compactMap(\.self)
    }

    // MARK: Packs

    private struct Extension {
        var written: NodeReader.Marked
        var narrowed: [Int]?
    }

    /// What `extends` lists: names of packs, or mappings that narrow a pack to some principals.
    private func extensions(_ reader: NodeReader, _ scope: PolicyScope) -> [Extension] {
        reader.elements("extends").enumerated().compactMap { index, node in
            if let scalar = node.scalar, scalar.kind != .null, !scalar.text.isEmpty {
                return Extension(written: NodeReader.Marked(text: scalar.text, mark: node.mark), narrowed: nil)
            }
            guard let own = reader.nested(node, path: "\(reader.name(of: "extends"))[\(index)]", step: "extends[]") else {
                return nil
            }
            let pack = own.string("pack", example: "airflow/read-only")
            let named = own.texts("principals")
            if !own.has("principals") { own.missing("principals", example: "[analysts]") }
            own.finish()
            let narrowed = named.compactMap { RuleReader.principal($0, scope, own) }
            return pack.isEmpty ? nil : Extension(written: NodeReader.Marked(text: pack, mark: node.mark), narrowed: narrowed)
        }
    }

    private func readPack(_ pack: Extension, _ reader: NodeReader, _ outer: PolicyScope) {
        let written = pack.written.text
        let isFile = written.utf8.starts(with: "./".utf8) || written.utf8.starts(with: "../".utf8)
        let reference: PolicyReference = isFile ? .file(written, from: reader.file) : .pack(written)
        guard isFile || Self.isPackName(written), let text = resolve(reference) else {
            faults.add(
                reader.file, pack.written.mark, "there is no pack called \(Fault.quote(written))",
                remedy: isFile
                    ? "the path is meant from the folder of this file"
                    : "shipped packs look like `airflow/read-only`; files like `./team.yaml`")
            return
        }
        if open.contains(text.path) {
            faults.add(
                reader.file, pack.written.mark, "\(Fault.quote(written)) extends itself, over \(open.joined(separator: " -> "))",
                remedy: "leave one of them out of `extends`")
            return
        }
        var scope = PolicyScope(narrowed: outer.narrowed, profile: profile, zone: outer.zone)
        if let narrowed = pack.narrowed { scope.narrowed.append(narrowed) }
        // The same pack for the same people says nothing new.
        guard taken.insert([text.path] + scope.narrowed.map { "\($0)" }).inserted else { return }
        guard texts.count < Limits.policyFilesMax else {
            faults.add(reader.file, pack.written.mark, "the policy is made of more than \(Limits.policyFilesMax) files")
            return
        }
        texts.append(text)
        open.append(text.path)
        _ = NodeReader.read(text.bytes, file: text.path, faults: faults) { own in readFile(own, scope, isRoot: false) }
        open.removeLast()
    }

    private static func isPackName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String($0) ?? "" }
        return !parts.isEmpty && parts.allSatisfy { NodeReader.isIdentifier($0) && !$0.utf8.allSatisfy { $0 == UInt8(ascii: ".") } }
    }

    // MARK: Zones

    /// The rules of a zone. They come from the system and are no part of the policy, nor of its hash.
    private func zone(_ name: String) -> ZoneRules? {
        if name == "UTC" { return ZoneRules.utc }
        if let known = zones[name] { return known }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { ASCII.isAlphanumeric($0) || "_+-".utf8.contains($0) }
        }
        guard isName, name.utf8.count <= Limits.policyNameBytesMax, let text = resolve(.zone(name)) else { return nil }
        let rules = ZoneRules(text.bytes)
        zones[name] = rules
        return rules
    }

    // MARK: The hash

    private var hash: [UInt8] {
        var all: [UInt8] = []
        for text in texts {
            all += Array("\(text.bytes.count):".utf8)
            all += text.bytes
        }
        return Hex.encode(Digest.sha256(all.span))
    }
}
