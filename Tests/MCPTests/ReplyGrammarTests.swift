import JSON
import Testing

@testable import MCP

/// Every string of these replies begins with the role it must have: `T` free text, `P` protocol field, `L` link, `B` blob, `-` not
/// shown at all.
@Suite struct ReplyGrammarTests {
    private static let call =
        #""content":[{"type":"P","text":"T"},{"type":"P","data":"B","mimeType":"P"},{"type":"P","resource":{"uri":"L","#
        + #""mimeType":"P","text":"T","blob":"B","_meta":{"a":"T"}},"annotations":{"audience":["P"],"lastModified":"P","note":"T"}},"#
        + #"{"type":"P","uri":"L","name":"T","title":"T","description":"T","icons":[{"src":"P","note":"T"}]}],"#
        + #""structuredContent":{"content":[{"type":"T"}]},"other":{"type":"T"},"requestState":"-""#

    private static let tools =
        #""tools":[{"name":"P","title":"T","description":"T","inputSchema":{"type":"P","required":["P"],"properties":{"#
        + #""description":{"type":"P","description":"T","enum":["T"],"default":"T","const":{"type":"T"},"#
        + #""items":{"format":"P","x-note":"T","example":{"type":"T"}}}},"#
        + #""anyOf":[{"$ref":"P","title":"T"}]},"annotations":{"title":"T","readOnlyHint":true,"note":"T"},"#
        + #""execution":{"taskSupport":"P","note":"T"},"#
        + #""_meta":{"fastmcp":{"tags":["T"]}}}],"nextCursor":"-""#

    private static let prompts =
        #""prompts":[{"name":"P","title":"T","description":"T","arguments":[{"name":"P","description":"T","required":true}]}]"#

    private static let initialize =
        #""protocolVersion":"P","capabilities":{"tools":{"x":"T"}},"serverInfo":{"name":"P","version":"P","title":"T","#
        + #""description":"T","websiteUrl":"T"},"instructions":"T""#

    private static let discover =
        #""supportedVersions":["P"],"capabilities":{},"instructions":"T","#
        + #""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"P","title":"T"},"x":"T"}"#

    private static let completion = #""ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}"#

    private static let replies: [(Post, String)] = [
        (Sample.call(), call), (Sample.modern("tools/list"), tools), (Sample.modern("prompts/list"), prompts),
        (Sample.initialize, initialize), (Sample.modern("server/discover"), discover),
        (
            Sample.modern("resources/read", params: "\"uri\":\"a\"", name: "a"),
            #""contents":[{"uri":"L","mimeType":"P","text":"T"},{"blob":"B"}]"#
        ),
        (
            Sample.modern("prompts/get", params: "\"name\":\"a\"", name: "a"),
            #""description":"T","messages":[{"role":"P","content":{"type":"P","text":"T"}}]"#
        ),
        (Sample.modern("resources/list"), #""resources":[{"uri":"L","name":"T","mimeType":"P","size":3,"description":"T"}]"#),
        (Sample.modern("resources/templates/list"), #""resourceTemplates":[{"uriTemplate":"L","name":"T"}]"#),
        (Sample.legacy("completion/complete", params: completion), #""completion":{"values":["T","T"],"total":2,"hasMore":false}"#),
    ]

    @Test(arguments: replies)
    func everyStringHasItsRole(_ post: Post, _ members: String) throws {
        // Request state needs a rule that lets the server ask.
        let run = try Rewriting(Rewriting.result(members), answering: post, features: [.elicitation])
        #expect(run.failure == nil)
        #expect(!run.scrubber.seen.isEmpty)
        for (role, text) in run.scrubber.seen { #expect(letter(role) == text) }
        #expect(run.scrubber.depth == 0)
    }

    @Test func keysOfFreeValuesAreText() throws {
        let run = try Rewriting(
            Rewriting.result(#""structuredContent":{"a":{"b":1}},"extra":1,"_meta":{"c":1},"content":[{"type":"x","odd":1}]"#))
        #expect(run.scrubber.keys.map(\.text) == ["a", "b", "extra", "c", "odd"])
        #expect(run.scrubber.keys.allSatisfy { $0.role == .text })
    }

    @Test func namesOfSchemasAreLookedAtAndStay() throws {
        let tool = #"{"name":"t","inputSchema":{"properties":{"LEAK":{}}}}"#
        let run = try Rewriting(Rewriting.result(#""tools":[\#(tool)]"#), answering: Sample.modern("tools/list"))
        #expect(run.failure?.code == .withheld)
        let fine = try Rewriting(
            Rewriting.result(#""tools":[\#(tool.replacing("LEAK", with: "dag_id"))]"#), answering: Sample.modern("tools/list"))
        #expect(fine.output.contains(#""properties":{"dag_id":{}}"#))
    }

    private func letter(_ role: FieldRole) -> String {
        switch role {
        case .text: "T"
        case .protocolField: "P"
        case .link: "L"
        case .blob: "B"
        case .opaque: "-"
        }
    }
}
