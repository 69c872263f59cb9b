import Core
import Reactor
import Telemetry
import TestSupport
import Testing

@testable import Proxy

/// What each phase refuses, and the one place where that becomes an answer: status, code, fields, the request's id, the metric.
@Suite struct RefusalTests {
    private static let setting = Stage.Setting(
        rules: """
              - {id: fine, allow: tools/call, tools: [ok, logs], principals: [anyone]}
              - {id: never, deny: tools/call, tools: [drop], principals: [anyone], say: Ask the release pipeline.}
              - {id: hard, deny: tools/call, tools: [purge], principals: [anyone], answer: error}

            """,
        policy: "limits: [{id: logs, per: [principal], tools: [logs], rate: 1/h, burst: 1}]\n",
        issuer: ", required_scopes: [airflow]")

    private struct Case: Sendable {
        let name: String
        let request: @Sendable (Stage) -> String
        let status: Int
        let said: [String]
        let reason: String
    }

    private static func good(_ stage: Stage) -> String { stage.token(#","scope":"airflow""#) }

    private static let cases: [Case] = [
        Case(
            name: "no token", request: { _ in Stage.post(nil) }, status: 401,
            said: ["WWW-Authenticate: Bearer", "resource_metadata=", #""id":null"#], reason: "no_token"),
        Case(
            name: "Basic", request: { _ in Stage.post(nil, fields: ["Authorization": "Basic YTpi"]) }, status: 401,
            said: ["WWW-Authenticate: Bearer", "send a Bearer token"], reason: "basic_auth"),
        Case(
            name: "an old token", request: { Stage.post($0.token(lifetime: -600)) }, status: 401, said: [#"error="invalid_token""#],
            reason: "invalid_token"),
        Case(
            name: "a token without its scope", request: { Stage.post($0.token()) }, status: 403,
            said: [#"error="insufficient_scope""#, #"scope="airflow""#], reason: "insufficient_scope"),
        Case(
            name: "another host", request: { Stage.post(good($0), fields: ["Host": "evil.example"]) }, status: 421, said: [],
            reason: "host"),
        Case(
            name: "another origin", request: { Stage.post(good($0), fields: ["Origin": "https://evil.example"]) }, status: 403, said: [],
            reason: "origin"),
        Case(
            name: "another path", request: { Stage.post(good($0)).replacing("POST /mcp", with: "POST /mcp/") }, status: 404, said: [],
            reason: "unknown_path"),
        Case(
            name: "another method", request: { Stage.post(good($0)).replacing("POST /mcp", with: "PUT /mcp") }, status: 405,
            said: ["Allow: POST\r\n"], reason: "http_method"),
        Case(
            name: "no JSON", request: { Stage.post(good($0), fields: ["Content-Type": "text/plain"]) }, status: 415, said: [],
            reason: "content_type"),
        Case(
            name: "an answer that cannot be taken", request: { Stage.post(good($0), fields: ["Accept": "application/json"]) },
            status: 406, said: [#""id":7"#], reason: "accept"),
        Case(
            name: "too long", request: { Stage.post(good($0), fields: ["Content-Length": "99999999"]) }, status: 413,
            said: ["Connection: close"], reason: "body_too_large"),
        Case(
            name: "an unknown method", request: { Stage.post(good($0), "tools/destroy", name: nil) }, status: 404,
            said: [#""id":7"#, "-32601"], reason: "unknown_method"),
        Case(
            name: "a header that differs", request: { Stage.post(good($0), fields: ["Mcp-Name": "logs"]) }, status: 400,
            said: [#""id":7"#, "-32020"], reason: "name_header"),
        Case(
            name: "no rule", request: { Stage.post(good($0), name: "other", id: #""seven""#) }, status: 200,
            said: [#""id":"seven""#, #""isError":true"#, "4031", #""resultType":"complete""#], reason: "policy"),
        Case(
            name: "a rule that says no", request: { Stage.post(good($0), name: "drop") }, status: 200,
            said: [#""isError":true"#, "Ask the release pipeline.", "never"], reason: "policy"),
        Case(
            name: "a rule that says no as an error", request: { Stage.post(good($0), name: "purge") }, status: 200,
            said: [#""error":{"code":4031"#, #""id":7"#], reason: "policy"),
    ]

    @Test func everyRefusalIsToldAndCountedAndGoesNoFurther() async throws {
        try await OnLoop().run { loop in
            let stage = try Stage(loop, Self.setting) { _, _ in false }
            for item in Self.cases {
                let before = stage.refusals(item.reason)
                let answer = try await stage.ask(item.request(stage))
                #expect(answer.head.hasPrefix("HTTP/1.1 \(item.status) "), "\(item.name): \(answer)")
                for text in item.said { #expect((answer.head + "\r\n" + answer.body).contains(text), "\(item.name): \(text) in \(answer)") }
                try await loop.until { stage.refusals(item.reason) == before + 1 }
            }
            #expect(stage.upstream.heard.isEmpty)
            try await stage.close()
        }
    }

    @Test func aLimitIsToldWithItsBucketAndOnlyStopsItsOwnCaller() async throws {
        try await OnLoop().run { loop in
            let stage = try Stage(loop, Self.setting) { request, connection in
                try await connection.write(ScriptedUpstream.json(ScriptedUpstream.answer(request.body)))
                return true
            }
            let alice = Self.good(stage)
            #expect(try await stage.ask(Stage.post(alice, name: "logs")).head.hasPrefix("HTTP/1.1 200 "))
            let limited = try await stage.ask(Stage.post(alice, name: "logs"))
            #expect(limited.head.hasPrefix("HTTP/1.1 429 ") && limited.head.contains("Retry-After: "))
            #expect(
                limited.head.contains(#"RateLimit: "logs";r=0;t="#) && limited.body.contains("4290") && limited.body.contains(#""id":7"#))
            #expect(try await stage.ask(Stage.post(alice)).body.contains("fine"), "another tool has no such bucket")
            let bob = stage.token(#","scope":"airflow""#, subject: "bob")
            #expect(try await stage.ask(Stage.post(bob, name: "logs")).body.contains("fine"))
            #expect(stage.upstream.heard.count == 3)
            try await stage.close()
        }
    }

    @Test func admissionCountsRefusedCallsToo() async throws {
        let setting = Stage.Setting(configuration: "limits: {admission: {rate: 3/h, burst: 3}}\n")
        try await OnLoop().run { loop in
            let stage = try Stage(loop, setting) { _, _ in false }
            let alice = stage.token()
            for _ in 0..<3 {
                #expect(try await stage.ask(Stage.post(alice, "tools/destroy", name: nil)).head.hasPrefix("HTTP/1.1 404 "))
            }
            let shed = try await stage.ask(Stage.post(alice))
            #expect(shed.head.hasPrefix("HTTP/1.1 429 ") && shed.head.contains("Retry-After: "))
            try await loop.until { stage.refusals("admission") == 1 }
            #expect(stage.upstream.heard.isEmpty)
            try await stage.close()
        }
    }

    @Test func anAddressThatFailsTooOftenIsNotListenedTo() async throws {
        try await OnLoop().run { loop in
            let stage = try Stage(loop) { request, connection in
                try await connection.write(ScriptedUpstream.json(ScriptedUpstream.answer(request.body)))
                return true
            }
            let known = try stage.connect()
            let good = Stage.post(stage.token())
            try await known.write(good)
            #expect(try await known.next()?.head.hasPrefix("HTTP/1.1 200 ") == true)
            // Without bodies their connection goes on, so that they come faster than they are forgiven; a slow machine needs more of them.
            let stranger = try stage.connect()
            let attempt = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(stage.token(lifetime: -600))\r\n\r\n"
            var answers: [Substring] = []
            var isHeard = true
            for round in 1...20 where isHeard {
                try await stranger.write(String(repeating: attempt, count: 45))
                while answers.count < 45 * round, let answer = try await stranger.next() {
                    answers.append(answer.head.dropFirst(9).prefix(3))
                }
                isHeard = try await !stage.ask(Stage.post(stage.token(subject: "bob-\(round)"))).head.hasPrefix("HTTP/1.1 429 ")
            }
            #expect(!isHeard && answers.prefix(30).allSatisfy { $0 == "401" } && answers.contains("429"))
            stranger.stream.close()
            // Who is known on his connection needs no other check.
            try await known.write(good)
            #expect(try await known.next()?.head.hasPrefix("HTTP/1.1 200 ") == true)
            #expect(stage.registry.value(.counter(.tokensRemembered)) == 1)
            known.stream.close()
            try await stage.close()
        }
    }

    @Test func aConnectionBelongsToNobody() async throws {
        let setting = Stage.Setting(
            rules: "  - {id: hers, allow: tools/call, tools: [ok], principals: [alice]}\n",
            policy: "principals: {alice: {claims: {sub: alice}}}\n")
        try await OnLoop().run { loop in
            let stage = try Stage(loop, setting) { request, connection in
                try await connection.write(ScriptedUpstream.json(ScriptedUpstream.answer(request.body)))
                return true
            }
            let client = try stage.connect()
            for (subject, said) in [("alice", "fine"), ("bob", "4031"), ("alice", "fine"), ("bob", "4031")] {
                try await client.write(Stage.post(stage.token(subject: subject)))
                #expect(try await client.next()?.body.contains(said) == true, "\(subject)")
            }
            try await client.write(Stage.post(nil))
            #expect(try await client.next()?.head.hasPrefix("HTTP/1.1 401 ") == true)
            #expect(stage.upstream.heard.count == 2)
            client.stream.close()
            try await stage.close()
        }
    }
}
