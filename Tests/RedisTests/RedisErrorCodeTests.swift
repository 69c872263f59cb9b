import Redis
import Testing

@Suite struct RedisErrorCodeTests {
    @Test(arguments: RedisErrorCode.allCases)
    func readsEachCode(code: RedisErrorCode) {
        #expect(RedisReply.error(Array("\(code.rawValue) some words".utf8)).errorCode == code)
        #expect(RedisReply.error(Array(code.rawValue.utf8)).errorCode == code)
    }

    @Test(arguments: ["", " ", "noscript x", "NOSCRIPTX y", "LOADING\tx", String(repeating: "A", count: 500)])
    func everythingElseIsOther(text: String) {
        #expect(RedisReply.error(Array(text.utf8)).errorCode == .other)
    }

    @Test func otherRepliesHaveNone() {
        #expect(RedisReply.status(Array("NOSCRIPT".utf8)).errorCode == nil)
        #expect(RedisReply.null.errorCode == nil)
    }
}
