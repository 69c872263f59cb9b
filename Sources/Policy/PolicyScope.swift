import Core

/// What a file's rules can refer to while they are read.
struct PolicyScope {
    /// The name in front of the ids of rules and limits; empty for the policy itself.
    var pack = ""
    /// The file's own principals and `anyone`, by name, as indexes into the policy's table.
    var principals: [String: Int] = ["anyone": 0]
    /// Principals to which the packs that led here were narrowed.
    var narrowed: [[Int]] = []
    /// The server's profile.
    var profile: ServerProfile
    /// Finds the rules of a time zone by its name; nil when the system has none of that name.
    var zone: (String) -> ZoneRules? = { _ in nil }

    /// The full id of a rule or limit.
    func id(_ own: String) -> [UInt8] { Array((pack.isEmpty ? own : "\(pack)/\(own)").utf8) }
}
