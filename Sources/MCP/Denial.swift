import Core

/// A refusal of a well-formed request: which, by which rule, and in words for a person or a model what to do instead.
public struct Denial: Sendable, Equatable {
    /// Which refusal.
    public let code: DenialCode
    /// The rule or limit that decided; `default` when none allows it.
    public let rule: [UInt8]
    /// What was refused, by what, and what to do instead: UTF-8, no payload and no secret.
    public let text: [UInt8]
    /// When to try again, in whole milliseconds; nil when trying again does not help.
    public let retryAfterMilliseconds: Int?

    /// Makes a refusal with words of its own.
    public init(_ code: DenialCode, rule: [UInt8] = [], text: [UInt8], retryAfterMilliseconds: Int? = nil) {
        self.code = code
        self.rule = rule
        self.text = text
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    /// A refusal by policy (4031 to 4034). `say` is the rule's own advice; without it a general one is given.
    public static func policy(_ inbound: Inbound, rule: [UInt8], say: [UInt8] = [], code: DenialCode = .policy) -> Denial {
        var text = ByteBuffer(capacity: 256)
        text.append("Louver refused ")
        appendObject(of: inbound, to: &text)
        if rule.isEmpty || rule == [UInt8]("default".utf8) {
            text.append(": no rule of the policy allows it. ")
        } else {
            text.append(": rule `")
            text.append(rule)
            text.append("`. ")
        }
        if say.isEmpty { text.append(advice(code)) } else { text.append(say) }
        return Denial(code, rule: rule.isEmpty ? [UInt8]("default".utf8) : rule, text: text.takeAll())
    }

    /// A used-up limit (4290). The wait is rounded up to whole seconds in words and in `Retry-After`.
    public static func limited(_ inbound: Inbound?, rule: [UInt8], retryAfter: Duration) -> Denial {
        let milliseconds = max(retryAfter.millisecondsRoundedUp, 1)
        var text = ByteBuffer(capacity: 256)
        text.append("Louver refused ")
        if let inbound { appendObject(of: inbound, to: &text) } else { text.append("the request") }
        text.append(": limit `")
        text.append(rule)
        text.append("` is used up. Try again in ")
        let seconds = seconds(milliseconds)
        text.append(decimal: seconds)
        text.append(seconds == 1 ? " second." : " seconds.")
        text.append(" Until then it stays refused; go on with what you have, or ask for more with fewer calls.")
        return Denial(.limit, rule: rule, text: text.takeAll(), retryAfterMilliseconds: milliseconds)
    }

    /// The same call again, or two calls in turn (4291).
    public static func repeated(_ inbound: Inbound, count: Int, within: Duration, isPair: Bool, retryAfter: Duration) -> Denial {
        var text = ByteBuffer(capacity: 512)
        text.append("Louver refused ")
        appendObject(of: inbound, to: &text)
        text.append(isPair ? ": this call and one other were made in turn, " : ": the same call with the same arguments was made ")
        text.append(decimal: count)
        text.append(isPair ? " calls in the last " : " times in the last ")
        text.append(decimal: seconds(within.millisecondsRoundedUp))
        text.append(" seconds, and the answer is not going to change. Use the answers you have, change the arguments, try another tool, ")
        text.append("or ask the user. If you wait for something to finish, look at it again in ")
        let wait = max(retryAfter.millisecondsRoundedUp, 1)
        text.append(decimal: seconds(wait))
        text.append(" seconds.")
        return Denial(.repeated, rule: Array("repeat_guard".utf8), text: text.takeAll(), retryAfterMilliseconds: wait)
    }

    /// A failure behind Louver (5020, 5021, 5030, 5040). `reason` is a class such as `connect_timeout`, never the upstream's own words.
    public static func failed(_ code: DenialCode, reason: StaticString, retryAfter: Duration? = nil) -> Denial {
        var text = ByteBuffer(capacity: 256)
        text.append(advice(code))
        text.append(" (")
        text.append(reason)
        text.append(")")
        return Denial(
            code, rule: reason.withUTF8Buffer { [UInt8]($0) }, text: text.takeAll(),
            retryAfterMilliseconds: retryAfter.map { max($0.millisecondsRoundedUp, 1) })
    }

    /// The value of `Retry-After`, in whole seconds of at least 1.
    public var retryAfterSeconds: Int? { retryAfterMilliseconds.map(Self.seconds) }

    private static func seconds(_ milliseconds: Int) -> Int { milliseconds / 1_000 + (milliseconds % 1_000 == 0 ? 0 : 1) }

    /// "the tool `get_dag`", with a name of any length cut to what can be read.
    private static func appendObject(of inbound: Inbound, to text: inout ByteBuffer) {
        guard let target = inbound.target else {
            text.append("`")
            text.append(inbound.method.text)
            text.append("`")
            return
        }
        switch target.kind {
        case .tool: text.append("the tool `")
        case .prompt: text.append("the prompt `")
        case .resource: text.append("the resource `")
        case .resourceTemplate: text.append("the resource template `")
        case .none: text.append("`")
        }
        target.withName { name in
            var end = min(name.count, Limits.shownNameBytesMax)
            // Not inside a UTF-8 sequence.
            while end < name.count, end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
            text.append(name.extracting(0..<end))
            if end < name.count { text.append("...") }
        }
        text.append("`")
    }

    private static func advice(_ code: DenialCode) -> StaticString {
        switch code {
        case .policy: "Do not try it again; use what the lists offer, or ask the owner of the policy for access."
        case .guarded: "Check the arguments and identifiers, and call it again with ones that are allowed."
        case .pinned: "Its definition changed since it was reviewed. It works again once the owner of the policy accepts the new one."
        case .placeholder:
            "The request holds a placeholder that stands for a removed secret. Leave it out, or name the secret's place instead."
        case .limit: "A limit is used up. Try again later."
        case .repeated: "The same call was made too often. Use the answer you have, or change the arguments."
        case .upstreamFailed: "The MCP server behind Louver failed to answer. Nothing is wrong with the request; try again in a moment."
        case .withheld:
            "Louver withheld the reply of the MCP server because it cannot be let through safely. Ask for less or for something else."
        case .storeLost: "Louver cannot reach its store of limits, and the policy refuses calls until it can. Try again in a moment."
        case .deadline: "The MCP server behind Louver did not answer in time. Ask for less, or try again."
        }
    }
}
