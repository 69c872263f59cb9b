// Values that are known beforehand in clear: found wherever they stand.
#include <stdlib.h>
#include <string.h>
#include "CScan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Most values are drawn from letters of both cases and digits. Words and times seldom go from a small letter to a capital or between
// letters and digits within six of them in a row, so the four bytes at the first such step of a value are what is looked up, where the text
// takes one.
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
    uint32_t *map;         // two bits of one word for each gram
    uint32_t *starts;
    entry *entries;
} gram_class;

enum { CLASSES = 3, ANCHORED = 2, SHORT = 16, STRIDE_MAX = 29, GRAM = 4, STEP = 64, CHUNK = 64, AROUND = 6, BEHIND = 4 };

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

static inline uint32_t bits_of(uint32_t gram) {
    uint32_t other = gram * 0x85EBCA77u;
    return (uint32_t)1 << (other >> 27) | (uint32_t)1 << (other >> 22 & 31);
}

static inline size_t length_of(const cscan_known *set, size_t value) { return set->starts[value + 1] - set->starts[value]; }

static inline int is_upper(uint8_t byte) { return (uint8_t)(byte - 'A') < 26; }
static inline int is_lower(uint8_t byte) { return (uint8_t)(byte - 'a') < 26; }
static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

// Whether one byte and the next are such a step.
static inline int is_step(uint8_t first, uint8_t second) {
    if (is_lower(first)) return is_upper(second) || is_digit(second);
    if (is_digit(first)) return is_upper(second) || is_lower(second);
    return is_upper(first) && is_digit(second);
}

static inline int is_word(uint8_t byte) { return is_upper(byte) || is_lower(byte) || is_digit(byte); }

// Where the first step of a value begins that has six letters and digits around it, one before it; or SIZE_MAX.
static size_t anchor_of(const uint8_t *value, size_t length) {
    size_t words = 0;
    for (size_t last = 0; last < length; last++) {
        words = is_word(value[last]) ? words + 1 : 0;
        if (words >= AROUND && is_step(value[last - BEHIND], value[last - BEHIND + 1])) return last - BEHIND;
    }
    return SIZE_MAX;
}

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
// Places a group of eight at a time, from `place` on, until one is worth a look; answers which of them are, or 0 at the end.
__attribute__((target("avx2"))) static unsigned groups_avx2(const gram_class *in, const uint8_t *text, size_t last, size_t *place) {
    int stride = (int)in->stride;
    const __m256i steps = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(stride));
    const __m256i first = _mm256_set1_epi32((int)0x9E3779B1u), second = _mm256_set1_epi32((int)0x85EBCA77u);
    const __m256i low = _mm256_set1_epi32(31), one = _mm256_set1_epi32(1);
    const __m128i shift = _mm_cvtsi32_si128((int)(32 - in->bits));
    size_t at = *place;
    unsigned any = 0;
    while (at + 7 * in->stride <= last) {
        __m256i grams = _mm256_i32gather_epi32((const int *)(const void *)(text + at), steps, 1);
        __m256i words = _mm256_i32gather_epi32((const int *)in->map, _mm256_srl_epi32(_mm256_mullo_epi32(grams, first), shift), 4);
        __m256i other = _mm256_mullo_epi32(grams, second);
        __m256i both = _mm256_and_si256(
            _mm256_srlv_epi32(words, _mm256_srli_epi32(other, 27)),
            _mm256_srlv_epi32(words, _mm256_and_si256(_mm256_srli_epi32(other, 22), low)));
        __m256i hits = _mm256_cmpeq_epi32(_mm256_and_si256(both, one), one);
        any = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(hits));
        if (any) break;
        at += 8 * in->stride;
    }
    *place = at;
    return any;
}
#endif

// The bytes of blocks by class, one bit for each. The first block is the one before those that are searched.
typedef struct {
    uint64_t upper[CHUNK + 1], lower[CHUNK + 1], digit[CHUNK + 1];
} classes;

static inline uint64_t moved(uint64_t bits, uint64_t before, unsigned by) { return bits << by | before >> (STEP - by); }

// A bit for each byte that is the last of six letters and digits with a step in their middle. Of the block before, only what the last bits
// say is needed, and they do not depend on the one before that.
static inline __attribute__((always_inline)) void anchors_in(const classes *in, size_t blocks, uint64_t *anchors) {
    for (size_t block = 0; block < blocks; block++) {
        uint64_t upper = in->upper[block + 1], lower = in->lower[block + 1], digit = in->digit[block + 1];
        uint64_t old_lower = in->lower[block], old_digit = in->digit[block], old_letter = in->upper[block] | old_lower;
        uint64_t letter = upper | lower, word = letter | digit, old_word = old_letter | old_digit;
        uint64_t pairs = word & moved(word, old_word, 1), old_pairs = old_word & old_word << 1;
        uint64_t steps = (moved(lower, old_lower, 1) & upper) | (moved(digit, old_digit, 1) & letter);
        steps |= moved(letter, old_letter, 1) & digit;
        uint64_t old_steps = (old_lower << 1 & in->upper[block]) | (old_digit << 1 & old_letter) | (old_letter << 1 & old_digit);
        uint64_t six = pairs & moved(pairs, old_pairs, 2) & moved(pairs, old_pairs, 4);
        anchors[block] = six & moved(steps, old_steps, BEHIND - 1);
    }
}

static void classes_scalar(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    for (size_t block = 0; block < blocks; block++) {
        uint64_t upper = 0, lower = 0, digit = 0;
        for (size_t bit = 0; bit < STEP; bit++) {
            uint8_t byte = text[STEP * block + bit];
            upper |= (uint64_t)is_upper(byte) << bit;
            lower |= (uint64_t)is_lower(byte) << bit;
            digit |= (uint64_t)is_digit(byte) << bit;
        }
        out->upper[first + block] = upper;
        out->lower[first + block] = lower;
        out->digit[first + block] = digit;
    }
}

static void anchors_scalar(const classes *in, size_t blocks, uint64_t *anchors) { anchors_in(in, blocks, anchors); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline uint64_t within_avx2(__m256i low, __m256i high, char first, char count) {
    __m256i from = _mm256_set1_epi8(first), last = _mm256_set1_epi8((char)(count - 1));
    __m256i left = _mm256_sub_epi8(low, from), right = _mm256_sub_epi8(high, from);
    uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(left, last), left));
    uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(right, last), right));
    return a | (uint64_t)b << 32;
}

__attribute__((target("avx2"))) static void classes_avx2(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    for (size_t block = 0; block < blocks; block++) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(text + STEP * block));
        __m256i high = _mm256_loadu_si256((const __m256i *)(text + STEP * block + 32));
        out->upper[first + block] = within_avx2(low, high, 'A', 26);
        out->lower[first + block] = within_avx2(low, high, 'a', 26);
        out->digit[first + block] = within_avx2(low, high, '0', 10);
    }
}

__attribute__((target("avx2"))) static void anchors_avx2(const classes *in, size_t blocks, uint64_t *anchors) {
    anchors_in(in, blocks, anchors);
}

__attribute__((target("avx512f,avx512bw"))) static void classes_avx512(const uint8_t *text, size_t blocks, size_t first, classes *out) {
    const __m512i letters = _mm512_set1_epi8(26);
    for (size_t block = 0; block < blocks; block++) {
        __m512i bytes = _mm512_loadu_si512(text + STEP * block);
        out->upper[first + block] = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('A')), letters);
        out->lower[first + block] = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('a')), letters);
        out->digit[first + block] = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
    }
}
#endif

static void find_classes(const uint8_t *text, size_t blocks, size_t first, classes *out) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) return classes_avx512(text, blocks, first, out);
    if (__builtin_cpu_supports("avx2")) return classes_avx2(text, blocks, first, out);
#endif
    classes_scalar(text, blocks, first, out);
}

static void find_steps(const classes *in, size_t blocks, uint64_t *anchors) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return anchors_avx2(in, blocks, anchors);
#endif
    anchors_scalar(in, blocks, anchors);
}

// The set bits whose four bytes may be those of a value: there are few.
static size_t find_anchors(const gram_class *in, const uint8_t *text, size_t blocks, const uint64_t *anchors, uint32_t *places) {
    size_t count = 0;
    for (size_t block = 0; block < blocks; block++)
        for (uint64_t mask = anchors[block]; mask; mask &= mask - 1) {
            size_t place = STEP * block + (size_t)__builtin_ctzll(mask);
            places[count] = (uint32_t)place;
            count += is_set(in, gram_at(text + place - BEHIND));
        }
    return count;
}

// The places are those of the last byte of the six, so that a search may go on at any of them.
static size_t find_anchored(const cscan_known *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    const gram_class *in = &set->classes[ANCHORED];
    classes in_text;
    uint64_t anchors[CHUNK];
    uint32_t places[STEP * CHUNK + 1];
    size_t place = *at, found = 0;
    while (place < count) {
        size_t blocks = (count - place + STEP - 1) / STEP, whole = (count - place) / STEP;
        if (blocks > CHUNK) blocks = whole = CHUNK;
        // What stands before is looked at for what it says about the first bytes.
        uint8_t edge[STEP] = {0};
        size_t before = place < AROUND ? place : AROUND;
        memcpy(edge + STEP - before, text + place - before, before);
        find_classes(edge, 1, 0, &in_text);
        find_classes(text + place, whole, 1, &in_text);
        if (whole < blocks) {
            memset(edge, 0, STEP);
            memcpy(edge, text + place + STEP * whole, count - place - STEP * whole);
            find_classes(edge, 1, 1 + whole, &in_text);
        }
        find_steps(&in_text, blocks, anchors);
        size_t some = find_anchors(in, text + place, blocks, anchors, places);
        for (size_t index = 0; index < some; index++) {
            size_t end = place + places[index];
            if (found + CSCAN_KNOWN_ROOM > capacity) {
                *at = end;
                return found;
            }
            found += look(set, in, text, count, end - BEHIND, hits + found, capacity - found);
        }
        place += STEP * blocks;
    }
    *at = count;
    return found;
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
