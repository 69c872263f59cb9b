// Inline scans for the parsers of JSON and HTTP: where plain text ends, sixteen bytes at a time. SSE2 is part of every x86-64 processor and
// NEON of every AArch64 one; elsewhere a loop does the same.
#ifndef LOUVER_CSCAN_TEXT_H
#define LOUVER_CSCAN_TEXT_H
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

// The first offset in [at, end) of a quote, a backslash, a control character or a byte past ASCII; else `end`.
static inline size_t cscan_plain_end(const uint8_t *base, size_t at, size_t end) {
#if defined(__x86_64__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    while (at + 16 <= end) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(base + at));
        // Signed: a byte past ASCII is negative, and so below the space as control characters are.
        const __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(text, quote), _mm_cmpeq_epi8(text, backslash)), _mm_cmplt_epi8(text, space));
        const unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) return at + (size_t)__builtin_ctz(mask);
        at += 16;
    }
#endif
    while (at < end && base[at] >= 0x20 && base[at] < 0x80 && base[at] != '"' && base[at] != '\\') at++;
    return at;
}

// The first offset in [at, end) of a byte that may not stand in a field value (RFC 9110 section 5.5): below 0x20 except HTAB, or DEL; else
// `end`. `*high` becomes 1 when a byte above 0x7F lies before it.
static inline size_t cscan_field_end(const uint8_t *base, size_t at, size_t end, unsigned *high) {
#if defined(__x86_64__)
    const __m128i control = _mm_set1_epi8(0x1F), tab = _mm_set1_epi8('\t'), del = _mm_set1_epi8(0x7F);
    while (at + 16 <= end) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(base + at));
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(text, control), text);
        const __m128i found = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(text, tab), low), _mm_cmpeq_epi8(text, del));
        const unsigned mask = (unsigned)_mm_movemask_epi8(found), top = (unsigned)_mm_movemask_epi8(text);
        if (mask != 0) {
            const unsigned place = (unsigned)__builtin_ctz(mask);
            if ((top & ((1u << place) - 1)) != 0) *high = 1;
            return at + place;
        }
        if (top != 0) *high = 1;
        at += 16;
    }
#endif
    while (at < end && ((base[at] >= 0x20 && base[at] != 0x7F) || base[at] == '\t')) {
        if (base[at] >= 0x80) *high = 1;
        at++;
    }
    return at;
}

#endif
