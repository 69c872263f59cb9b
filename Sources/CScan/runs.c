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

enum { LEAST = 24, STEP = 64, BLOCKS = 64 };

// Each kernel writes the class bits of whole blocks.
static void masks_scalar(const uint8_t *text, size_t blocks, uint64_t *masks) {
    for (size_t block = 0; block < blocks; block++) masks[block] = run_mask_scalar(text + STEP * block);
}

// A bit where LEAST token bytes in a row begin; they may reach into the next block.
static inline __attribute__((always_inline)) void beginnings(const uint64_t *masks, size_t blocks, uint64_t *bits) {
    for (size_t block = 0; block < blocks; block++) {
        uint64_t here = masks[block], next = masks[block + 1];
        here &= here >> 1 | next << 63;
        next &= next >> 1;
        here &= here >> 2 | next << 62;
        next &= next >> 2;
        here &= here >> 4 | next << 60;
        next &= next >> 4;
        here &= here >> 8 | next << 56;
        next &= next >> 8;
        bits[block] = here & (here >> 8 | next << 56);
    }
}

static void beginnings_scalar(const uint64_t *masks, size_t blocks, uint64_t *bits) { beginnings(masks, blocks, bits); }

#if defined(__x86_64__)
static const uint8_t row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0};

__attribute__((target("avx2"))) static void masks_avx2(const uint8_t *text, size_t blocks, uint64_t *masks) {
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)run_low));
    const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)row_bit));
    const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = 0;
        for (int half = 0; half < 2; half++) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + STEP * block + 32 * half));
            __m256i allowed = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
            __m256i wanted = _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
            __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(allowed, wanted), zero);
            mask |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(none) << (32 * half);
        }
        masks[block] = mask;
    }
}

__attribute__((target("avx2"))) static void beginnings_avx2(const uint64_t *masks, size_t blocks, uint64_t *bits) {
    beginnings(masks, blocks, bits);
}

__attribute__((target("avx512f,avx512bw"))) static void masks_avx512(const uint8_t *text, size_t blocks, uint64_t *masks) {
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)run_low));
    const __m512i row = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)row_bit));
    const __m512i nibble = _mm512_set1_epi8(15);
    for (size_t block = 0; block < blocks; block++) {
        __m512i bytes = _mm512_loadu_si512(text + STEP * block);
        __m512i allowed = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble));
        __m512i wanted = _mm512_shuffle_epi8(row, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
        masks[block] = _mm512_test_epi8_mask(allowed, wanted);
    }
}
#endif

// The class bits of `blocks` blocks from `text` on; `left` bytes of text are there, and nothing behind them counts.
static void class_masks(const uint8_t *text, size_t left, size_t blocks, uint64_t *masks) {
    size_t whole = left / STEP < blocks ? left / STEP : blocks;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) masks_avx512(text, whole, masks);
    else if (__builtin_cpu_supports("avx2")) masks_avx2(text, whole, masks);
    else
#endif
        masks_scalar(text, whole, masks);
    if (whole == blocks) return;
    uint8_t tail[STEP] = {0};
    memcpy(tail, text + STEP * whole, left - STEP * whole);
    masks[whole] = run_mask_scalar(tail);
    for (size_t block = whole + 1; block < blocks; block++) masks[block] = 0;
}

static void find_beginnings(const uint64_t *masks, size_t blocks, uint64_t *bits) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return beginnings_avx2(masks, blocks, bits);
#endif
    beginnings_scalar(masks, blocks, bits);
}

// Where the run at `start`, counted from the first block, ends: at most at the end of the blocks.
static inline size_t end_in(const uint64_t *masks, size_t blocks, size_t start) {
    size_t block = start / STEP;
    uint64_t others = ~masks[block] & ~(uint64_t)0 << start % STEP;
    while (!others && ++block < blocks) others = ~masks[block];
    return others ? STEP * block + (size_t)__builtin_ctzll(others) : STEP * blocks;
}

size_t cscan_runs(const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    uint64_t masks[BLOCKS + 1], bits[BLOCKS];
    size_t found = 0, place = *at;
    while (place < count && found < capacity) {
        size_t blocks = (count - place + STEP - 1) / STEP;
        if (blocks > BLOCKS) blocks = BLOCKS;
        class_masks(text + place, count - place, blocks + 1, masks);
        find_beginnings(masks, blocks, bits);
        size_t next = place + STEP * blocks;
        uint64_t before = 0;
        for (size_t block = 0; block < blocks; block++) {
            uint64_t begins = bits[block] & ~(bits[block] << 1 | before);
            before = bits[block] >> 63;
            for (; begins; begins &= begins - 1) {
                size_t start = STEP * block + (size_t)__builtin_ctzll(begins);
                size_t end = place + end_in(masks, blocks + 1, start);
                if (end == place + STEP * (blocks + 1))
                    while (end < count && is_run(text[end])) end++;
                runs[found++] = (cscan_run){(uint32_t)(place + start), (uint32_t)(end - place - start), 0};
                if (end > next) next = end;
                if (found == capacity) {
                    *at = end;
                    return found;
                }
            }
        }
        place = next;
    }
    *at = place < count ? place : count;
    return found;
}
