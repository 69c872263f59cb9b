import Core
import Testing

@testable import MCP

@Suite struct ReplyNotificationTests {
    private static let withToken = Sample.call().withMeta(#","progressToken":"p""#)
    private static let own = Sample.upstreamText

    @Test func progressGetsTheClientsToken() throws {
        let run = try Rewriting(
            Rewriting.notification("notifications/progress", #""progressToken":"\#(Self.own)","progress":1,"total":2,"message":"LEAK""#),
            answering: Self.withToken)
        #expect(run.verdict == .notification(.progress))
        #expect(
            run.output == Rewriting.notification("notifications/progress", #""progressToken":"p","progress":1,"total":2,"message":"GONE""#))
    }

    @Test func logMessagesAreScrubbed() throws {
        let run = try Rewriting(
            Rewriting.notification("notifications/message", #""level":"info","logger":"l","data":{"LEAK":"LEAK"}"#),
            answering: Self.withToken)
        #expect(run.verdict == .notification(.message))
        #expect(run.output.contains(#""data":{"GONE":"GONE"}"#))
    }

    @Test func escapedSlashesAreOnlySlashes() throws {
        let run = try Rewriting(#"{"jsonrpc":"2.0","method":"notifications\/message","params":{"level":"info","data":1}}"#)
        #expect(run.verdict == .notification(.message))
    }

    @Test(arguments: [
        ("unknown", Sample.call(), Rewriting.notification("notifications/nope", ""), "unknown_notification"),
        ("a client's", Sample.call(), Rewriting.notification("notifications/initialized", ""), "unwanted_notification"),
        ("tasks", Sample.call(), Rewriting.notification("notifications/tasks/status", ""), "unwanted_notification"),
        (
            "list change on a modern answer", Sample.call(), Rewriting.notification("notifications/tools/list_changed", ""),
            "unwanted_notification"
        ),
        (
            "progress nobody asked for", Sample.call(),
            Rewriting.notification("notifications/progress", #""progressToken":"\#(own)","progress":1"#), "progress_token"
        ),
        (
            "progress of another", withToken, Rewriting.notification("notifications/progress", #""progressToken":"p","progress":1"#),
            "progress_token"
        ),
        ("progress without a token", withToken, Rewriting.notification("notifications/progress", #""progress":1"#), "progress_token"),
        (
            "progress with a number", withToken, Rewriting.notification("notifications/progress", #""progressToken":1,"progress":1"#),
            "progress_token"
        ),
        (
            "progress with null", withToken, Rewriting.notification("notifications/progress", #""progressToken":null,"progress":1"#),
            "foreign_token"
        ),
    ])
    func otherNotificationsAreDropped(_ name: String, _ post: Post, _ message: String, _ reason: String) throws {
        #expect(try Rewriting(message, answering: post).verdict == .dropped(reason: reason), "\(name)")
    }

    @Test func listenTrafficNamesTheClientsID() throws {
        let listen = Sample.modern("subscriptions/listen", id: "\"sub\"", params: "\"notifications\":{\"toolsListChanged\":true}")
        func meta(_ id: String) -> String { #""_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)}"# }
        for method in ["notifications/subscriptions/acknowledged", "notifications/tools/list_changed"] {
            let run = try Rewriting(Rewriting.notification(method, meta("\"\(Self.own)\"")), answering: listen)
            #expect(run.output == Rewriting.notification(method, meta("\"sub\"")))
            #expect(run.verdict == .notification(try #require(Sample.method(method))))
        }
        let foreign = try Rewriting(Rewriting.notification("notifications/tools/list_changed", meta("\"sub\"")), answering: listen)
        #expect(foreign.verdict == .dropped(reason: "subscription_id"))
        let none = try Rewriting(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#, answering: listen)
        #expect(none.verdict == .dropped(reason: "subscription_id"))
        let log = try Rewriting(Rewriting.notification("notifications/message", meta("\"\(Self.own)\"")), answering: listen)
        #expect(log.verdict == .dropped(reason: "unwanted_notification"))
        let end = try Rewriting(Rewriting.result(#""resultType":"complete",\#(meta("\"\(Self.own)\""))"#), answering: listen)
        #expect(end.output == #"{"jsonrpc":"2.0","id":"sub","result":{"resultType":"complete",\#(meta("\"sub\""))}}"#)
    }

    @Test(arguments: [
        ("ping", "ping", #"{"jsonrpc":"2.0","id":7,"result":{}}"#),
        (
            "sampling", "sampling/createMessage",
            #"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"the client did not declare this capability"}}"#
        ),
        ("unknown", "do/it", #"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"the client did not declare this capability"}}"#),
    ])
    func serverRequestsAreAnsweredForTheClient(_ name: String, _ method: String, _ answer: String) throws {
        let post = Sample.legacy("tools/call", params: "\"name\":\"a\"")
        for message in [
            #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":{}}"#, #"{"jsonrpc":"2.0","method":"\#(method)","params":{},"id":7}"#,
        ] {
            let run = try Rewriting(message, answering: post)
            #expect(run.verdict == .serverRequest(Sample.method(method), answer: [UInt8](answer.utf8)), "\(name)")
        }
        let modern = try Rewriting(#"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":{}}"#)
        #expect(modern.verdict == .dropped(reason: "server_request_modern"))
    }

    @Test func aSessionStreamCarriesNoAnswers() {
        let stream = ReplyExpectation(sessionStream: [])
        #expect(Rewriting(Rewriting.result(""), stream).failure == ReplyFailure("reply_unexpected"))
        #expect(
            Rewriting(Rewriting.notification("notifications/tools/list_changed", ""), stream).verdict == .notification(.toolsListChanged))
        #expect(
            Rewriting(Rewriting.notification("notifications/elicitation/complete", ""), stream).verdict
                == .dropped(reason: "unwanted_notification"))
    }

    @Test func aNotificationIsBounded() throws {
        let text = String(repeating: "a", count: Limits.heldReplyBytesMax)
        let run = try Rewriting(Rewriting.notification("notifications/message", #""level":"info","data":"\#(text)""#))
        #expect(run.failure == ReplyFailure("notification_size"))
    }
}
