// Literal search after Teddy (Geoffrey Langdale, Hyperscan): nibble tables of a four-byte window per literal tell in a few shuffles
// whether one of many buckets of literals may be here; a hash of three bytes then names the literals that are compared. The window of a
// literal is the one that adds least to what its bucket lets through.
#include "literals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef struct {
    const cscan_set *set;
    const uint8_t *text;  // the whole text
    size_t count;
    cscan_hit *hits;
    size_t found;
} search;

static inline int same(const uint8_t *text, const literal *one) {
    if (!(one->flags & CSCAN_CASELESS)) return memcmp(text, one->bytes, one->length) == 0;
    for (size_t at = 0; at < one->length; at++)
        if (lower(text[at]) != one->bytes[at]) return 0;
    return 1;
}

// Compares the literals that may have their window at place `at`, whose four bytes are `word`.
static inline void verify(search *in, size_t at, uint32_t word) {
    const cscan_set *set = in->set;
    uint32_t slot = slot_of(word);
    for (uint32_t index = set->first[slot]; index < set->first[slot + 1]; index++) {
        const probe *one = &set->probes[index];
        if ((word & one->mask) != one->value || at < one->offset) continue;
        size_t start = at - one->offset;
        const literal *whole = &set->literals[one->literal];
        if (start + whole->length > in->count || !same(in->text + start, whole)) continue;
        if ((whole->flags & CSCAN_WORD_START) && start > 0 && is_word(in->text[start - 1])) continue;
        in->hits[in->found++] = (cscan_hit){(uint32_t)start, one->literal};
    }
}

// Each kernel looks at window places [at, end) of which every byte from at - 1 up to end + 3 (rounded up to its width) may be read
// through `text`, stops early when there may be no room for the hits of one more place, and returns where it stopped.
static size_t scan_scalar(search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    const cscan_set *set = in->set;
    for (; at < end; at++) {
        uint32_t word = load32(text + at);
        uint32_t slot = slot_of(word);
        if (set->first[slot] == set->first[slot + 1]) continue;
        if (in->found + set->count > room) return at;
        verify(in, base + at, word);
    }
    return at;
}

#if defined(__x86_64__)
#define VERIFY_STEP(MASK)                                               \
    while (MASK) {                                                      \
        unsigned bit = (unsigned)__builtin_ctzll(MASK);                 \
        MASK &= MASK - 1;                                               \
        if (in->found + in->set->count > room) return at + bit;         \
        verify(in, base + at + bit, load32(text + at + bit));           \
    }

// The loops over groups have constant bounds in each caller, so that the tables stay in registers.
__attribute__((target("ssse3"), always_inline)) static inline size_t step_ssse3(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room, int words, int groups) {
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm_loadu_si128((const __m128i *)in->set->low[g][p]);
            high[g][p] = _mm_loadu_si128((const __m128i *)in->set->high[g][p]);
        }
    for (; at < end; at += 16) {
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
        VERIFY_STEP(mask)
    }
    return at;
}

__attribute__((target("avx2"), always_inline)) static inline size_t step_avx2(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room, int words, int groups) {
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)in->set->low[g][p]));
            high[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)in->set->high[g][p]));
        }
    for (; at < end; at += 32) {
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
        VERIFY_STEP(mask)
    }
    return at;
}

__attribute__((target("avx512f,avx512bw"), always_inline)) static inline size_t step_avx512(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room, int words, int groups) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i low[GROUPS_MAX][WINDOW], high[GROUPS_MAX][WINDOW];
    for (int g = 0; g < groups; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)in->set->low[g][p]));
            high[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)in->set->high[g][p]));
        }
    for (; at < end; at += 64) {
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
        VERIFY_STEP(mask)
    }
    return at;
}

// The numbers of groups that cscan_set_make gives out.
#define KERNEL(NAME, TARGET)                                                                                                  \
    __attribute__((target(TARGET))) static size_t scan_##NAME(                                                                \
        search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {                                   \
        switch (in->set->word_groups << 4 | in->set->groups) {                                                                \
        case 0x01: return step_##NAME(in, text, base, at, end, room, 0, 1);                                                   \
        case 0x02: return step_##NAME(in, text, base, at, end, room, 0, 2);                                                   \
        case 0x12: return step_##NAME(in, text, base, at, end, room, 1, 2);                                                   \
        default: return step_##NAME(in, text, base, at, end, room, 2, 4);                                                     \
        }                                                                                                                     \
    }

KERNEL(ssse3, "ssse3")
KERNEL(avx2, "avx2")
KERNEL(avx512, "avx512f,avx512bw")
#endif

static size_t scan(search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    switch (in->set->kernel) {
#if defined(__x86_64__)
    case CSCAN_SSSE3: return scan_ssse3(in, text, base, at, end, room);
    case CSCAN_AVX2: return scan_avx2(in, text, base, at, end, room);
    case CSCAN_AVX512: return scan_avx512(in, text, base, at, end, room);
#endif
    default: return scan_scalar(in, text, base, at, end, room);
    }
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
