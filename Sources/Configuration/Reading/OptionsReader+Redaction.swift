import Core
import Redaction
import YAML

extension OptionsReader {
    /// `redaction`.
    static func redaction(_ reader: NodeReader) -> RedactionOptions {
        var options = RedactionOptions(
            detectors: reader.files("detectors"), tenantKey: reader.file("tenant_key_file"), style: reader.choice("style", default: .typed),
            known: reader.mapping("known", known) ?? KnownSecretOptions(),
            learned: reader.mapping("learned", learned) ?? LearnedSecretOptions())
        options.tenantKeys = reader.named("tenants") { name, own in own.requiredFile("key_file", example: "\(name).key").map { (name, $0) }
        }
        .compactMap(\.self)
        return options
    }

    private static func known(_ reader: NodeReader) -> KnownSecretOptions {
        let names = reader.strings("environment", orOne: true)
        for name in names where name.dropLast().contains("*") || name == "*" {
            reader.fault(
                "environment", "`\(reader.name(of: "environment"))`: \(Fault.quote(name)) has `*` at another place than behind a beginning",
                remedy: "write names such as DB_PASSWORD, or beginnings such as AIRFLOW_CONN_*")
        }
        return KnownSecretOptions(environment: names, files: reader.files("files") ?? [], enrolled: reader.files("enrolled") ?? [])
    }

    private static func learned(_ reader: NodeReader) -> LearnedSecretOptions {
        var learned = LearnedSecretOptions()
        learned.values = reader.int("values", in: 0...Limits.learnedSecretsMax, default: learned.values)
        learned.lifetime = reader.duration("lifetime", in: Limits.learnedLifetimes, default: learned.lifetime)
        return learned
    }
}
