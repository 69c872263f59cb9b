import Configuration
import Core
import Redaction
import YAML

/// What the verbs about redaction have in common: an engine made as their flags say.
enum RedactionSetup {
    /// The engine; nil after a fault.
    static func engine(_ arguments: Arguments, _ faults: Faults, _ terminal: Terminal) -> RedactionEngine? {
        let detectors = arguments.all("--detectors")
        let directory = detectors == nil ? policies(arguments, faults) : nil
        if detectors == nil, directory == nil { return nil }
        guard let style = style(arguments, faults) else { return nil }
        guard let hygiene = hygiene(arguments, faults) else { return nil }
        guard let allow = allow(arguments, faults) else { return nil }
        let tenant = arguments.value("--tenant")
        if tenant != nil, arguments.value("--tenant-key") == nil {
            faults.add("louver redact", nil, "--tenant needs the key that its own is made of", remedy: "write --tenant-key FILE")
            return nil
        }
        guard holdsNames(arguments, "--known-env", "louver redact", faults, terminal) else { return nil }
        let engine = RedactionLoader(policies: directory, faults: faults).engine(
            files: detectors, tenantKeyFile: arguments.value("--tenant-key"), style: style,
            known: KnownSecretOptions(
                environment: arguments.all("--known-env") ?? [],
                files: (arguments.all("--known") ?? []).map { FileReference(unnamed: $0) },
                enrolled: (arguments.all("--enrolled") ?? []).map { FileReference(unnamed: $0) }))
        guard let engine else { return nil }
        var rules = RedactionRules()
        rules.hygiene = hygiene
        rules.allow = allow
        let hasKey = arguments.value("--tenant-key") != nil
        if !arguments.has("--quiet") {
            let use = arguments.has("--ndjson") ? Allowance.Use.records : .text
            for advice in Allowance.advice(allow, now: .now(), detectors: engine.detectors, hasKey: hasKey, use: use) {
                terminal.error(terminal.styled("warning: ", .yellow) + advice.description)
            }
        }
        return RedactionEngine(engine, rules: rules, tenant: tenant)
    }

    /// Whether the environment holds the variables that `flag` names. Whoever names one wants its value found, and a word misspelt would
    /// let it pass unseen; of several that begin alike there may be none.
    static func holdsNames(_ arguments: Arguments, _ flag: String, _ verb: String, _ faults: Faults, _ terminal: Terminal) -> Bool {
        var holdsAll = true
        for name in arguments.all(flag) ?? [] {
            var export = SecretExport()
            if KnownSecretLoader.read(environment: name, into: &export) { continue }
            if name.hasSuffix("*") {
                if !arguments.has("--quiet") {
                    terminal.error(terminal.styled("warning: ", .yellow) + "no environment variable begins like \(Fault.quote(name))")
                }
            } else {
                faults.add(verb, nil, "the environment variable \(Fault.quote(name)) is not set", remedy: "export it, or leave \(flag) out")
                holdsAll = false
            }
        }
        return holdsAll
    }

    /// The directory of shipped policies; nil after a fault.
    private static func policies(_ arguments: Arguments, _ faults: Faults) -> String? {
        do {
            return try PoliciesDirectory.find(
                explicit: arguments.value("--policies"), environment: Environment.value("LOUVER_POLICIES"),
                executable: PoliciesDirectory.executablePath())
        } catch {
            faults.add("louver redact", nil, error.detail)
            return nil
        }
    }

    /// The entries of `--allow`; nil after a fault.
    private static func allow(_ arguments: Arguments, _ faults: Faults) -> [Allowance]? {
        guard let file = arguments.value("--allow") else { return [] }
        return RedactionLoader(policies: nil, faults: faults).allowances(file)
    }

    private static func hygiene(_ arguments: Arguments, _ faults: Faults) -> Hygiene? {
        guard let word = arguments.value("--hygiene") else { return .off }
        if let hygiene = Hygiene(rawValue: word) { return hygiene }
        faults.add("louver redact", nil, "--hygiene has no \(Fault.quote(word))", remedy: "write one of: off, mark, block")
        return nil
    }

    private static func style(_ arguments: Arguments, _ faults: Faults) -> Placeholder.Style? {
        guard let word = arguments.value("--style") else { return .typed }
        if let style = Placeholder.Style(rawValue: word) { return style }
        let words = Placeholder.Style.allCases.map(\.rawValue)
        let near = Spelling.nearest(to: word, among: words)
        faults.add(
            "louver redact", nil, "--style has no \(Fault.quote(word))",
            remedy: near.map { "did you mean \($0)?" } ?? "write one of: \(words.joined(separator: ", "))")
        return nil
    }
}
