import Redis
import Testing

@testable import Proxy

@Suite struct SlotTableTests {
    private let source = RedisAddress(host: "10.0.0.9", port: 7_000)

    private func bytes(_ text: String) -> RedisReply { .bulk(Array(text.utf8)) }

    private func range(_ first: Int64, _ last: Int64, _ host: String, _ port: Int64) -> RedisReply {
        .array([
            .integer(first), .integer(last), .array([bytes(host), .integer(port), bytes("id")]), .array([bytes("replica"), .integer(1)]),
        ])
    }

    @Test func readsWhichNodeHasWhichSlots() throws {
        let table = try #require(SlotTable.read(.array([range(0, 99, "10.0.0.1", 6_379), range(101, 16_383, "", 6_380)]), from: source))
        #expect(table.count == 16_384)
        #expect(table[99] == RedisAddress(host: "10.0.0.1", port: 6_379))
        #expect(table[100] == nil)
        // A node that does not know its own host is where it was asked.
        #expect(table[16_383] == RedisAddress(host: "10.0.0.9", port: 6_380))
    }

    @Test func nonsenseIsNoTable() {
        let broken: [RedisReply] = [
            .null, .array([]), .error(Array("ERR This instance has cluster support disabled".utf8)), .array([.integer(1)]),
            .array([range(5, 4, "a", 1)]), .array([range(0, 16_384, "a", 1)]), .array([range(-1, 4, "a", 1)]),
            .array([range(0, 4, "a", 65_536)]), .array([range(0, 4, "a", -1)]), .array([.array([.integer(0), .integer(1), .array([])])]),
        ]
        for reply in broken { #expect(SlotTable.read(reply, from: source) == nil, "\(reply)") }
    }

    @Test func redirectionsAreUnderstood() {
        func read(_ text: String) -> Redirection? { Redirection(Array(text.utf8), from: source) }
        #expect(read("MOVED 3999 127.0.0.1:6381") == .moved(RedisAddress(host: "127.0.0.1", port: 6_381)))
        #expect(read("ASK 1 ::1:7001") == .ask(RedisAddress(host: "::1", port: 7_001)))
        #expect(read("MOVED 1 :7001") == .moved(RedisAddress(host: "10.0.0.9", port: 7_001)))
        #expect(read("TRYAGAIN Multiple keys request during rehashing of slot") == .tryAgain)
        for text in ["", "MOVED", "MOVED 1", "MOVED 1 a:b", "MOVED 1 a:65536", "ERR MOVED 1 a:1", "CLUSTERDOWN Hash slot not served"] {
            #expect(read(text) == nil, "\(text)")
        }
    }
}
