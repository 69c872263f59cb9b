// Finds the steps within letters and digits that tell what looks random from words and times.
#include <string.h>
#include "anchors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { STEP = ANCHOR_STEP, BLOCKS = ANCHOR_BLOCKS, AROUND = ANCHOR_AROUND, BEHIND = ANCHOR_BEHIND };

static inline int is_upper(uint8_t byte) { return (uint8_t)(byte - 'A') < 26; }
static inline int is_lower(uint8_t byte) { return (uint8_t)(byte - 'a') < 26; }
static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }
static inline int is_word(uint8_t byte) { return is_upper(byte) || is_lower(byte) || is_digit(byte); }

// Whether one byte and the next are such a step.
static inline int is_step(uint8_t first, uint8_t second) {
    if (is_lower(first)) return is_upper(second) || is_digit(second);
    if (is_digit(first)) return is_upper(second) || is_lower(second);
    return is_upper(first) && is_digit(second);
}

size_t anchor_of(const uint8_t *value, size_t length) {
    size_t words = 0;
    for (size_t last = 0; last < length; last++) {
        words = is_word(value[last]) ? words + 1 : 0;
        if (words >= AROUND && is_step(value[last - BEHIND], value[last - BEHIND + 1])) return last - BEHIND;
    }
    return SIZE_MAX;
}

// MARK: Bits

// Which bytes of blocks are letters or digits, and which, if they and those before them are, end a step: one bit for each. The first block
// is the one before those that are searched.
typedef struct {
    uint64_t words[BLOCKS + 1], steps[BLOCKS + 1];
} classes;

// Each kernel reads one byte before the blocks, too.
static void classes_scalar(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    for (size_t block = 0; block < blocks; block++) {
        uint64_t words = 0, steps = 0;
        for (size_t bit = 0; bit < STEP; bit++) {
            const uint8_t *byte = text + STEP * block + bit;
            words |= (uint64_t)is_word(*byte) << bit;
            steps |= (uint64_t)is_step(byte[-1], *byte) << bit;
        }
        out->words[first + block] = words;
        out->steps[first + block] = steps;
    }
}

#if defined(__x86_64__)
// Of letters and digits, digits alone lack the bit 0x40 and capitals alone lack the bit 0x20: a step is where the one bit changes, and where
// the other ends.
enum { LETTER_BIT = 0x40, SMALL_BIT = 0x20 };

__attribute__((target("avx2"))) static inline uint32_t words_avx2(__m256i bytes) {
    __m256i letter = _mm256_sub_epi8(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    // 16 more, so that both are in the class below 26.
    __m256i digit = _mm256_adds_epu8(_mm256_sub_epi8(bytes, _mm256_set1_epi8('0')), _mm256_set1_epi8(16));
    __m256i least = _mm256_min_epu8(letter, digit);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(least, _mm256_set1_epi8(25)), least));
}

__attribute__((target("avx2"))) static inline uint32_t steps_avx2(__m256i bytes, __m256i before) {
    __m256i changed = _mm256_and_si256(_mm256_xor_si256(bytes, before), _mm256_set1_epi8(LETTER_BIT));
    __m256i ended = _mm256_and_si256(_mm256_andnot_si256(bytes, before), _mm256_set1_epi8(SMALL_BIT));
    __m256i none = _mm256_cmpeq_epi8(_mm256_or_si256(changed, ended), _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(none);
}

__attribute__((target("avx2"))) static void classes_avx2(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    for (size_t block = 0; block < blocks; block++) {
        const uint8_t *from = text + STEP * block;
        __m256i low = _mm256_loadu_si256((const __m256i *)from), high = _mm256_loadu_si256((const __m256i *)(from + 32));
        __m256i old_low = _mm256_loadu_si256((const __m256i *)(from - 1)), old_high = _mm256_loadu_si256((const __m256i *)(from + 31));
        out->words[first + block] = words_avx2(low) | (uint64_t)words_avx2(high) << 32;
        out->steps[first + block] = steps_avx2(low, old_low) | (uint64_t)steps_avx2(high, old_high) << 32;
    }
}

__attribute__((target("avx512f,avx512bw"))) static void classes_avx512(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    const __m512i small = _mm512_set1_epi8(0x20), a = _mm512_set1_epi8('a'), zero = _mm512_set1_epi8('0');
    const __m512i more = _mm512_set1_epi8(16), limit = _mm512_set1_epi8(26);
    const __m512i changing = _mm512_set1_epi8(LETTER_BIT), both = _mm512_set1_epi8(LETTER_BIT | SMALL_BIT);
    for (size_t block = 0; block < blocks; block++) {
        __m512i bytes = _mm512_loadu_si512(text + STEP * block), before = _mm512_loadu_si512(text + STEP * block - 1);
        __m512i letter = _mm512_sub_epi8(_mm512_or_si512(bytes, small), a);
        __m512i digit = _mm512_adds_epu8(_mm512_sub_epi8(bytes, zero), more);
        out->words[first + block] = _mm512_cmplt_epu8_mask(_mm512_min_epu8(letter, digit), limit);
        // `changing ? bytes ^ before : before & ~bytes`, bit by bit.
        __m512i steps = _mm512_ternarylogic_epi64(changing, bytes, before, 0x62);
        out->steps[first + block] = _mm512_test_epi8_mask(steps, both);
    }
}
#endif

// Eight blocks at a time.
typedef uint64_t eight __attribute__((vector_size(64), aligned(8), may_alias));

#define MOVED(bits, before, by) ((bits) << (by) | (before) >> (STEP - (by)))

// Of the block before, only what the last bits say is needed, and they do not depend on the one before that.
static inline __attribute__((always_inline)) void anchors_in(const classes *in, size_t blocks, uint64_t *bits) {
    for (size_t block = 0; block < blocks; block += 8) {
        eight words = *(const eight *)(in->words + block + 1), old_words = *(const eight *)(in->words + block);
        eight steps = *(const eight *)(in->steps + block + 1), old_steps = *(const eight *)(in->steps + block);
        eight pairs = words & MOVED(words, old_words, 1), old_pairs = old_words & old_words << 1;
        eight six = pairs & MOVED(pairs, old_pairs, 2) & MOVED(pairs, old_pairs, 4);
        *(eight *)(bits + block) = six & MOVED(steps, old_steps, BEHIND - 1);
    }
}

// Keeps the blocks that have any. Nothing here branches on which.
static inline __attribute__((always_inline)) void keep(const uint64_t *bits, size_t blocks, anchors *out) {
    size_t count = 0;
    for (size_t block = 0; block < blocks; block++) {
        out->bits[count] = bits[block];
        out->blocks[count] = block;
        count += bits[block] != 0;
    }
    out->count = count;
}

static void anchors_scalar(const classes *in, size_t blocks, anchors *out) {
    uint64_t bits[BLOCKS];
    anchors_in(in, blocks, bits);
    keep(bits, blocks, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void anchors_avx2(const classes *in, size_t blocks, anchors *out) {
    uint64_t bits[BLOCKS];
    anchors_in(in, blocks, bits);
    keep(bits, blocks, out);
}

__attribute__((target("avx512f,avx512bw"))) static void anchors_avx512(const classes *in, size_t blocks, anchors *out) {
    uint64_t bits[BLOCKS];
    anchors_in(in, blocks, bits);
    size_t count = 0;
    __m512i numbers = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    for (size_t block = 0; block < blocks; block += 8) {
        __m512i here = _mm512_loadu_si512(bits + block);
        __mmask8 any = _mm512_test_epi64_mask(here, here);
        _mm512_storeu_si512(out->bits + count, _mm512_maskz_compress_epi64(any, here));
        _mm512_storeu_si512(out->blocks + count, _mm512_maskz_compress_epi64(any, numbers));
        numbers = _mm512_add_epi64(numbers, _mm512_set1_epi64(8));
        count += (size_t)__builtin_popcount(any & (blocks - block >= 8 ? 0xffu : (1u << (blocks - block)) - 1));
    }
    out->count = count;
}
#endif

static void find_classes(int kernel, const uint8_t *text, size_t blocks, size_t first, classes *out) {
#if defined(__x86_64__)
    if (kernel >= CSCAN_AVX512) return classes_avx512(text, blocks, first, out);
    if (kernel >= CSCAN_AVX2) return classes_avx2(text, blocks, first, out);
#endif
    classes_scalar(text, blocks, first, out);
}

static void find_bits(int kernel, const classes *in, size_t blocks, anchors *out) {
#if defined(__x86_64__)
    if (kernel >= CSCAN_AVX512) return anchors_avx512(in, blocks, out);
    if (kernel >= CSCAN_AVX2) return anchors_avx2(in, blocks, out);
#endif
    anchors_scalar(in, blocks, out);
}

// The widest of the code paths up to the one that is wanted.
static int kernel_for(int wanted) {
    int widest = CSCAN_SCALAR;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) widest = CSCAN_AVX2;
    if (__builtin_cpu_supports("avx512bw")) widest = CSCAN_AVX512;
#endif
    return wanted == CSCAN_BEST || wanted > widest ? widest : wanted;
}

// MARK: Places

size_t find_anchors(int wanted, const uint8_t *text, size_t count, size_t at, anchors *found) {
    int kernel = kernel_for(wanted);
    classes in_text;
    uint8_t edge[STEP + 1] = {0};
    const uint8_t *from = text + at;
    size_t left = count - at, blocks = (left + STEP - 1) / STEP, whole = left / STEP, first = 0;
    if (blocks > BLOCKS) blocks = whole = BLOCKS;
    // What stands before is looked at for what it says about the first bytes.
    if (at > STEP) {
        find_classes(kernel, from - STEP, 1, 0, &in_text);
    } else {
        memcpy(edge + STEP + 1 - at, text, at);
        find_classes(kernel, edge + 1, 1, 0, &in_text);
    }
    // Nothing is read before the text.
    if (at == 0 && whole > 0) {
        memcpy(edge + 1, from, STEP);
        edge[0] = 0;
        find_classes(kernel, edge + 1, 1, 1, &in_text);
        first = 1;
    }
    find_classes(kernel, from + STEP * first, whole - first, 1 + first, &in_text);
    if (whole < blocks) {
        size_t place = at + STEP * whole;
        memset(edge, 0, sizeof edge);
        memcpy(edge + 1, text + place, count - place);
        if (place > 0) edge[0] = text[place - 1];
        find_classes(kernel, edge + 1, 1, 1 + whole, &in_text);
    }
    find_bits(kernel, &in_text, blocks, found);
    return left < STEP * BLOCKS ? left : STEP * BLOCKS;
}

int cscan_has_anchor(const uint8_t *value, size_t count) { return anchor_of(value, count) != SIZE_MAX; }

size_t cscan_anchors(int kernel, const uint8_t *text, size_t count, size_t at, uint32_t *places, size_t *found) {
    anchors in_text;
    size_t bytes = find_anchors(kernel, text, count, at, &in_text);
    size_t all = 0;
    for (size_t index = 0; index < in_text.count; index++)
        for (uint64_t mask = in_text.bits[index]; mask; mask &= mask - 1)
            places[all++] = (uint32_t)(STEP * in_text.blocks[index] + (size_t)__builtin_ctzll(mask));
    *found = all;
    return bytes;
}
