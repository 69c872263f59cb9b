import Testing

@testable import Proxy

@Suite struct ThrottleNoticeTests {
    private func notice(_ text: String) -> ThrottleNotice? {
        let bytes = Array(text.utf8)
        return ThrottleNotice(bytes.span)
    }

    @Test(arguments: [
        (#"{"result":{"isError":true,"content":[{"type":"text","text":"ThrottlingException: Rate exceeded"}]}}"#, nil),
        (#"{"result":{"content":[{"type":"text","text":"429 Too Many Requests, retry after 30 seconds"}],"isError": true}}"#, 30),
        (#"{"error":{"code":-32000,"message":"Too Many Requests","data":{"retryAfter":12}}}"#, 12),
        (#"{"result":{"isError":false,"content":[{"text":"{\n  \"error\": \"Client error '429 Too Many Requests' for url\"}"}]}}"#, nil),
        (#"{"error":{"message":"TooManyRequestsException. Try again in 99999999 s"}}"#, 3_600),
    ])
    func throttlingIsUnderstood(text: String, seconds: Int?) {
        let found = notice(text)
        #expect(found != nil)
        #expect(found?.seconds == seconds)
    }

    @Test(arguments: [
        #"{"result":{"isError":false,"content":[{"type":"text","text":"ThrottlingException: Rate exceeded"}]}}"#,
        #"{"result":{"isError":true,"content":[{"type":"text","text":"no such DAG"}]}}"#,
        #"{"result":{"content":[{"type":"text","text":"retry after 30"}],"isError":true}}"#, "", "{}",
    ])
    func othersAreNot(text: String) { #expect(notice(text) == nil) }
}
