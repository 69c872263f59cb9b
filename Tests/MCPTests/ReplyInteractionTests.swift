import Core
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

    @Test func elicitationAsAnErrorIsAQuestionToo() throws {
        let message = #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","error":{"code":-32042,"message":"go there"}}"#
        #expect(try Rewriting(message).failure == ReplyFailure("interaction_refused", .withheld))
        #expect(try Rewriting(message, features: [.elicitation]).failure == nil)
    }
}
