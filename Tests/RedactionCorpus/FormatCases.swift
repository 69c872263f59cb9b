import Core
import Redaction
import TestSupport

/// Credentials with a format, in the lines that logs have them in.
public enum FormatCases {
    /// How log lines hold a token; `¤` stands for it.
    static let contexts: [String] = [
        "[TIME] {taskinstance.py:1157} INFO - Using token ¤", "[TIME] {logging_mixin.py:190} INFO - ¤", "export API_TOKEN=¤",
        "curl -H \"Authorization: Bearer ¤\" https://api.example.com/v1",
        "{\"event\": \"calling\", \"credential\": \"¤\", \"level\": \"info\"}",
        "{\"event\":\"got ¤ from vault\",\"timestamp\":\"TIME\"}", "{'headers': {'X-Auth': '¤'}, 'status': 200}",
        "GET https://api.example.com/v1/items?access=¤&page=2 HTTP/1.1", "ValueError: invalid key ¤, aborting", "raise AuthError('¤')",
        "cred: ¤", "  value: \"¤\"", "tool --auth ¤ --verbose", "(¤)", "[¤]", "<¤>", "'¤'", "`¤`", "id=¤;next=1", "key ¤.", "¤",
        "see ¤ and more",
        "TIME INFO event done cred=¤ dag_id=x", "INSERT INTO t VALUES ('¤', 1)", "| name | ¤ |", "a,¤,c", "x\t¤\ty",
        "\\\"note\\\": \\\"¤\\\"",
        "{\\\"a\\\": \\\"first\\\\n¤\\\\nlast\\\"}", "file-¤.json", "user@host ¤@host",
    ]

    /// Every positive of every detector in some of the contexts.
    public static func cases(_ engine: RedactionEngine, seed: UInt64, perTemplate: Int = 4) -> [CorpusCase] {
        var random = SeededGenerator(seed: seed)
        var out: [CorpusCase] = []
        for detector in engine.detectors.detectors {
            for template in detector.positives {
                for _ in 0..<perTemplate {
                    let (text, drawn) = DetectorTemplate(template).expandTelling(using: &random)
                    let token = String(decoding: text, as: UTF8.self)
                    let alone = Scrubbing.scrub(token, engine)
                    // What the detector means to leave, such as the header of a JWT, is no secret.
                    let secrets = drawn.map { String(decoding: $0, as: UTF8.self) }.filter {
                        $0.count >= 8 && !Survival.survives($0, in: alone)
                    }
                    if secrets.isEmpty { continue }
                    let hasSpace = token.contains { " \"'\n".contains($0) }
                    let context = hasSpace ? random.pick(["¤", "[TIME] {x.py:1} INFO - ¤"]) : random.pick(contexts)
                    let line = Scrubbing.fill(context, token, &random)
                    out.append(CorpusCase(.format, detector.id, line, secrets))
                }
            }
        }
        return out
    }
}
