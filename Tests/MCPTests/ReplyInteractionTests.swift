import Core
import Crypto
import JSON
import Testing

@testable import MCP

/// Questions of a server to the client inside a result (2026-07-28 basic/patterns/mrtr).
@Suite struct ReplyInteractionTests {
    private static let form =
        #""resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","#
        + #""params":{"mode":"form","message":"LEAK?","requestedSchema":{"type":"object","#
        + #""properties":{"FIELD":{"type":"string"}}}}}},"requestState":"LEAK""#

    private func run(_ members: String, _ features: ClientFeatures, _ post: Post = Sample.call()) throws -> Rewriting {
        try Rewriting(Rewriting.result(members), answering: post, features: features)
    }

    @Test func aQuestionPassesWhereARuleAllowsIt() throws {
        let run = try run(Self.form.replacing("FIELD", with: "team"), [.elicitation])
        #expect(run.failure == nil)
        #expect(run.output.contains(#""message":"GONE?""#))
        #expect(run.output.contains(#""requestState":"LEAK""#), "the server's own seal is not touched")
    }

    @Test(arguments: [
        ("no rule", form.replacing("FIELD", with: "team"), ClientFeatures(), "interaction_refused"),
        ("another feature", form.replacing("FIELD", with: "team"), ClientFeatures.sampling, "interaction_refused"),
        ("state only, no rule", #""resultType":"input_required","requestState":"s""#, ClientFeatures(), "interaction_refused"),
        ("a password", form.replacing("FIELD", with: "db_Password"), ClientFeatures.elicitation, "elicits_secret"),
        ("a key", form.replacing("FIELD", with: "AWS API-key"), ClientFeatures.elicitation, "elicits_secret"),
        (
            "unknown question", #""resultType":"input_required","inputRequests":{"q":{"method":"tools/call"}}"#, .elicitation,
            "interaction_refused"
        ),
        ("questions in a complete result", #""resultType":"complete","inputRequests":{}"#, .elicitation, "result_type"),
    ])
    func otherQuestionsAreWithheld(_ name: String, _ members: String, _ features: ClientFeatures, _ reason: String) throws {
        #expect(try run(members, features).failure?.reason.description == reason, "\(name)")
    }

    @Test func onlyThreeMethodsMayAsk() throws {
        let run = try run(#""resultType":"input_required","requestState":"s""#, [.elicitation], Sample.modern("tools/list"))
        #expect(run.failure == ReplyFailure("result_type"))
    }

    private static let session = LegacySession(upstreamID: [UInt8]("s1".utf8), version: .november2025, issued: WallTime(seconds: 0))
    private static let seal = SessionSeal(SealingKey.random())

    private static func id(_ text: String) throws -> RequestID { try #require(RequestID(try JSONDocument.parse([UInt8](text.utf8)).root)) }

    private func ask(_ message: String, _ features: ClientFeatures, _ seal: QuestionSeal?) throws -> Rewriting {
        let post = Sample.legacy("tools/call", params: "\"name\":\"a\"")
        return Rewriting(message, ReplyExpectation(to: try post.classify(), id: Sample.upstreamID, features: features, questions: seal))
    }

    /// On the wire with sessions the question goes to the client under an id that only Louver can open, for this session and caller.
    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"LEAK","requestedSchema":{"properties":{}}}}"#,
        #"{"jsonrpc":"2.0","method":"elicitation/create","params":{"message":"LEAK"},"id":"seven"}"#,
    ])
    func aQuestionOfASessionPassesUnderASealedID(message: String) throws {
        let seal = try #require(Self.seal.questions(Self.session, principal: [1], route: [2]))
        let run = try ask(message, [.elicitation], seal)
        guard case .question(.elicit, _) = run.verdict else {
            Issue.record("not a question: \(String(describing: run.verdict))")
            return
        }
        #expect(run.output.contains(#""message":"GONE""#))
        let sent = try JSONDocument.parse([UInt8](run.output.utf8))
        let id = try #require(sent.root["id"].flatMap { RequestID($0) })
        #expect(seal.open(id)?.text == [UInt8]((message.contains("seven") ? "\"seven\"" : "7").utf8))
        let others = [
            Self.seal.questions(Self.session, principal: [3], route: [2]), Self.seal.questions(Self.session, principal: [1], route: [3]),
            Self.seal.questions(
                LegacySession(upstreamID: [UInt8]("s2".utf8), version: .november2025, issued: WallTime(seconds: 0)), principal: [1],
                route: [2]),
        ]
        for other in others { #expect(try #require(other).open(id) == nil) }
        #expect(try seal.open(Self.id("7")) == nil)
        #expect(try seal.open(Self.id("\"AAAA\"")) == nil)
    }

    @Test func otherQuestionsOfASessionAreAnsweredByLouver() throws {
        let seal = Self.seal.questions(Self.session, principal: [1], route: [2])
        let sampling = #"{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}"#
        let long = #"{"jsonrpc":"2.0","id":"\#(String(repeating: "x", count: 200))","method":"elicitation/create","params":{}}"#
        for (message, features, seal) in [
            (sampling, ClientFeatures.elicitation, seal), (sampling, .sampling, nil), (long, .elicitation, seal),
        ] {
            let run = try ask(message, features, seal)
            guard case .serverRequest = run.verdict else {
                Issue.record("\(message.prefix(60)): \(String(describing: run.verdict))")
                continue
            }
        }
        let password =
            #"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"requestedSchema":{"properties":{"passWord":{}}}}}"#
        #expect(try ask(password, .elicitation, seal).failure?.reason.description == "elicits_secret")
    }

    @Test func anAnswerGoesUpUnderTheServersID() throws {
        let post = Post(#"{"jsonrpc":"2.0","id":"x","result":{"action":"accept","content":{"team":"a"}}}"#)
        var out = ByteBuffer()
        UpstreamRequest.writeAnswer(try post.classify(), id: try Self.id("7"), into: &out)
        #expect(
            String(decoding: out.takeAll(), as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{"team":"a"}}}"#)
    }

    @Test func elicitationAsAnErrorIsAQuestionToo() throws {
        let message = #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","error":{"code":-32042,"message":"go there"}}"#
        #expect(try Rewriting(message).failure == ReplyFailure("interaction_refused", .withheld))
        #expect(try Rewriting(message, features: [.elicitation]).failure == nil)
    }
}
