// Inline looks at short stretches of text: of what sorts of bytes it is made, and where a name or a quoted value ends.
#ifndef LOUVER_CSCAN_BYTES_H
#define LOUVER_CSCAN_BYTES_H
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

// The sorts of bytes. The first six are those of names.
enum {
    CSCAN_LOWER = 1,
    CSCAN_UPPER = 2,
    CSCAN_DIGIT = 4,
    CSCAN_UNDERSCORE = 8,
    CSCAN_DOT = 16,
    CSCAN_HYPHEN = 32,
    CSCAN_NAME = 63,
    CSCAN_BLANK = 64,
    CSCAN_SLASH = 128,
    CSCAN_COLON = 256,
    // `(` and `[`.
    CSCAN_OPENING = 512,
    CSCAN_PLUS = 1024,
    CSCAN_EQUALS = 2048,
    CSCAN_OTHER = 4096,
};

// The sort of each byte.
extern const uint16_t cscan_sorts[256];

// The sorts of all bytes of a text together.
static inline uint16_t cscan_alphabet(const uint8_t *text, size_t count) {
    uint16_t sorts = 0;
    for (size_t at = 0; at < count; at++) sorts |= cscan_sorts[text[at]];
    return sorts;
}

// Whether a byte may stand in the name of a key.
static inline int cscan_is_name(uint8_t byte) { return (cscan_sorts[byte] & CSCAN_NAME) != 0; }

// The first offset in [at, end) of a byte that may not stand in a name; else `end`.
static inline size_t cscan_name_end(const uint8_t *base, size_t at, size_t end) {
    while (at < end && cscan_is_name(base[at])) at++;
    return at;
}

// Classes of bytes for what pairs of them tell: each small letter, each capital, digits, all others.
enum { CSCAN_PAIR_CAPITALS = 26, CSCAN_PAIR_DIGIT = 52, CSCAN_PAIR_OTHER = 53, CSCAN_PAIR_CLASSES = 54, CSCAN_PAIR_ROW = 64 };

// The sum over all pairs of neighbours of what `pairs` says of their classes: rows of CSCAN_PAIR_ROW numbers, one for each first class.
int32_t cscan_pair_sum(const uint8_t *text, size_t count, const int8_t *pairs);

// The first offset in [at, end) of a blank, a control character, `=`, `{` or `;`; else `end`.
static inline size_t cscan_sentence_word_end(const uint8_t *base, size_t at, size_t end) {
#if defined(__x86_64__)
    const __m128i blank = _mm_set1_epi8(' '), sign = _mm_set1_epi8('='), brace = _mm_set1_epi8('{'), stop = _mm_set1_epi8(';');
    while (at + 16 <= end) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(base + at));
        const __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(text, blank), text), _mm_cmpeq_epi8(text, sign)),
            _mm_or_si128(_mm_cmpeq_epi8(text, brace), _mm_cmpeq_epi8(text, stop)));
        const unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) return at + (size_t)__builtin_ctz(mask);
        at += 16;
    }
#endif
    while (at < end && base[at] > ' ' && base[at] != '=' && base[at] != '{' && base[at] != ';') at++;
    return at;
}

// The first offset in [at, end) of `quote`, of a double quote or of a line feed; else `end`.
static inline size_t cscan_quote_end(const uint8_t *base, size_t at, size_t end, uint8_t quote) {
#if defined(__x86_64__)
    const __m128i wanted = _mm_set1_epi8((char)quote), twice = _mm_set1_epi8('"'), line = _mm_set1_epi8('\n');
    while (at + 16 <= end) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(base + at));
        const __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(text, wanted), _mm_cmpeq_epi8(text, twice)), _mm_cmpeq_epi8(text, line));
        const unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) return at + (size_t)__builtin_ctz(mask);
        at += 16;
    }
#endif
    while (at < end && base[at] != quote && base[at] != '"' && base[at] != '\n') at++;
    return at;
}

#endif
