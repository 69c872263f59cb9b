import Core
import RateLimit
import YAML

/// Reads `repeat_guard`.
enum RepeatReader {
    /// Reads the mapping; nil when it is absent or faulty. Tools that the profile says are polled are left out.
    static func read(_ reader: NodeReader, _ profile: ServerProfile) -> RepeatRule? {
        var rule: RepeatRule?
        reader.mapping("repeat_guard") { own in
            let calls = own.int("calls", in: 2...Limits.repeatCallsMax / 2, example: "5")
            let within = own.duration("within", in: .seconds(1) ... .seconds(3_600), example: "2m")
            rule = RepeatRule(
                calls: calls, within: within, except: own.globs("except").map(\.glob) + profile.polling.map { Glob($0) })
        }
        return rule
    }
}
