import CPCRE2

/// A detector's regular expression, compiled to machine code where the kernel allows it.
///
/// Unchecked because the compiler cannot see into the handle: PCRE2 documents compiled code as read-only and usable from any number of
/// threads at once; what a match writes to is in `PatternMatcher`.
final class CompiledPattern: @unchecked Sendable {
    let code: OpaquePointer
    /// Whether machine code was made; without it the interpreter runs, several times slower.
    let isCompiledToMachineCode: Bool
    /// How many capture groups it has.
    let groupCount: Int
    /// Whether it can match nothing at all.
    let matchesEmpty: Bool

    /// Why a pattern was refused.
    struct Refusal: Error {
        let offset: Int
        let message: String
    }

    /// Compiles byte by byte semantics (no UTF mode). An anchored pattern must match where it is tried.
    init(_ pattern: String, isAnchored: Bool) throws(Refusal) {
        var status: Int32 = 0
        var offset = 0
        var options = UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_NEVER_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        if isAnchored { options |= UInt32(PCRE2_ANCHORED) }
        let text = Array(pattern.utf8)
        let compiled = text.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &status, &offset, nil)
        }
        guard let compiled else {
            var message = [UInt8](repeating: 0, count: 256)
            let count = pcre2_get_error_message_8(status, &message, message.count)
            throw Refusal(offset: offset, message: String(decoding: message.prefix(Int(max(count, 0))), as: UTF8.self))
        }
        code = compiled
        var groups: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
        groupCount = Int(groups)
        var empty: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_MATCHEMPTY), &empty)
        matchesEmpty = empty != 0
        isCompiledToMachineCode = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE) | UInt32(PCRE2_JIT_PARTIAL_HARD)) == 0
    }

    deinit { pcre2_code_free_8(code) }
}
