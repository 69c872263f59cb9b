import Testing

@testable import HTTP

@Suite struct AcceptListTests {
    static let cases: [([String], Bool, Bool)] = [
        (["application/json, text/event-stream"], true, true),
        (["text/event-stream", "application/json"], true, true),
        (["Application/JSON;charset=utf-8,TEXT/EVENT-STREAM"], true, true),
        (["*/*"], true, true),
        (["application/*"], true, false),
        (["text/*"], false, true),
        (["application/json"], true, false),
        (["text/event-stream;q=0.001, application/json;q=1.000"], true, true),
        (["application/json;q=0, */*"], false, true),
        (["*/*, application/json;q=0"], false, true),
        (["*/*;q=0, application/json"], true, false),
        (["application/*;q=0.0, application/json;q=0.1, */*"], true, true),
        (["application/json, application/json;q=0"], false, false),
        (["text/html, image/png"], false, false),
        (["application/jsonx, text/event-streams"], false, false),
        (["application/json;q=2, text/event-stream;q=-1"], false, false),
        (["application/json;q=0.0000, text/event-stream;q=abc"], false, false),
        (["application/json;q=1.001, text/event-stream;q=1."], false, true),
        (["application/json;q"], false, false),
        ([", ,application/json,, "], true, false),
        ([""], false, false),
        (["*"], false, false),
        ([], false, false),
    ]

    @Test(arguments: cases) func covers(_ lines: [String], _ json: Bool, _ eventStream: Bool) throws {
        let fields = lines.map { "Accept: \($0)\r\n" }.joined()
        let head = try #require(try Wire.request("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"))
        let list = AcceptList(head.fields)
        #expect(list.json == json)
        #expect(list.eventStream == eventStream)
        #expect(list.isPresent == !lines.isEmpty)
        #expect(list.covers(json: true, eventStream: true) == (json && eventStream))
        #expect(list.covers(json: true, eventStream: false) == json)
        #expect(list.covers(json: false, eventStream: true) == eventStream)
    }
}
