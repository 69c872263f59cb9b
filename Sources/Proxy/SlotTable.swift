import Core
import RateLimit
import Redis

/// What `CLUSTER SLOTS` says, as far as it can be believed.
enum SlotTable {
    /// The primary of each slot; nil when the reply is not of that form.
    ///
    /// - Parameter source: who said so; a node that does not know its own host leaves it empty.
    static func read(_ reply: RedisReply, from source: RedisAddress) -> [RedisAddress?]? {
        guard case .array(let ranges) = reply, !ranges.isEmpty else { return nil }
        var table = [RedisAddress?](repeating: nil, count: HashSlot.count)
        for range in ranges {
            guard case .array(let parts) = range, parts.count >= 3, case .integer(let first) = parts[0], case .integer(let last) = parts[1],
                case .array(let node) = parts[2], node.count >= 2, case .integer(let port) = node[1], let number = UInt16(exactly: port),
                first >= 0, last >= first, last < HashSlot.count
            else { return nil }
            var host = source.host
            if case .bulk(let named) = node[0], !named.isEmpty, !ASCII.equals(named.span, "?") {
                host = String(decoding: named, as: UTF8.self)
            }
            let address = RedisAddress(host: host, port: number)
            for slot in Int(first)...Int(last) { table[slot] = address }
        }
        return table
    }
}

/// Where a node of a cluster sends its callers.
enum Redirection: Equatable {
    /// The slot lives there now.
    case moved(RedisAddress)
    /// The slot is on its way there, and these keys have arrived.
    case ask(RedisAddress)
    /// The slot is on its way, and some of the keys have arrived.
    case tryAgain

    /// Reads `MOVED 3999 127.0.0.1:6381`; nil for any other error. A node that does not say a host means the one it answers at.
    init?(_ text: [UInt8], from source: RedisAddress) {
        let words = String(decoding: text.prefix(512), as: UTF8.self).split(separator: " ")
        if words.first == "TRYAGAIN" {
            self = .tryAgain
            return
        }
        guard words.count == 3, words[0] == "MOVED" || words[0] == "ASK", let colon = words[2].lastIndex(of: ":"),
            let port = UInt16(words[2][words[2].index(after: colon)...])
        else { return nil }
        let host = words[2][..<colon]
        let address = RedisAddress(host: host.isEmpty ? source.host : String(host), port: port)
        self = words[0] == "MOVED" ? .moved(address) : .ask(address)
    }
}
