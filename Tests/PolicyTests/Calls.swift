import Core
import Crypto
import Identity
import JSON
import Policy

/// Principals and calls for tests.
enum Calls {
    static let now = WallTime(seconds: 1_800_000_000)

    static func principal(
        subject: String = "ann", client: String? = nil, groups: [String] = [], scopes: [String] = [], claims: String = "{}"
    ) throws -> Principal {
        Principal(
            issuer: Array("https://idp.example".utf8), subject: Array(subject.utf8), client: client.map { Array($0.utf8) },
            groups: groups.map { Array($0.utf8) }, scopes: scopes.map { Array($0.utf8) },
            claims: try JSONDocument.parse(Array(claims.utf8)), expires: WallTime(seconds: .max),
            tokenDigest: Digest.sha256Value(Array(subject.utf8).span))
    }

    static func json(_ text: String) throws -> JSONNode { try JSONDocument.parse(Array(text.utf8)).root }

    /// A call of a tool that takes what it is given, or what `takes` says.
    static func tool(_ name: String, _ arguments: String? = nil, takes: [String]? = nil, isListed: Bool = true) throws -> PolicyCall {
        var call = PolicyCall(method: Array("tools/call".utf8), name: Array(name.utf8), arguments: try arguments.map(json))
        var names = Set((takes ?? []).map { Array($0.utf8) })
        if takes == nil { call.arguments?.forEachMember { key, _ in names.insert((0..<key.count).map { key[$0] }) } }
        if isListed { call.listed = ListedTool(arguments: names, digest: []) }
        return call
    }

    static func method(_ name: String, _ object: ObjectKind = .none, _ target: String = "") -> PolicyCall {
        PolicyCall(method: Array(name.utf8), object: object, name: Array(target.utf8))
    }
}

extension PolicySet {
    /// Judges a call of a freshly made subject.
    func judge(_ principal: Principal, _ call: PolicyCall) -> Decision { decide(subject(of: principal), call, now: Calls.now) }
}

extension Decision {
    var isPermit: Bool {
        if case .permit = self { return true }
        return false
    }

    var ruleText: String { String(decoding: rule, as: UTF8.self) }

    var denial: PolicyDenial? {
        if case .deny(let denial) = self { return denial }
        return nil
    }

    var permit: Permit? {
        if case .permit(let permit) = self { return permit }
        return nil
    }
}
