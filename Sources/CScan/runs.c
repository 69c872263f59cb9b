// Traits of a block and runs of token characters, 16 to 64 bytes at a step.
#include <string.h>
#include "CScan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// MARK: Traits

static inline unsigned trait_of(uint8_t byte) {
    if (byte >= 0x80) return CSCAN_HAS_NON_ASCII;
    switch (byte) {
    case '\\': return CSCAN_HAS_BACKSLASH;
    case '%': return CSCAN_HAS_PERCENT;
    case '&': return CSCAN_HAS_AMPERSAND;
    case '\t': case '\n': case '\r': return 0;
    case 0x7f: return CSCAN_HAS_CONTROL;
    default: return byte < 0x20 ? CSCAN_HAS_CONTROL : 0;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static unsigned traits_avx2(const uint8_t *text, size_t count, size_t *at) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i slash = zero, percent = zero, ampersand = zero, control = zero, high = zero;
    size_t place = 0;
    for (; place + 32 <= count; place += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + place));
        slash = _mm256_or_si256(slash, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
        percent = _mm256_or_si256(percent, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('%')));
        ampersand = _mm256_or_si256(ampersand, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('&')));
        // Below 0x20 as unsigned, but for 9, 10 and 13.
        __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
        __m256i plain = _mm256_or_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t')), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'))),
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
        control = _mm256_or_si256(control, _mm256_andnot_si256(plain, low));
        control = _mm256_or_si256(control, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7f)));
        high = _mm256_or_si256(high, bytes);
    }
    *at = place;
    unsigned traits = 0;
    if (_mm256_movemask_epi8(slash)) traits |= CSCAN_HAS_BACKSLASH;
    if (_mm256_movemask_epi8(percent)) traits |= CSCAN_HAS_PERCENT;
    if (_mm256_movemask_epi8(ampersand)) traits |= CSCAN_HAS_AMPERSAND;
    if (_mm256_movemask_epi8(control)) traits |= CSCAN_HAS_CONTROL;
    if (_mm256_movemask_epi8(high)) traits |= CSCAN_HAS_NON_ASCII;
    return traits;
}
#endif

unsigned cscan_traits(const uint8_t *text, size_t count) {
    unsigned traits = 0;
    size_t at = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) traits = traits_avx2(text, count, &at);
#endif
    for (; at < count; at++) traits |= trait_of(text[at]);
    return traits;
}

// MARK: Runs

// One bit per row of the ASCII table (high nibble): which low nibbles of that row are token characters.
static const uint8_t run_low[16] = {
    // 0: 0P p | 1..9: digit A-I Q-Y a-i q-y | A: J Z j z | B: + K k | C: L l | D: - = M m | E: N n | F: / O _ o
    0xa8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf0, 0x54, 0x50, 0x5c, 0x50, 0x74,
};

static inline int is_run(uint8_t byte) { return byte < 0x80 && (run_low[byte & 15] >> (byte >> 4) & 1); }

static inline uint64_t run_mask_scalar(const uint8_t *text) {
    uint64_t mask = 0;
    for (unsigned bit = 0; bit < 64; bit++) mask |= (uint64_t)is_run(text[bit]) << bit;
    return mask;
}

// The class bits of a block, from the previous blocks' last ones on: a set bit where `LEAST` token bytes in a row begin, counted from
// LEAST bytes before the block.
enum { LEAST = 24 };

static inline unsigned __int128 beginnings(uint64_t previous, uint64_t mask) {
    unsigned __int128 bits = (unsigned __int128)mask << LEAST | previous >> (64 - LEAST);
    bits &= bits >> 1;
    bits &= bits >> 2;
    bits &= bits >> 4;
    bits &= bits >> 8;
    return bits & bits >> 8;
}

static inline unsigned lowest(unsigned __int128 bits) {
    uint64_t low = (uint64_t)bits;
    return low ? (unsigned)__builtin_ctzll(low) : 64 + (unsigned)__builtin_ctzll((uint64_t)(bits >> 64));
}

typedef struct {
    const uint8_t *text;
    size_t count;
    size_t at;
    uint64_t previous;
    uint64_t mask;  // of the block in which a run began
} runner;

// Whether a run begins in the block at `at`, and where; goes by it when none does.
static inline int begins_in(runner *in, uint64_t mask, size_t *start) {
    unsigned __int128 bits = beginnings(in->previous, mask);
    if (!bits) {
        in->previous = mask;
        return 0;
    }
    in->mask = mask;
    *start = in->at + lowest(bits) - LEAST;
    return 1;
}

// Each kernel goes on from `at` in whole blocks until a run begins and answers where, or `count` when none does before the last block.
static size_t next_scalar(runner *in) {
    size_t start;
    for (; in->at + 64 <= in->count; in->at += 64) {
        uint64_t mask = run_mask_scalar(in->text + in->at);
        if (begins_in(in, mask, &start)) return start;
    }
    return in->count;
}

#if defined(__x86_64__)
static const uint8_t row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0};

__attribute__((target("avx2,bmi,lzcnt"))) static size_t next_avx2(runner *in) {
    size_t start;
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)run_low));
    const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)row_bit));
    const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (; in->at + 64 <= in->count; in->at += 64) {
        uint64_t mask = 0;
        for (int half = 0; half < 2; half++) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(in->text + in->at + 32 * half));
            __m256i allowed = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
            __m256i wanted = _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
            __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(allowed, wanted), zero);
            mask |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(none) << (32 * half);
        }
        if (begins_in(in, mask, &start)) return start;
    }
    return in->count;
}

__attribute__((target("avx512f,avx512bw,bmi,lzcnt"))) static size_t next_avx512(runner *in) {
    size_t start;
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)run_low));
    const __m512i row = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)row_bit));
    const __m512i nibble = _mm512_set1_epi8(15);
    for (; in->at + 64 <= in->count; in->at += 64) {
        __m512i bytes = _mm512_loadu_si512(in->text + in->at);
        __m512i allowed = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble));
        __m512i wanted = _mm512_shuffle_epi8(row, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
        uint64_t mask = _mm512_test_epi8_mask(allowed, wanted);
        if (begins_in(in, mask, &start)) return start;
    }
    return in->count;
}
#endif

static size_t next_run(runner *in) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) return next_avx512(in);
    if (__builtin_cpu_supports("avx2")) return next_avx2(in);
#endif
    return next_scalar(in);
}

size_t cscan_runs(const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    runner in = {text, count, *at, 0, 0};
    size_t found = 0;
    while (in.at < count && found < capacity) {
        size_t start = next_run(&in);
        if (start == count) {
            // The last bytes, less than a block.
            uint8_t tail[64] = {0};
            if (in.at < count) memcpy(tail, text + in.at, count - in.at);
            in.mask = run_mask_scalar(tail);
            unsigned __int128 bits = in.at < count ? beginnings(in.previous, in.mask) : 0;
            if (!bits) {
                in.at = count;
                break;
            }
            start = in.at + lowest(bits) - LEAST;
        }
        // It ends in the block it was seen in, or further on.
        size_t inside = start > in.at ? start - in.at : 0;
        uint64_t others = ~(in.mask >> inside);
        size_t end = in.at + inside + (others ? (size_t)__builtin_ctzll(others) : 64);
        if (end >= in.at + 64)
            while (end < count && is_run(text[end])) end++;
        runs[found++] = (cscan_run){(uint32_t)start, (uint32_t)(end - start), 0};
        in.at = end;
        in.previous = 0;
    }
    *at = in.at;
    return found;
}
