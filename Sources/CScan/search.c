// Literal search after Teddy (Geoffrey Langdale, Hyperscan): nibble tables of a four-byte window per literal tell in a few shuffles whether
// one of many buckets of literals may be here. A bit for a hash of the four bytes tells most of those places from others, without a branch;
// a hash of three bytes then names the literals that are compared. The window of a literal is the one that adds least to what its bucket
// lets through.
#include "literals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { STEP = 64, BLOCKS = 64 };

typedef struct {
    const cscan_set *set;
    const uint8_t *text;  // the whole text
    size_t count;
    cscan_hit *hits;
    size_t found;
} search;

// Four bytes at a time, the last four once more where they overlap: most literals are shorter than it takes to call somebody.
static inline int same(const uint8_t *text, const literal *one) {
    if (one->length < 4) {
        for (size_t at = 0; at < one->length; at++)
            if ((text[at] | one->folds[at]) != one->bytes[at]) return 0;
        return 1;
    }
    size_t last = one->length - 4;
    for (size_t at = 0; at < last; at += 4)
        if ((load32(text + at) | load32(one->folds + at)) != load32(one->bytes + at)) return 0;
    return (load32(text + last) | load32(one->folds + last)) == load32(one->bytes + last);
}

// Compares the literals that may have their window at place `at`, whose four bytes are `word`.
static inline void verify(search *in, size_t at, uint32_t word) {
    const cscan_set *set = in->set;
    uint32_t slot = slot_of(word);
    // So far from both ends no literal reaches out of the text.
    int is_inside = at >= set->longest && at + set->longest <= in->count;
    for (uint32_t index = set->first[slot]; index < set->first[slot + 1]; index++) {
        const probe *one = &set->probes[index];
        if ((word & one->mask) != one->value) continue;
        size_t start = at - one->offset;
        if (!is_inside && (at < one->offset || start + one->length > in->count)) continue;
        if (one->length >= 4 && (load32(in->text + start + one->far_offset) | one->far_folds) != one->far_value) continue;
        const literal *whole = &set->literals[one->literal];
        if (!same(in->text + start, whole)) continue;
        if ((whole->flags & CSCAN_WORD_START) && start > 0 && is_word(in->text[start - 1])) continue;
        in->hits[in->found++] = (cscan_hit){(uint32_t)start, one->literal};
    }
}

// Whether a literal may have its window where these four bytes stand.
static inline unsigned may_begin(const cscan_set *set, uint32_t word) {
    uint32_t place = filter_of(word), pair = word & 0xffff;
    unsigned is_let = set->filter[place >> 3] >> (place & 7);
    if (set->has_pairs) is_let |= set->pairs[pair >> 3] >> (pair & 7);
    return is_let & 1;
}

// Each kernel writes one bit for each of `blocks` times STEP window places from `text` on, set where a literal may be. Every byte from one
// before the first place up to three behind the last may be read.
static void masks_scalar(const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks) {
    for (size_t block = 0; block < blocks; block++) {
        masks[block] = 0;
        for (size_t bit = 0; bit < STEP; bit++)
            masks[block] |= (uint64_t)may_begin(set, load32(text + STEP * block + bit)) << bit;
    }
}

#if defined(__x86_64__)
// The loops over groups have constant bounds in each caller, so that the tables stay in registers.
__attribute__((target("ssse3"), always_inline)) static inline void step_ssse3(
    const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks, int words, int groups) {
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm_loadu_si128((const __m128i *)set->low[g][p]);
            high[g][p] = _mm_loadu_si128((const __m128i *)set->high[g][p]);
        }
    for (size_t at = 0; at < STEP * blocks; at += 16) {
        __m128i seen[GROUPS_MAX];
        for (int p = 0; p < WINDOW; p++) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at + p));
            __m128i lo = _mm_and_si128(bytes, nibble), hi = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
            for (int g = 0; g < groups; g++) {
                __m128i here = _mm_and_si128(_mm_shuffle_epi8(low[g][p], lo), _mm_shuffle_epi8(high[g][p], hi));
                seen[g] = p == 0 ? here : _mm_and_si128(seen[g], here);
            }
        }
        __m128i any = _mm_setzero_si128();
        for (int g = 0; g < words; g++) any = _mm_or_si128(any, seen[g]);
        if (words) {
            __m128i before = _mm_loadu_si128((const __m128i *)(text + at - 1));
            __m128i folded = _mm_or_si128(before, _mm_set1_epi8(0x20));
            __m128i word = _mm_or_si128(
                _mm_cmplt_epi8(_mm_add_epi8(folded, _mm_set1_epi8((char)(0x80 - 'a'))), _mm_set1_epi8((char)(0x80 + 26))),
                _mm_cmplt_epi8(_mm_add_epi8(before, _mm_set1_epi8((char)(0x80 - '0'))), _mm_set1_epi8((char)(0x80 + 10))));
            any = _mm_andnot_si128(word, any);
        }
        for (int g = words; g < groups; g++) any = _mm_or_si128(any, seen[g]);
        uint64_t mask = (uint64_t)(~_mm_movemask_epi8(_mm_cmpeq_epi8(any, _mm_setzero_si128())) & 0xffff);
        if (at % STEP == 0) masks[at / STEP] = 0;
        masks[at / STEP] |= mask << at % STEP;
    }
}

__attribute__((target("avx2"), always_inline)) static inline void step_avx2(
    const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks, int words, int groups) {
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)set->low[g][p]));
            high[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)set->high[g][p]));
        }
    for (size_t at = 0; at < STEP * blocks; at += 32) {
        __m256i seen[GROUPS_MAX];
        for (int p = 0; p < WINDOW; p++) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at + p));
            __m256i lo = _mm256_and_si256(bytes, nibble), hi = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
            for (int g = 0; g < groups; g++) {
                __m256i here = _mm256_and_si256(_mm256_shuffle_epi8(low[g][p], lo), _mm256_shuffle_epi8(high[g][p], hi));
                seen[g] = p == 0 ? here : _mm256_and_si256(seen[g], here);
            }
        }
        __m256i any = _mm256_setzero_si256();
        for (int g = 0; g < words; g++) any = _mm256_or_si256(any, seen[g]);
        if (words) {
            __m256i before = _mm256_loadu_si256((const __m256i *)(text + at - 1));
            __m256i folded = _mm256_or_si256(before, _mm256_set1_epi8(0x20));
            __m256i word = _mm256_or_si256(
                _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(0x80 + 26)), _mm256_add_epi8(folded, _mm256_set1_epi8((char)(0x80 - 'a')))),
                _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(0x80 + 10)), _mm256_add_epi8(before, _mm256_set1_epi8((char)(0x80 - '0')))));
            any = _mm256_andnot_si256(word, any);
        }
        for (int g = words; g < groups; g++) any = _mm256_or_si256(any, seen[g]);
        uint64_t mask = (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256()));
        if (at % STEP == 0) masks[at / STEP] = 0;
        masks[at / STEP] |= mask << at % STEP;
    }
}

__attribute__((target("avx512f,avx512bw"), always_inline)) static inline void step_avx512(
    const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks, int words, int groups) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)set->low[g][p]));
            high[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)set->high[g][p]));
        }
    for (size_t at = 0; at < STEP * blocks; at += 64) {
        __m512i seen[GROUPS_MAX];
        for (int p = 0; p < WINDOW; p++) {
            __m512i bytes = _mm512_loadu_si512(text + at + p);
            __m512i lo = _mm512_and_si512(bytes, nibble), hi = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble);
            for (int g = 0; g < groups; g++) {
                __m512i left = _mm512_shuffle_epi8(low[g][p], lo), right = _mm512_shuffle_epi8(high[g][p], hi);
                seen[g] = p == 0 ? _mm512_and_si512(left, right) : _mm512_ternarylogic_epi32(seen[g], left, right, 0x80);
            }
        }
        __m512i any = _mm512_setzero_si512();
        for (int g = words; g < groups; g++) any = _mm512_or_si512(any, seen[g]);
        uint64_t mask = _mm512_test_epi8_mask(any, any);
        if (words) {
            __m512i starts = seen[0];
            for (int g = 1; g < words; g++) starts = _mm512_or_si512(starts, seen[g]);
            __m512i before = _mm512_loadu_si512(text + at - 1);
            __m512i folded = _mm512_or_si512(before, _mm512_set1_epi8(0x20));
            uint64_t word = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(folded, _mm512_set1_epi8('a')), _mm512_set1_epi8(26))
                | _mm512_cmplt_epu8_mask(_mm512_sub_epi8(before, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
            mask |= _mm512_test_epi8_mask(starts, starts) & ~word;
        }
        masks[at / STEP] = mask;
    }
}

// The numbers of groups that cscan_set_make gives out.
#define KERNEL(NAME, TARGET)                                                                                       \
    __attribute__((target(TARGET))) static void masks_##NAME(                                                      \
        const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks) {                               \
        switch (set->word_groups << 4 | set->groups) {                                                             \
        case 0x01: return step_##NAME(set, text, blocks, masks, 0, 1);                                             \
        case 0x02: return step_##NAME(set, text, blocks, masks, 0, 2);                                             \
        case 0x04: return step_##NAME(set, text, blocks, masks, 0, 4);                                             \
        case 0x12: return step_##NAME(set, text, blocks, masks, 1, 2);                                             \
        case 0x24: return step_##NAME(set, text, blocks, masks, 2, 4);                                             \
        default: return step_##NAME(set, text, blocks, masks, 4, 8);                                               \
        }                                                                                                          \
    }

KERNEL(ssse3, "ssse3")
KERNEL(avx2, "avx2")
KERNEL(avx512, "avx512f,avx512bw")
#endif

static void find_masks(const cscan_set *set, const uint8_t *text, size_t blocks, uint64_t *masks) {
    switch (set->kernel) {
#if defined(__x86_64__)
    case CSCAN_SSSE3: return masks_ssse3(set, text, blocks, masks);
    case CSCAN_AVX2: return masks_avx2(set, text, blocks, masks);
    case CSCAN_AVX512: case CSCAN_VBMI: return masks_avx512(set, text, blocks, masks);
#endif
    default: return masks_scalar(set, text, blocks, masks);
    }
}

// Whether most blocks hold no place, so that a branch foresees it; where one in two does, it is dearer than to look for places in all.
static int is_sparse(const cscan_set *set) { return set->count <= MANY; }

// The places whose bits are set. Four at a time are written whether there are so many or not: no branch depends on the text, as long as
// a block has not more than four.
static inline __attribute__((always_inline)) size_t places_of(const cscan_set *set, size_t blocks, const uint64_t *masks, uint32_t *places) {
    const int skips = is_sparse(set);
    size_t count = 0;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = masks[block];
        if (skips && !mask) continue;
        size_t set_bits = (size_t)__builtin_popcountll(mask);
        for (size_t done = 0; done < set_bits || done == 0; done += 4) {
            uint32_t *to = places + count + done;
            for (int step = 0; step < 4; step++) {
                to[step] = (uint32_t)(STEP * block + (size_t)__builtin_ctzll(mask | (uint64_t)1 << 63));
                mask &= mask - 1;
            }
        }
        count += set_bits;
    }
    return count;
}

// Those of them that the filter lets through; it moves on by what it finds, without a branch.
static inline __attribute__((always_inline)) size_t filtered(const cscan_set *set, const uint8_t *text, uint32_t *places, size_t count) {
    size_t kept = 0;
    for (size_t index = 0; index < count; index++) {
        uint32_t place = places[index];
        places[kept] = place;
        kept += may_begin(set, load32(text + place));
    }
    return kept;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,popcnt"))) static size_t places_avx2(
    const cscan_set *set, const uint8_t *text, size_t blocks, const uint64_t *masks, uint32_t *places) {
    return filtered(set, text, places, places_of(set, blocks, masks, places));
}

#define SIXTEEN(first) \
    first, first + 1, first + 2, first + 3, first + 4, first + 5, first + 6, first + 7, first + 8, first + 9, first + 10, first + 11, \
        first + 12, first + 13, first + 14, first + 15
static const uint8_t numbers_of_bits[STEP] = {SIXTEEN(0), SIXTEEN(16), SIXTEEN(32), SIXTEEN(48)};

// Sixteen places at a time: the numbers of the bits that are set are what is left of all numbers.
__attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"))) static size_t places_vbmi(
    const cscan_set *set, const uint8_t *text, size_t blocks, const uint64_t *masks, uint32_t *places) {
    const __m512i numbers = _mm512_loadu_si512(numbers_of_bits);
    const int skips = is_sparse(set);
    size_t count = 0;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = masks[block];
        if (skips && !mask) continue;
        size_t set_bits = (size_t)__builtin_popcountll(mask);
        const __m512i first = _mm512_set1_epi32((int)(STEP * block));
        for (size_t done = 0; done < set_bits || done == 0; done += 16) {
            __m128i some = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(mask, numbers));
            _mm512_storeu_si512(places + count + done, _mm512_add_epi32(_mm512_cvtepu8_epi32(some), first));
            for (int step = 0; step < 16 && set_bits > 16; step++) mask &= mask - 1;
        }
        count += set_bits;
    }
    return filtered(set, text, places, count);
}
#endif

static size_t find_places(const cscan_set *set, const uint8_t *text, size_t blocks, const uint64_t *masks, uint32_t *places) {
#if defined(__x86_64__)
    if (set->kernel >= CSCAN_VBMI) return places_vbmi(set, text, blocks, masks, places);
    // Processors with AVX2 have the instructions that count bits, too.
    if (set->kernel >= CSCAN_AVX2) return places_avx2(set, text, blocks, masks, places);
#endif
    return filtered(set, text, places, places_of(set, blocks, masks, places));
}

// Looks at window places [at, end), of which every byte from one before up to end + 3, rounded up to STEP, may be read through `text`.
// Stops early when there may be no room for the hits of one more place, and answers where it stopped.
static size_t scan(search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    uint64_t masks[BLOCKS];
    // As many more as are written at a time.
    uint32_t places[STEP * BLOCKS + 16];
    while (at < end) {
        size_t blocks = (end - at + STEP - 1) / STEP;
        if (blocks > BLOCKS) blocks = BLOCKS;
        find_masks(in->set, text + at, blocks, masks);
        if (end - at < STEP) masks[0] &= ((uint64_t)1 << (end - at)) - 1;
        size_t count = find_places(in->set, text + at, blocks, masks, places);
        for (size_t index = 0; index < count; index++) {
            size_t place = at + places[index];
            if (in->found + in->set->count > room) return place;
            verify(in, base + place, load32(text + place));
        }
        at += STEP * blocks;
    }
    return at;
}

// Looks at up to TAIL places from `place` on in a padded copy; what is found in the padding does not fit the text and is dropped.
static size_t scan_edge(search *in, size_t place, size_t capacity) {
    uint8_t copy[1 + 2 * TAIL + WINDOW];
    size_t left = in->count - place;
    size_t rest = left < TAIL ? left : TAIL;
    size_t seen = left < TAIL + WINDOW ? left : TAIL + WINDOW;
    copy[0] = place > 0 ? in->text[place - 1] : '\n';
    memcpy(copy + 1, in->text + place, seen);
    memset(copy + 1 + seen, 0, sizeof copy - 1 - seen);
    size_t done = scan(in, copy + 1, place, 0, rest, capacity);
    return place + (done < rest ? done : rest);
}

size_t cscan_find(const cscan_set *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    search in = {set, text, count, hits, 0};
    size_t place = *at;
    const size_t reach = TAIL + WINDOW;
    if (place >= count) return 0;
    // The first places have no byte before them that may be read.
    if (place == 0) {
        size_t end = count < TAIL ? count : TAIL;
        place = scan_edge(&in, 0, capacity);
        if (place < end) {
            *at = place;
            return in.found;
        }
    }
    // Whole steps, as long as the widest kernel may read past the place it looks at.
    if (place + reach <= count) {
        size_t steps = (count - reach - place) / TAIL + 1;
        size_t end = place + steps * TAIL;
        place = scan(&in, text, 0, place, end, capacity);
        if (place < end) {
            *at = place;
            return in.found;
        }
    }
    while (place < count) {
        size_t end = count - place < TAIL ? count : place + TAIL;
        place = scan_edge(&in, place, capacity);
        if (place < end) {
            *at = place;
            return in.found;
        }
    }
    *at = count;
    return in.found;
}
