/// Which argument names mean identifiers wherever no profile says otherwise. Names are compared without case, `_` and `-`, so that
/// `dagId`, `DAG_ID` and `dag-id` are all the same.
enum IdentifierNames {
    /// The kind of an argument by its name; nil for an ordinary one.
    static func kind(of name: Span<UInt8>) -> IdentifierKind? {
        guard name.count > 0, name.count <= 40 else { return nil }
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        for at in 0..<name.count where name[at] != UInt8(ascii: "_") && name[at] != UInt8(ascii: "-") {
            folded.append(name[at] &- 0x41 < 26 ? name[at] | 0x20 : name[at])
        }
        return kinds[folded]
    }

    private static let kinds: [[UInt8]: IdentifierKind] = {
        var out: [[UInt8]: IdentifierKind] = [:]
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
            for name in names { out[Array(name.utf8)] = kind }
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
