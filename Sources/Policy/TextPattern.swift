import CPCRE2
import Core

/// The regular expression of a condition: it must cover the whole text, within bounds on the text and on the steps of the match.
///
/// Unchecked because the compiler cannot see into the handles: PCRE2 documents compiled code as read-only and a match context as shared
/// for reading; what a match writes to is made for it.
final class TextPattern: @unchecked Sendable {
    /// What a match came to.
    enum Outcome {
        case matches
        case differs
        /// A bound was hit, so nobody knows.
        case undecided
    }

    /// Why a pattern was refused.
    struct Refusal: Error {
        let offset: Int
        let message: String
    }

    private let code: OpaquePointer
    private let context: OpaquePointer

    /// Compiles a pattern for UTF-8 text, anchored at both ends.
    init(_ pattern: [UInt8]) throws(Refusal) {
        var status: Int32 = 0
        var offset = 0
        let options =
            UInt32(PCRE2_UTF) | UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED) | UInt32(PCRE2_DOLLAR_ENDONLY)
            | UInt32(PCRE2_NEVER_BACKSLASH_C)
        let compiled = pattern.withUnsafeBufferPointer { pcre2_compile_8($0.baseAddress, $0.count, options, &status, &offset, nil) }
        guard let compiled else {
            var message = [UInt8](repeating: 0, count: 256)
            let count = pcre2_get_error_message_8(status, &message, message.count)
            throw Refusal(offset: offset, message: String(decoding: message.prefix(Int(max(count, 0))), as: UTF8.self))
        }
        guard let context = pcre2_match_context_create_8(nil) else { preconditionFailure("PCRE2 could not allocate a context") }
        code = compiled
        self.context = context
        pcre2_set_match_limit_8(context, UInt32(Limits.policyRegexStepsMax))
        pcre2_set_depth_limit_8(context, UInt32(Limits.policyRegexStepsMax))
    }

    deinit {
        pcre2_code_free_8(code)
        pcre2_match_context_free_8(context)
    }

    /// Holds it against a text of valid UTF-8. The interpreter runs, because its bounds are exact; policies that need more are slow anyway.
    func match(_ text: Span<UInt8>) -> Outcome {
        guard text.count <= Limits.policyRegexTextBytesMax, let match = pcre2_match_data_create_8(1, nil) else { return .undecided }
        defer { pcre2_match_data_free_8(match) }
        let status = text.withUnsafeBufferPointer { pcre2_match_8(code, $0.baseAddress, $0.count, 0, 0, match, context) }
        if status >= 0 { return .matches }
        return status == PCRE2_ERROR_NOMATCH ? .differs : .undecided
    }
}
