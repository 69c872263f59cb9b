// Traits of a block and runs of token characters, 16 to 64 bytes at a step.
#include <string.h>
#include "CScan.h"
#include "classes.h"

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

// The traits of the characters of ASCII.
#define EIGHT(trait) trait, trait, trait, trait, trait, trait, trait, trait
static const uint8_t trait_table[128] = {
    EIGHT(CSCAN_HAS_CONTROL), CSCAN_HAS_CONTROL, 0, 0, CSCAN_HAS_CONTROL, CSCAN_HAS_CONTROL, 0, CSCAN_HAS_CONTROL, CSCAN_HAS_CONTROL,
    EIGHT(CSCAN_HAS_CONTROL), EIGHT(CSCAN_HAS_CONTROL),
    ['%'] = CSCAN_HAS_PERCENT, ['&'] = CSCAN_HAS_AMPERSAND, ['\\'] = CSCAN_HAS_BACKSLASH, [0x7f] = CSCAN_HAS_CONTROL,
};

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static unsigned traits_vbmi(const uint8_t *text, size_t count, size_t *at) {
    const __m512i low = _mm512_loadu_si512(trait_table), high = _mm512_loadu_si512(trait_table + 64);
    __m512i seen = _mm512_setzero_si512(), bytes_seen = seen;
    size_t place = 0;
    for (; place + 64 <= count; place += 64) {
        __m512i bytes = _mm512_loadu_si512(text + place);
        seen = _mm512_or_si512(seen, _mm512_maskz_permutex2var_epi8(_knot_mask64(_mm512_movepi8_mask(bytes)), low, bytes, high));
        bytes_seen = _mm512_or_si512(bytes_seen, bytes);
    }
    *at = place;
    unsigned traits = _mm512_movepi8_mask(bytes_seen) ? CSCAN_HAS_NON_ASCII : 0;
    for (unsigned bit = 1; bit <= CSCAN_HAS_AMPERSAND; bit *= 2)
        if (_mm512_test_epi8_mask(seen, _mm512_set1_epi8((char)bit))) traits |= bit;
    return traits;
}
#endif

unsigned cscan_traits(const uint8_t *text, size_t count) {
    unsigned traits = 0;
    size_t at = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vbmi")) traits = traits_vbmi(text, count, &at);
    else if (__builtin_cpu_supports("avx2")) traits = traits_avx2(text, count, &at);
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

static inline int is_run(uint8_t byte) { return class_holds(run_low, byte); }

enum { LEAST = 24, STEP = 64, BLOCKS = 64 };

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
__attribute__((target("avx2"))) static void beginnings_avx2(const uint64_t *masks, size_t blocks, uint64_t *bits) {
    beginnings(masks, blocks, bits);
}
#endif

// The class bits of `blocks` blocks from `text` on; `left` bytes of text are there, and nothing behind them counts.
static void run_masks(const uint8_t *text, size_t left, size_t blocks, uint64_t *masks) {
    size_t whole = left / STEP < blocks ? left / STEP : blocks;
    class_masks(run_low, text, whole, masks);
    if (whole == blocks) return;
    masks[whole] = class_mask(run_low, text + STEP * whole, left - STEP * whole);
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
        run_masks(text + place, count - place, blocks + 1, masks);
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
