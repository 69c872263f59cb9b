import Audit
import Core
import YAML

extension OptionsReader {
    static func audit(_ reader: NodeReader) -> AuditOptions? {
        let path = reader.optionalPath("file")
        if !reader.has("file") { reader.missing("file", example: "audit.log") }
        var audit = AuditOptions(path: path ?? "")
        audit.whenFull = reader.choice("on_full", default: audit.whenFull)
        audit.signingKey = reader.file("signing_key_file")
        audit.hashKey = reader.file("hash_key_file")
        audit.isPseudonymous = reader.bool("pseudonyms", default: false)
        audit.arguments = reader.strings("arguments")
        if audit.arguments.count > Limits.auditArgumentsMax {
            reader.fault(
                "arguments", "`audit.arguments` names more than \(Limits.auditArgumentsMax) arguments",
                remedy: "keep the ones that name things, such as dag_id")
        }
        return path == nil ? nil : audit
    }
}
