import Core
import Testing

@testable import Proxy

@Suite struct LimitQueryTests {
    @Test func isReadAsItIsWritten() {
        for query in [LimitQuery(), LimitQuery(owner: 0x0c, limit: "per-user", most: 0), LimitQuery(owner: .max, most: 200)] {
            var out = ByteBuffer()
            query.write(into: &out)
            #expect(LimitQuery(Array(out.takeAll().dropFirst())) == query)
        }
        #expect(LimitQuery(nil) == LimitQuery())
    }

    @Test(arguments: [
        "principal=1", "principal=000000000000000g", "principal=+00000000000000c", "most=-1", "most=201", "most=x", "limit", "limit=",
        "other=1",
    ])
    func whatItDoesNotKnowIsRefused(text: String) { #expect(LimitQuery(Array(text.utf8)) == nil) }
}
