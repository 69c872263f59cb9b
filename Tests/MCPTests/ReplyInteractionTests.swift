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
        #expect(!run.output.contains("LEAK"), "the server's own state is nobody's to read")
        #expect(try Self.state(run.output, Sample.call()) == [UInt8]("LEAK".utf8))
    }

    /// What a retry of `post` brings back, opened.
    private static func state(_ output: String, _ post: Post, principal: [UInt8] = [1], arguments: [UInt8] = [1]) throws -> [UInt8]? {
        let document = try JSONDocument.parse([UInt8](output.utf8))
        let state = try #require(document.root["result"]?["requestState"]?.string)
        return Sample.seal.input(try post.classify(), arguments: arguments, principal: principal, route: [2]).open(state.span)
    }

    /// A state is of use to whom it was given to, for the call that it is about, and to nobody else.
    @Test func aStateIsBoundToItsCall() throws {
        let run = try run(Self.form.replacing("FIELD", with: "team"), [.elicitation])
        #expect(try Self.state(run.output, Sample.call()) != nil)
        #expect(try Self.state(run.output, Sample.call(), principal: [9]) == nil)
        #expect(try Self.state(run.output, Sample.call(), arguments: [9]) == nil)
        #expect(try Self.state(run.output, Sample.call("delete_dag")) == nil)
        #expect(try Self.state(run.output, Sample.modern("prompts/get", params: "\"name\":\"get_dag\"", name: "get_dag")) == nil)
    }

    /// A server that needs no state gets one all the same: by it the answers are known for answers.
    @Test(arguments: ["", #","requestState":null"#]) func aQuestionWithoutStateGetsOne(more: String) throws {
        let members = #""resultType":"input_required","inputRequests":{"q":{"method":"roots/list"}}"# + more
        let run = try run(members, [.roots])
        #expect(run.failure == nil)
        #expect(try Self.state(run.output, Sample.call()) == [])
        #expect(run.output.ranges(of: "requestState").count == 1)
    }

    @Test func aStateKeepsItsEscapesAndHasABound() throws {
        let escaped = #"a\/b\"\u00e4"#
        let run = try run(#""resultType":"input_required","requestState":"\#(escaped)""#, [.elicitation])
        #expect(try Self.state(run.output, Sample.call()) == [UInt8](escaped.utf8))
        let long = String(repeating: "x", count: Limits.requestStateBytesMax + 1)
        #expect(
            try self.run(#""resultType":"input_required","requestState":"\#(long)""#, [.elicitation]).failure?.reason.description
                == "request_state_size")
    }

    /// Where nothing may be asked, a member of that name is text like any other.
    @Test func aStateNobodyAskedForIsScrubbed() throws {
        #expect(try run(#""content":[],"requestState":"LEAK""#, []).output.contains("GONE"))
    }

    // MARK: Forms

    private func judged(_ schema: String, message: String = "Which?") throws -> String? {
        let params = #"{"message":"\#(message)","requestedSchema":\#(schema)}"#
        let modern = try run(
            #""resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":\#(params)}},"requestState":"s""#,
            [.elicitation])
        let seal = try #require(Self.seal.questions(Self.session, principal: [1], route: [2]))
        let session = try ask(#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":\#(params)}"#, [.elicitation], seal)
        #expect(modern.failure?.reason.description == session.failure?.reason.description, "both wires judge alike")
        return modern.failure?.reason.description
    }

    @Test(arguments: [
        #"{"properties":{"v":{"type":"string","format":"password"}}}"#, #"{"properties":{"v":{"type":"string","title":"API key"}}}"#,
        #"{"properties":{"v":{"type":"string","description":"Your p\u0061ssword for Airflow"}}}"#,
        #"{"properties":{"v":{"title":"Access keys"}}}"#, #"{"properties":{"v":{"type":["null","string"],"title":"One-time code"}}}"#,
        #"{"properties":{"v":{"type":"integer","title":"PIN code"}}}"#,
        #"{"properties":{"v":{"type":"array","title":"Tokens","items":{"type":"string"}}}}"#,
        #"{"properties":{"v":{"anyOf":[{"type":"string","title":"Secret"}]}}}"#,
        #"{"title":"Your credentials","properties":{"v":{"type":"string"}}}"#,
        #"{"properties":{"client":{"properties":{"secret":{"type":"string"}}}}}"#,
        ##"{"properties":{"v":{"$ref":"#/$defs/t"}},"$defs":{"t":{"description":"the token"}}}"##,
    ])
    func aFormThatAsksForASecretIsWithheld(schema: String) throws { #expect(try judged(schema) == "elicits_secret", "\(schema)") }

    @Test(arguments: [
        #"{"properties":{"v":{"type":"string","title":"Team","description":"The footprint of your option, not provided"}}}"#,
        #"{"properties":{"v":{"type":"boolean","title":"Rotate the token?"}}}"#,
        #"{"properties":{"v":{"type":"string","enum":["token","password"],"title":"Rotate which secret?"}}}"#,
        #"{"properties":{"v":{"type":"string","oneOf":[{"const":"a","title":"A token"}]}}}"#,
        #"{"type":"object","properties":{}}"#, #"{"properties":{"v":{"type":"string","format":"email"}}}"#,
    ])
    func otherFormsPass(schema: String) throws { #expect(try judged(schema) == nil, "\(schema)") }

    @Test func whatNoSchemaDefinesIsTextInFormsToo() throws {
        let schema = #"{"properties":{"v":{"type":"string","x-note":"LEAK","enumNames":["LEAK"]}}}"#
        let seal = try #require(Self.seal.questions(Self.session, principal: [1], route: [2]))
        let params = #"{"message":"Which?","requestedSchema":\#(schema)}"#
        let run = try ask(#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":\#(params)}"#, [.elicitation], seal)
        #expect(run.failure == nil && run.output.contains(#""x-note":"GONE","enumNames":["GONE"]"#))
    }

    @Test func theQuestionItselfCounts() throws {
        let open = #"{"properties":{"v":{"type":"string"}}}"#
        #expect(try judged(open, message: "Please type your passphrase") == "elicits_secret")
        #expect(try judged(#"{"properties":{"v":{"type":"boolean"}}}"#, message: "Shall the token be rotated?") == nil)
        #expect(try judged(open, message: String(repeating: "x ", count: Limits.formTextBytesMax)) == "elicits_secret", "nobody reads that")
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
