import Core

/// Writes commands in RESP2: an array of bulk strings, so any byte may stand in an argument and nothing needs escaping.
public enum RedisCommand {
    /// Appends a whole command.
    public static func append(_ arguments: [[UInt8]], to out: inout ByteBuffer) {
        begin(arguments: arguments.count, to: &out)
        for argument in arguments { append(argument: argument.span, to: &out) }
    }

    /// Starts a command of exactly `arguments` arguments, its name counted.
    public static func begin(arguments: Int, to out: inout ByteBuffer) {
        precondition(arguments > 0, "a command has a name")
        out.append(UInt8(ascii: "*"))
        out.append(decimal: arguments)
        out.append("\r\n" as StaticString)
    }

    /// Appends one argument.
    public static func append(argument: Span<UInt8>, to out: inout ByteBuffer) {
        head(argument.count, to: &out)
        out.append(argument)
        out.append("\r\n" as StaticString)
    }

    /// Appends one argument.
    public static func append(argument: StaticString, to out: inout ByteBuffer) {
        head(argument.utf8CodeUnitCount, to: &out)
        out.append(argument)
        out.append("\r\n" as StaticString)
    }

    /// Appends one argument, a number in decimal.
    public static func append(argument: Int, to out: inout ByteBuffer) {
        var digits = argument < 0 ? 2 : 1
        var rest = argument.magnitude
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        head(digits, to: &out)
        out.append(decimal: argument)
        out.append("\r\n" as StaticString)
    }

    /// Starts one argument of exactly `count` bytes; they and CRLF follow.
    public static func head(_ count: Int, to out: inout ByteBuffer) {
        out.append(UInt8(ascii: "$"))
        out.append(decimal: count)
        out.append("\r\n" as StaticString)
    }
}
