import Core
import Identity
import JSON

/// Which entries under `principals` can mean a caller at all, found by one value that each of them asks for: ten thousand teams cost a
/// token no more than the few that it speaks of.
struct PrincipalIndex: Sendable {
    /// The claims at one path, by what they hold.
    private struct Claims: Sendable {
        let path: ClaimPath
        var entries: [ByteKey: [Int]] = [:]
    }

    private var subjects: [ByteKey: [Int]] = [:]
    private var clients: [ByteKey: [Int]] = [:]
    private var groups: [ByteKey: [Int]] = [:]
    private var certificates: [ByteKey: [Int]] = [:]
    private var claims: [Claims] = []
    /// Entries that ask for nothing of the kind.
    private var others: [Int] = []
    /// Whether some entry looks at claims.
    let readsClaims: Bool

    init(_ entries: [PrincipalMatch]) {
        readsClaims = entries.contains { !$0.claims.isEmpty }
        for (at, entry) in entries.enumerated() {
            if !entry.subjects.isEmpty {
                Self.add(at, entry.subjects, &subjects)
            } else if !entry.certificates.isEmpty {
                Self.add(at, entry.certificates, &certificates)
            } else if !entry.clients.isEmpty {
                Self.add(at, entry.clients, &clients)
            } else if !entry.groups.isEmpty {
                Self.add(at, entry.groups, &groups)
            } else if let (path, values) = Self.telling(entry) {
                let place = claims.firstIndex { $0.path == path } ?? claims.count
                if place == claims.count { claims.append(Claims(path: path)) }
                Self.add(at, values, &claims[place].entries)
            } else {
                others.append(at)
            }
        }
    }

    /// The entries that may mean a caller, in their order; all others do not.
    func candidates(_ principal: Principal, _ certificate: [UInt8]?, _ document: JSONDocument?) -> [Int] {
        var found = Set(others)
        found.formUnion(subjects[ByteKey(principal.subject)] ?? [])
        if let certificate { found.formUnion(certificates[ByteKey(certificate)] ?? []) }
        if let client = principal.client { found.formUnion(clients[ByteKey(client)] ?? []) }
        for group in principal.groups { found.formUnion(groups[ByteKey(group)] ?? []) }
        guard let root = document?.root else { return found.sorted() }
        for one in claims {
            guard let claim = one.path.find(in: root) else { continue }
            if let text = claim.string { found.formUnion(one.entries[ByteKey(text)] ?? []) }
            claim.forEachElement { element in
                if let text = element.string { found.formUnion(one.entries[ByteKey(text)] ?? []) }
            }
        }
        return found.sorted()
    }

    private static func add(_ entry: Int, _ values: [[UInt8]], _ table: inout [ByteKey: [Int]]) {
        for value in values { table[ByteKey(value), default: []].append(entry) }
    }

    /// A claim of the entry without which it means nobody, and the texts of which it must hold one.
    private static func telling(_ entry: PrincipalMatch) -> (ClaimPath, [[UInt8]])? {
        for (path, test) in entry.claims {
            let values: [ScalarValue] =
                switch test {
                case .any(let values): values
                case .all(let values): Array(values.prefix(1))
                case .equals(let value): [value]
                }
            let texts = values.compactMap { value -> [UInt8]? in
                if case .text(let text) = value { text } else { nil }
            }
            if !texts.isEmpty, texts.count == values.count { return (path, texts) }
        }
        return nil
    }
}
