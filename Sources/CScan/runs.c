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

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline uint64_t run_mask_avx2(const uint8_t *text) {
    static const uint8_t row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0};
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)run_low));
    const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)row_bit));
    const __m256i nibble = _mm256_set1_epi8(15);
    uint64_t mask = 0;
    for (int half = 0; half < 2; half++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + 32 * half));
        __m256i allowed = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
        __m256i wanted = _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
        __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(allowed, wanted), _mm256_setzero_si256());
        mask |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(none) << (32 * half);
    }
    return mask;
}
#endif

typedef struct {
    size_t start;     // of the run that reaches the end of the last step
    int is_open;
    size_t least;
    cscan_run *runs;
    size_t found;
} runner;

static inline void emit(runner *in, size_t start, size_t end) {
    if (end - start >= in->least) in->runs[in->found++] = (cscan_run){(uint32_t)start, (uint32_t)(end - start), 0};
}

// Takes in the class bits of text[at, at + 64).
static inline void step(runner *in, size_t at, uint64_t mask) {
    if (mask == ~0ull) {
        if (!in->is_open) in->start = at;
        in->is_open = 1;
        return;
    }
    if (in->is_open) {
        unsigned lead = (unsigned)__builtin_ctzll(~mask);
        emit(in, in->start, at + lead);
        in->is_open = 0;
        mask &= ~0ull << lead;
    }
    if (mask >> 63) {
        unsigned trail = (unsigned)__builtin_clzll(~mask);
        in->start = at + 64 - trail;
        in->is_open = 1;
        mask &= ~0ull >> trail;
    }
    // What is left lies inside the step: a bit is set where 16 token bytes in a row begin.
    uint64_t inner = mask & mask >> 1;
    inner &= inner >> 2;
    inner &= inner >> 4;
    inner &= inner >> 8;
    while (inner) {
        unsigned from = (unsigned)__builtin_ctzll(inner);
        unsigned length = (unsigned)__builtin_ctzll(~(mask >> from));
        emit(in, at + from, at + from + length);
        inner &= ~0ull << (from + length);
    }
}

static inline uint64_t run_mask(const uint8_t *text, int is_wide) {
#if defined(__x86_64__)
    if (is_wide) return run_mask_avx2(text);
#endif
    (void)is_wide;
    return run_mask_scalar(text);
}

size_t cscan_runs(const uint8_t *text, size_t count, size_t *at, size_t least, cscan_run *runs, size_t capacity) {
    runner in = {.least = least < 16 ? 16 : least, .runs = runs};
    int is_wide = 0;
#if defined(__x86_64__)
    is_wide = __builtin_cpu_supports("avx2") != 0;
#endif
    size_t place = *at;
    // A step ends at most one open run and three inner ones.
    for (; place + 64 <= count; place += 64) {
        if (in.found + 5 > capacity) {
            *at = in.is_open ? in.start : place;
            return in.found;
        }
        step(&in, place, run_mask(text + place, is_wide));
    }
    if (place < count) {
        uint8_t tail[64] = {0};
        if (in.found + 5 > capacity) {
            *at = in.is_open ? in.start : place;
            return in.found;
        }
        memcpy(tail, text + place, count - place);
        step(&in, place, run_mask_scalar(tail));
        place += 64;
    }
    if (in.is_open) emit(&in, in.start, count);
    *at = count;
    return in.found;
}
