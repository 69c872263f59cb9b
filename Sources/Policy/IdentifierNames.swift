/// Which argument names mean identifiers wherever no profile says otherwise. Names are compared without case, `_` and `-`, so that
/// `dagId`, `DAG_ID` and `dag-id` are all the same.
enum IdentifierNames {
    /// The kind of an argument by its name; nil for an ordinary one.
    static func kind(of name: Span<UInt8>) -> IdentifierKind? {
        guard name.count > 0, name.count <= 40, let folded = FoldedName(name) else { return nil }
        return kinds[folded]
    }

    /// A name without case, `_` and `-`, packed into two words: none of the known ones is longer than sixteen bytes.
    private struct FoldedName: Hashable {
        var low: UInt64 = 0
        var high: UInt64 = 0

        /// Nil for a name that is too long to be known.
        init?(_ name: Span<UInt8>) {
            var count: UInt64 = 0
            for at in 0..<name.count where name[at] != UInt8(ascii: "_") && name[at] != UInt8(ascii: "-") {
                let byte = UInt64(name[at] &- 0x41 < 26 ? name[at] | 0x20 : name[at])
                if count < 8 { low |= byte << (count &* 8) } else { high |= byte << ((count &- 8) &* 8) }
                count &+= 1
                if count > 16 { return nil }
            }
        }
    }

    private static let kinds: [FoldedName: IdentifierKind] = {
        var out: [FoldedName: IdentifierKind] = [:]
        let table: [(IdentifierKind, [String])] = [
            (.dag, ["dagid", "sourcedagid", "triggerdagid", "taskid", "sourcetaskid", "taskids", "taskgroupid", "groupid"]),
            (.dags, ["dagids"]),
            (.run, ["runid", "dagrunid", "sourcerunid", "dagrunids", "runids", "triggerrunid"]),
            (.connection, ["connectionid", "connid", "connectionids", "connids"]),
            (
                .name,
                [
                    "xcomkey", "variablekey", "variablekeys", "variableid", "poolname", "poolnames", "pool", "username", "rolename",
                    "sectionname", "section", "option", "providername", "filetoken", "bundlename",
                ]
            ),
            (
                .integer,
                [
                    "mapindex", "sourcemapindex", "trynumber", "tasktrynumber", "assetid", "assetaliasid", "datasetid", "eventlogid",
                    "importerrorid", "backfillid", "versionnumber",
                ]
            ),
            (.uri, ["uri", "asseturi", "dataseturi"]),
        ]
        for (kind, names) in table {
            for name in names {
                guard let folded = FoldedName(Array(name.utf8).span) else { preconditionFailure("a known name is too long: \(name)") }
                out[folded] = kind
            }
        }
        return out
    }()

    /// Whether a tool is about variables, XCom or stores, where the argument `key` names one.
    static func takesKeys(_ tool: [UInt8]) -> Bool {
        let name = String(decoding: tool, as: UTF8.self).lowercased()
        return ["variable", "xcom", "store"].contains { name.contains($0) }
    }

    /// Arguments whose content is the user's own: it goes into a body, and its keys mean nothing to Airflow.
    static func isPayload(_ name: Span<UInt8>) -> Bool { payloads.contains { equal($0, name) } }

    private static let payloads = ["conf", "dag_run_conf", "extra", "value", "note", "description", "params_input", "configuration"].map {
        Array($0.utf8)
    }

    private static func equal(_ name: [UInt8], _ key: Span<UInt8>) -> Bool {
        guard name.count == key.count else { return false }
        for at in name.indices where name[at] != key[at] { return false }
        return true
    }
}
