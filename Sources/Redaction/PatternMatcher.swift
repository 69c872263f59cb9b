import CPCRE2
import Core

/// Runs compiled patterns: the memory one match writes to, with its bounds. One for each scrubber, on one loop.
final class PatternMatcher {
    /// What a match came to.
    enum Outcome {
        /// The whole match and the wanted group, as offsets.
        case match(whole: Range<Int>, group: Range<Int>)
        case none
        /// The text ended before it could be decided.
        case undecided
        /// A bound was hit: the value must not pass.
        case failed
    }

    private let match: OpaquePointer
    private let context: OpaquePointer
    private let stack: OpaquePointer?

    /// PCRE2_UNSET, a macro Swift cannot read.
    private static let unset = Int(bitPattern: UInt.max)

    init() {
        guard let match = pcre2_match_data_create_8(16, nil), let context = pcre2_match_context_create_8(nil) else {
            preconditionFailure("PCRE2 could not allocate a match")
        }
        self.match = match
        self.context = context
        pcre2_set_match_limit_8(context, UInt32(Limits.patternStepsMax))
        pcre2_set_depth_limit_8(context, UInt32(Limits.patternStepsMax))
        stack = pcre2_jit_stack_create_8(32 * 1024, Limits.patternStackBytesMax, nil)
        if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    }

    deinit {
        pcre2_match_data_free_8(match)
        pcre2_match_context_free_8(context)
        if let stack { pcre2_jit_stack_free_8(stack) }
    }

    /// Matches at (anchored) or from `start` in `text`, of which bytes before `start` are context. With `mayGrow` a match that needs more
    /// text than there is comes out undecided.
    func run(_ pattern: CompiledPattern, group: Int, in text: Span<UInt8>, from start: Int, mayGrow: Bool) -> Outcome {
        let options = mayGrow ? UInt32(PCRE2_PARTIAL_HARD) : 0
        let status = text.withUnsafeBufferPointer { bytes in
            pattern.isCompiledToMachineCode
                ? pcre2_jit_match_8(pattern.code, bytes.baseAddress, bytes.count, start, options, match, context)
                : pcre2_match_8(pattern.code, bytes.baseAddress, bytes.count, start, options, match, context)
        }
        if status == PCRE2_ERROR_NOMATCH { return .none }
        if status == PCRE2_ERROR_PARTIAL { return .undecided }
        guard status >= 0, let offsets = pcre2_get_ovector_pointer_8(match) else { return .failed }
        let whole = offsets[0]..<offsets[1]
        // The whole match stands for a group that took no part.
        let from = offsets[2 * group]
        let to = offsets[2 * group + 1]
        guard from != Self.unset, to != Self.unset, from <= to else { return .match(whole: whole, group: whole) }
        return .match(whole: whole, group: from..<to)
    }

    /// Whether a match begins at or behind `start` in a text that goes on, before its end.
    func mayBegin(_ pattern: CompiledPattern, in text: Span<UInt8>, from start: Int) -> Bool {
        switch run(pattern, group: 0, in: text, from: start, mayGrow: true) {
        case .none: return false
        // Where one looks back, what is still to come counts as open, too.
        case .undecided: return pcre2_get_ovector_pointer_8(match).map { $0[0] < text.count } ?? true
        case .match, .failed: return true
        }
    }

    /// Whether a text that begins with these bytes may match from its start.
    func mayMatch(_ pattern: CompiledPattern, _ beginning: Span<UInt8>) -> Bool {
        if case .none = run(pattern, group: 0, in: beginning, from: 0, mayGrow: true) { return false }
        return true
    }
}
