// Where a text may hold what no reader sees: controls, and the lead bytes of invisible characters.
#include "CScan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// 1: looked at always. 2: the lead byte E2, of which only the characters of the general punctuation block matter. 3: a backslash.
// 4: the lead byte F0, of which only the format controls of shorthand and music do.
static uint8_t kinds[256];

__attribute__((constructor)) static void fill(void) {
    for (int byte = 0; byte < 0x20; byte++) kinds[byte] = 1;
    kinds['\t'] = kinds['\n'] = kinds['\r'] = 0;
    kinds[0x7f] = 1;
    static const uint8_t leads[] = {0xc2, 0xcd, 0xd8, 0xe1, 0xe3, 0xef, 0xf3};
    for (unsigned at = 0; at < sizeof leads; at++) kinds[leads[at]] = 1;
    kinds[0xe2] = 2;
    kinds['\\'] = 3;
    kinds[0xf0] = 4;
}

// `u`, and the letters for controls that are no white space.
static inline int is_odd_escape(uint8_t letter) { return letter == 'u' || letter == 'b' || letter == 'f'; }

// Whether a look at this byte ends the scan. `next` is where the scan goes on when it does not.
static inline int stops(const uint8_t *text, size_t count, size_t at, int depth, size_t *next) {
    *next = at + 1;
    switch (kinds[text[at]]) {
    case 0: return 0;
    case 1: return 1;
    case 2: return at + 1 == count || text[at + 1] == 0x80 || text[at + 1] == 0x81;
    case 4:
        if (at + 1 == count) return 1;
        if (text[at + 1] == 0x9b) return at + 2 == count || text[at + 2] == 0xb2;
        return text[at + 1] == 0x9d && (at + 2 == count || text[at + 2] == 0x85);
    default:
        if (!depth) return 0;
        if (at + 1 == count || is_odd_escape(text[at + 1])) return 1;
        *next = at + 2;  // behind the escaped character
        if (depth == 1 || text[at + 1] != '\\') return 0;
        // A backslash for whoever reads the text: what it escapes may be written as an escape itself.
        if (at + 2 == count || is_odd_escape(text[at + 2])) return 1;
        if (text[at + 2] == '\\' && (at + 3 == count || text[at + 3] == 'u')) return 1;
        *next = at + (text[at + 2] == '\\' ? 4 : 3);
        return 0;
    }
}

#if defined(__x86_64__)
// The place where the scan ends, or goes on byte by byte. A byte may matter when the classes of its halves have a bit in common: 1
// controls of the first row, 2 of the second, 4 DEL, 8 a backslash, and the lead bytes 16 C2 and CD, 32 D8, 64 E1 E2 E3 EF, 128 F0 F3.
__attribute__((target("avx2"))) static size_t odd_avx2(const uint8_t *text, size_t count, size_t at, int depth) {
    const __m256i low = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        (char)131, 67, 83, (char)195, 3, 3, 3, 3, 35, 2, 2, 3, 11, 18, 3, 71));
    const __m256i high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        1, 2, 0, 0, 0, depth ? 8 : 0, 0, 4, 0, 0, 0, 0, 16, 32, 64, (char)128));
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    size_t next = at;
    for (; at + 32 <= count; at += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at));
        __m256i classes = _mm256_and_si256(
            _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
        unsigned mask = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(classes, _mm256_setzero_si256()));
        for (; mask; mask &= mask - 1) {
            size_t place = at + (size_t)__builtin_ctz(mask);
            if (place >= next && stops(text, count, place, depth, &next)) return place;
        }
    }
    return next > at ? next : at;
}
#endif

size_t cscan_odd(const uint8_t *text, size_t count, size_t at, int depth) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) at = odd_avx2(text, count, at, depth);
#endif
    size_t next;
    for (; at < count; at = next) {
        if (stops(text, count, at, depth, &next)) return at;
    }
    return count;
}
