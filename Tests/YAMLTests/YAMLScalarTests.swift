import Testing
import YAML

@Suite struct YAMLScalarTests {
    @Test(arguments: [
        ("", YAMLScalar.Kind.null), ("~", .null), ("null", .null), ("Null", .string),
        ("true", .bool(true)), ("false", .bool(false)), ("yes", .string), ("True", .string),
        ("0", .integer(0)), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("9223372036854775808", .decimal),
        ("1.5", .decimal), ("1e3", .decimal), ("-0.25E-2", .decimal), ("1.", .string), ("1e", .string), (".5", .string), ("+1", .string),
        ("007", .string), ("0x1f", .string), ("0o17", .string), (".inf", .string), ("1_000", .string), ("2026-01-01", .string),
        ("-", .string),
        ("1.2.3", .string),
    ])
    func plainScalarsAreTyped(text: String, kind: YAMLScalar.Kind) {
        #expect(YAMLScalar(text: text, isQuoted: false).kind == kind)
        #expect(YAMLScalar(text: text, isQuoted: true).kind == .string)
    }
}
