// Values that are known beforehand in clear: found wherever they stand.
#include <stdlib.h>
#include <string.h>
#include "anchors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Of most values the four bytes at their first anchor are what is looked up, at the anchors of the text.
//
// Of values without one only every `stride`th place of a text is looked at: four bytes there. A value of `least` bytes or more holds one
// such place in each of its occurrences when stride is least - 3, so the grams at its first `stride` offsets are what is looked up.
typedef struct {
    uint32_t gram;
    uint32_t value;
    uint32_t offset;
} entry;

typedef struct {
    size_t stride;
    unsigned bits;         // of the number of words in the map
    unsigned bucket_bits;  // of the table of entries
    uint32_t *map;         // up to four bits of one word for each gram
    uint32_t *starts;
    entry *entries;
} gram_class;

enum { CLASSES = 3, ANCHORED = 2, SHORT = 16, STRIDE_MAX = 29, GRAM = 4 };

struct cscan_known {
    const uint8_t *bytes;
    uint32_t *starts;
    size_t count;
    size_t longest;
    gram_class classes[CLASSES];
};

static inline uint32_t gram_at(const uint8_t *text) {
    uint32_t gram;
    memcpy(&gram, text, GRAM);
    return gram;
}

static inline uint32_t mix(uint32_t gram) { return gram * 0x9E3779B1u; }

// Four of them, so that hardly a gram is found that none of the values has.
static inline uint32_t bits_of(uint32_t gram) {
    uint32_t other = gram * 0x85EBCA77u, one = 1;
    return one << (other >> 27) | one << (other >> 22 & 31) | one << (other >> 17 & 31) | one << (other >> 12 & 31);
}

static inline size_t length_of(const cscan_known *set, size_t value) { return set->starts[value + 1] - set->starts[value]; }

// Which class a value is searched in.
static int class_of(const cscan_known *set, size_t value) {
    size_t length = length_of(set, value);
    if (anchor_of(set->bytes + set->starts[value], length) != SIZE_MAX) return ANCHORED;
    return length >= SHORT;
}

static int build_class(cscan_known *set, int number) {
    gram_class *made = &set->classes[number];
    size_t least = CSCAN_KNOWN_MAX, members = 0;
    for (size_t value = 0; value < set->count; value++) {
        size_t length = length_of(set, value);
        if (class_of(set, value) != number) continue;
        members++;
        if (length < least) least = length;
    }
    if (members == 0) return 1;
    made->stride = least - GRAM + 1;
    if (made->stride > STRIDE_MAX) made->stride = STRIDE_MAX;
    if (number == ANCHORED) made->stride = 1;
    size_t total = members * made->stride;
    made->bits = 6;
    while (made->bits < 16 && ((size_t)1 << made->bits) * 2 < total) made->bits++;
    made->bucket_bits = 8;
    while (made->bucket_bits < 20 && ((size_t)1 << made->bucket_bits) < total) made->bucket_bits++;
    made->map = calloc((size_t)1 << made->bits, sizeof(uint32_t));
    made->starts = calloc(((size_t)1 << made->bucket_bits) + 1, sizeof(uint32_t));
    made->entries = malloc(total * sizeof(entry));
    if (!made->map || !made->starts || !made->entries) return 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t value = 0; value < set->count; value++) {
            if (class_of(set, value) != number) continue;
            const uint8_t *bytes = set->bytes + set->starts[value];
            size_t first = number == ANCHORED ? anchor_of(bytes, length_of(set, value)) : 0;
            for (size_t offset = first; offset < first + made->stride; offset++) {
                uint32_t gram = gram_at(bytes + offset);
                uint32_t hash = mix(gram);
                size_t bucket = hash >> (32 - made->bucket_bits);
                if (pass == 0) {
                    made->map[hash >> (32 - made->bits)] |= bits_of(gram);
                    made->starts[bucket]++;
                } else {
                    made->entries[--made->starts[bucket]] = (entry){gram, (uint32_t)value, (uint32_t)offset};
                }
            }
        }
        // Counts become the ends of their buckets; filling them backwards makes starts of the ends.
        if (pass == 0)
            for (size_t bucket = 1; bucket <= (size_t)1 << made->bucket_bits; bucket++) made->starts[bucket] += made->starts[bucket - 1];
    }
    return 1;
}

cscan_known *cscan_known_make(const uint8_t *bytes, const uint32_t *starts, size_t count) {
    cscan_known *set = calloc(1, sizeof(cscan_known));
    if (!set) return NULL;
    set->bytes = bytes;
    set->count = count;
    set->starts = malloc((count + 1) * sizeof(uint32_t));
    if (!set->starts) {
        cscan_known_free(set);
        return NULL;
    }
    memcpy(set->starts, starts, (count + 1) * sizeof(uint32_t));
    for (size_t value = 0; value < count; value++) {
        size_t length = length_of(set, value);
        if (length < CSCAN_KNOWN_MIN || length > CSCAN_KNOWN_MAX) {
            cscan_known_free(set);
            return NULL;
        }
        if (length > set->longest) set->longest = length;
    }
    for (int number = 0; number < CLASSES; number++) {
        if (build_class(set, number)) continue;
        cscan_known_free(set);
        return NULL;
    }
    return set;
}

void cscan_known_free(cscan_known *set) {
    if (!set) return;
    for (int at = 0; at < CLASSES; at++) {
        free(set->classes[at].map);
        free(set->classes[at].starts);
        free(set->classes[at].entries);
    }
    free(set->starts);
    free(set);
}

static inline unsigned is_set(const gram_class *in, uint32_t gram) {
    return !(bits_of(gram) & ~in->map[mix(gram) >> (32 - in->bits)]);
}

// The values that hold the gram at `place` at its place in them.
static size_t look(
    const cscan_known *set, const gram_class *in, const uint8_t *text, size_t count, size_t place, cscan_hit *hits, size_t capacity) {
    uint32_t gram = gram_at(text + place);
    if (!is_set(in, gram)) return 0;
    size_t bucket = mix(gram) >> (32 - in->bucket_bits), found = 0;
    for (uint32_t at = in->starts[bucket]; at < in->starts[bucket + 1]; at++) {
        entry entry = in->entries[at];
        if (entry.gram != gram || entry.offset > place) continue;
        size_t start = place - entry.offset, length = length_of(set, entry.value);
        if (count - start < length || memcmp(text + start, set->bytes + set->starts[entry.value], length)) continue;
        if (found == capacity) break;
        hits[found++] = (cscan_hit){(uint32_t)start, entry.value};
    }
    return found;
}

// Which of the eight places from `text` on, `stride` apart, are worth a look.
static unsigned eight_scalar(const gram_class *in, const uint8_t *text) {
    unsigned any = 0;
    for (unsigned step = 0; step < 8; step++) any |= is_set(in, gram_at(text + step * in->stride)) << step;
    return any;
}

#if defined(__x86_64__)
// Which of eight grams are in the map.
__attribute__((target("avx2"), always_inline)) static inline unsigned are_set_avx2(const gram_class *in, __m256i grams) {
    const __m256i first = _mm256_set1_epi32((int)0x9E3779B1u), second = _mm256_set1_epi32((int)0x85EBCA77u);
    const __m256i low = _mm256_set1_epi32(31), one = _mm256_set1_epi32(1);
    const __m128i down = _mm_cvtsi32_si128((int)(32 - in->bits));
    __m256i words = _mm256_i32gather_epi32((const int *)in->map, _mm256_srl_epi32(_mm256_mullo_epi32(grams, first), down), 4);
    __m256i other = _mm256_mullo_epi32(grams, second), bits = _mm256_sllv_epi32(one, _mm256_srli_epi32(other, 27));
    for (int shift = 22; shift >= 12; shift -= 5)
        bits = _mm256_or_si256(bits, _mm256_sllv_epi32(one, _mm256_and_si256(_mm256_srli_epi32(other, shift), low)));
    __m256i hits = _mm256_cmpeq_epi32(_mm256_and_si256(words, bits), bits);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(hits));
}

// Places a group of eight at a time, from `place` on, until one is worth a look; answers which of them are, or 0 at the end.
__attribute__((target("avx2"))) static unsigned groups_avx2(const gram_class *in, const uint8_t *text, size_t last, size_t *place) {
    int stride = (int)in->stride;
    const __m256i steps = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(stride));
    size_t at = *place;
    unsigned any = 0;
    while (at + 7 * in->stride <= last) {
        any = are_set_avx2(in, _mm256_i32gather_epi32((const int *)(const void *)(text + at), steps, 1));
        if (any) break;
        at += 8 * in->stride;
    }
    *place = at;
    return any;
}
#endif

enum { PLACES = 512 };

// Adds the places of the bits of a block, four at a time whether there are so many or not: mostly no branch depends on the text.
static inline __attribute__((always_inline)) size_t add_places(uint64_t mask, size_t first, uint32_t *places, size_t count) {
    size_t bits = (size_t)__builtin_popcountll(mask);
    for (size_t done = 0; done < bits; done += 4)
        for (size_t step = 0; step < 4; step++) {
            places[count + done + step] = (uint32_t)(first + (size_t)__builtin_ctzll(mask | (uint64_t)1 << 63));
            mask &= mask - 1;
        }
    return count + bits;
}

// Those of them whose grams are in the map, without a branch: the map is far, and so all its words are asked for at once.
static size_t filtered(const gram_class *in, const uint8_t *text, uint32_t *places, size_t count) {
    size_t kept = 0;
    for (size_t index = 0; index < count; index++) {
        uint32_t place = places[index];
        places[kept] = place;
        kept += is_set(in, gram_at(text + place - ANCHOR_BEHIND));
    }
    return kept;
}

#if defined(__x86_64__)
// Eight at a time: hardly ever is one of them in the map.
__attribute__((target("avx2"))) static size_t filtered_avx2(const gram_class *in, const uint8_t *text, uint32_t *places, size_t count) {
    size_t kept = 0, index = 0;
    for (; index + 8 <= count; index += 8) {
        __m256i some = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(places + index)), _mm256_set1_epi32(ANCHOR_BEHIND));
        unsigned any = are_set_avx2(in, _mm256_i32gather_epi32((const int *)(const void *)text, some, 1));
        for (; any; any &= any - 1) places[kept++] = places[index + (size_t)__builtin_ctz(any)];
    }
    size_t rest = filtered(in, text, places + index, count - index);
    memmove(places + kept, places + index, rest * sizeof(uint32_t));
    return kept + rest;
}
#endif

// The places are those of the last byte of the six, so that a search may go on at any of them.
typedef size_t filter(const gram_class *in, const uint8_t *text, uint32_t *places, size_t count);

static inline __attribute__((always_inline)) size_t find_at_anchors(
    filter keep, const cscan_known *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    const gram_class *in = &set->classes[ANCHORED];
    anchors in_text;
    uint32_t places[PLACES + ANCHOR_STEP + 4];
    size_t place = *at, found = 0;
    while (place < count) {
        size_t bytes = find_anchors(CSCAN_BEST, text, count, place, &in_text);
        for (size_t index = 0; index < in_text.count;) {
            size_t some = 0;
            for (; index < in_text.count && some < PLACES; index++)
                some = add_places(in_text.bits[index], place + ANCHOR_STEP * in_text.blocks[index], places, some);
            some = keep(in, text, places, some);
            for (size_t one = 0; one < some; one++) {
                if (found + CSCAN_KNOWN_ROOM > capacity) {
                    *at = places[one];
                    return found;
                }
                found += look(set, in, text, count, places[one] - ANCHOR_BEHIND, hits + found, capacity - found);
            }
        }
        place += bytes;
    }
    *at = count;
    return found;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,popcnt"))) static size_t find_anchored_avx2(
    const cscan_known *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    return find_at_anchors(filtered_avx2, set, text, count, at, hits, capacity);
}
#endif

static size_t find_anchored(const cscan_known *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
#if defined(__x86_64__)
    // Processors with AVX2 have the instructions that count bits, too.
    if (__builtin_cpu_supports("avx2")) return find_anchored_avx2(set, text, count, at, hits, capacity);
#endif
    return find_at_anchors(filtered, set, text, count, at, hits, capacity);
}

size_t cscan_known_find(
    const cscan_known *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    const gram_class *in = &set->classes[number];
    if (!in->map || count < GRAM) {
        *at = count;
        return 0;
    }
    if (number == ANCHORED) return find_anchored(set, text, count, at, hits, capacity);
#if defined(__x86_64__)
    int is_wide = __builtin_cpu_supports("avx2");
#endif
    size_t place = *at, stride = in->stride, last = count - GRAM, found = 0;
    while (place <= last) {
        unsigned any;
#if defined(__x86_64__)
        if (is_wide) {
            any = groups_avx2(in, text, last, &place);
        } else
#endif
            any = place + 7 * stride <= last ? eight_scalar(in, text + place) : 0;
        // The groups may have come to the end.
        if (place > last) break;
        if (place + 7 * stride <= last) {
            for (; any; any &= any - 1) {
                size_t one = place + (size_t)__builtin_ctz(any) * stride;
                found += look(set, in, text, count, one, hits + found, capacity - found);
            }
            place += 8 * stride;
        } else {
            found += look(set, in, text, count, place, hits + found, capacity - found);
            place += stride;
        }
        if (found + CSCAN_KNOWN_ROOM > capacity) break;
    }
    *at = place <= last ? place : count;
    return found;
}
