// The bytes of a class of ASCII characters as bits, in blocks of 64. A class is a table: one bit per row of the ASCII table (high nibble) for
// each low nibble.
#ifndef LOUVER_CSCAN_CLASSES_H
#define LOUVER_CSCAN_CLASSES_H
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static inline int class_holds(const uint8_t low[16], uint8_t byte) { return byte < 0x80 && (low[byte & 15] >> (byte >> 4) & 1); }

// The bits of at most 64 bytes.
static inline uint64_t class_mask(const uint8_t low[16], const uint8_t *text, size_t count) {
    uint64_t mask = 0;
    for (size_t bit = 0; bit < count && bit < 64; bit++) mask |= (uint64_t)class_holds(low, text[bit]) << bit;
    return mask;
}

#if defined(__x86_64__)
static const uint8_t class_row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0};

__attribute__((target("avx2"))) static inline void class_masks_avx2(
    const uint8_t table[16], const uint8_t *text, size_t blocks, uint64_t *masks) {
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
    const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)class_row_bit));
    const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = 0;
        for (int half = 0; half < 2; half++) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + 64 * block + 32 * half));
            __m256i allowed = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
            __m256i wanted = _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
            __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(allowed, wanted), zero);
            mask |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(none) << (32 * half);
        }
        masks[block] = mask;
    }
}

__attribute__((target("avx512f,avx512bw"))) static inline void class_masks_avx512(
    const uint8_t table[16], const uint8_t *text, size_t blocks, uint64_t *masks) {
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
    const __m512i row = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)class_row_bit));
    const __m512i nibble = _mm512_set1_epi8(15);
    for (size_t block = 0; block < blocks; block++) {
        __m512i bytes = _mm512_loadu_si512(text + 64 * block);
        __m512i allowed = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble));
        __m512i wanted = _mm512_shuffle_epi8(row, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
        masks[block] = _mm512_test_epi8_mask(allowed, wanted);
    }
}
#endif

// The bits of whole blocks.
static inline void class_masks(const uint8_t low[16], const uint8_t *text, size_t blocks, uint64_t *masks) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) return class_masks_avx512(low, text, blocks, masks);
    if (__builtin_cpu_supports("avx2")) return class_masks_avx2(low, text, blocks, masks);
#endif
    for (size_t block = 0; block < blocks; block++) masks[block] = class_mask(low, text + 64 * block, 64);
}

#endif
