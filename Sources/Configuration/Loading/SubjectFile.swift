import Core
import YAML

/// A file that says who somebody is in Airflow: issuers, and for each of them subjects with their names or numeric ids there.
///
///     https://idp.example:
///       alice@example.com: "3"
enum SubjectFile {
    /// Reads a text; nil after a fault.
    static func read(_ bytes: [UInt8], file: String, faults: Faults) -> [[UInt8]: [[UInt8]: [UInt8]]]? {
        guard let root = YAMLParser.parse(bytes, file: file, into: faults) else { return nil }
        guard let issuers = root.entries else {
            faults.add(file, root.mark, "the file must be a mapping of issuers to their subjects, not \(root.kindName)")
            return nil
        }
        let before = faults.count
        var table: [[UInt8]: [[UInt8]: [UInt8]]] = [:]
        for issuer in issuers {
            guard let subjects = issuer.value.entries else {
                faults.add(file, issuer.value.mark, "an issuer must be a mapping of subjects to names, not \(issuer.value.kindName)")
                continue
            }
            var names: [[UInt8]: [UInt8]] = [:]
            for subject in subjects {
                guard let scalar = subject.value.scalar, isName(scalar) else {
                    faults.add(
                        file, subject.value.mark, "the name of \(Fault.quote(subject.name)) in Airflow is no text and no whole number",
                        remedy: "write the user name, or for FabAuthManager the numeric id")
                    continue
                }
                names[Array(subject.name.utf8)] = Array(scalar.text.utf8)
            }
            table[Array(issuer.name.utf8)] = names
        }
        return faults.count == before ? table : nil
    }

    private static func isName(_ scalar: YAMLScalar) -> Bool {
        switch scalar.kind {
        case .string, .integer: !scalar.text.isEmpty
        default: false
        }
    }
}
