// Values that are known beforehand: in clear, found wherever they stand, and as keyed hashes, found where one is a whole run.
#include <stdlib.h>
#include <string.h>
#include "CScan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// MARK: In clear

// Only every `stride`th place of a text is looked at: four bytes there. A value of `least` bytes or more holds one such place in each of
// its occurrences when stride is least - 3, so the grams at its first `stride` offsets are what is looked up.
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

enum { CLASSES = 2, SHORT = 16, STRIDE_MAX = 29, GRAM = 4 };

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

static int build_class(cscan_known *set, gram_class *made, size_t low, size_t high) {
    size_t least = high, members = 0;
    for (size_t value = 0; value < set->count; value++) {
        size_t length = length_of(set, value);
        if (length < low || length >= high) continue;
        members++;
        if (length < least) least = length;
    }
    if (members == 0) return 1;
    made->stride = least - GRAM + 1;
    if (made->stride > STRIDE_MAX) made->stride = STRIDE_MAX;
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
            size_t length = length_of(set, value);
            if (length < low || length >= high) continue;
            for (size_t offset = 0; offset < made->stride; offset++) {
                uint32_t gram = gram_at(set->bytes + set->starts[value] + offset);
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
    if (!build_class(set, &set->classes[0], CSCAN_KNOWN_MIN, SHORT) ||
        !build_class(set, &set->classes[1], SHORT, CSCAN_KNOWN_MAX + 1)) {
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

size_t cscan_known_find(
    const cscan_known *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    const gram_class *in = &set->classes[number];
    if (!in->map || count < GRAM) {
        *at = count;
        return 0;
    }
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

// MARK: As hashes

// What a run is made of: letters, digits and + / _ - . ~ ! $ % * #, one bit per row of the ASCII table (high nibble) for each low nibble.
static const uint8_t run_low[16] = {
    0xa8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf8, 0xf8, 0xf4, 0x54, 0x50, 0x54, 0xd4, 0x74,
};

static inline int is_run(uint8_t byte) { return byte < 0x80 && (run_low[byte & 15] >> (byte >> 4) & 1); }

int cscan_is_enrollable(uint8_t byte) { return is_run(byte); }

// Marks of a sentence or a path around a value are no part of it.
static inline int is_mark(uint8_t byte) { return byte == '.' || byte == '!' || byte == '/' || byte == '*'; }

static inline uint64_t word_at(const uint8_t *text) {
    uint64_t word;
    memcpy(&word, text, 8);
    return word;
}

uint32_t cscan_enrolled_mark(const uint64_t key[4], const uint8_t *text, size_t count) {
    __uint128_t product = (__uint128_t)(word_at(text) ^ key[2]) * ((count * 0x9E3779B97F4A7C15u ^ key[3]) | 1);
    return (uint32_t)((uint64_t)(product >> 64) ^ (uint64_t)product) & 0xfffff;
}

#define ROTATE(x, b) ((x) << (b) | (x) >> (64 - (b)))
#define ROUND \
    v0 += v1; v1 = ROTATE(v1, 13); v1 ^= v0; v0 = ROTATE(v0, 32); \
    v2 += v3; v3 = ROTATE(v3, 16); v3 ^= v2; \
    v0 += v3; v3 = ROTATE(v3, 21); v3 ^= v0; \
    v2 += v1; v1 = ROTATE(v1, 17); v1 ^= v2; v2 = ROTATE(v2, 32)

// SipHash-2-4 (Aumasson, Bernstein 2012).
uint64_t cscan_enrolled_hash(const uint64_t key[4], const uint8_t *text, size_t count) {
    uint64_t v0 = key[0] ^ 0x736f6d6570736575u, v1 = key[1] ^ 0x646f72616e646f6du;
    uint64_t v2 = key[0] ^ 0x6c7967656e657261u, v3 = key[1] ^ 0x7465646279746573u;
    size_t at = 0;
    for (; at + 8 <= count; at += 8) {
        uint64_t word = word_at(text + at);
        v3 ^= word;
        ROUND; ROUND;
        v0 ^= word;
    }
    uint64_t word = (uint64_t)count << 56;
    for (unsigned shift = 0; at < count; at++, shift += 8) word |= (uint64_t)text[at] << shift;
    v3 ^= word;
    ROUND; ROUND;
    v0 ^= word;
    v2 ^= 0xff;
    ROUND; ROUND; ROUND; ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

static inline uint64_t run_mask_scalar(const uint8_t *text, size_t count) {
    uint64_t mask = 0;
    for (size_t bit = 0; bit < count && bit < 64; bit++) mask |= (uint64_t)is_run(text[bit]) << bit;
    return mask;
}

#if defined(__x86_64__)
static const uint8_t row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0};

__attribute__((target("avx2"))) static size_t run_masks_avx2(const uint8_t *text, size_t count, uint64_t *masks) {
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)run_low));
    const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)row_bit));
    const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    size_t block = 0;
    for (; 64 * block + 64 <= count; block++) {
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
    return block;
}
#endif

// One bit for each byte of the class, in blocks of 64.
static size_t run_masks(const uint8_t *text, size_t count, uint64_t *masks) {
    size_t block = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) block = run_masks_avx2(text, count, masks);
#endif
    for (; 64 * block < count; block++) masks[block] = run_mask_scalar(text + 64 * block, count - 64 * block);
    return block;
}

static int holds(const cscan_enrolled *set, const uint8_t *text, size_t count) {
    uint32_t mark = cscan_enrolled_mark(set->key, text, count);
    if (!(set->marks[mark >> 3] >> (mark & 7) & 1)) return 0;
    uint64_t hash = cscan_enrolled_hash(set->key, text, count);
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->hashes[middle] < hash) low = middle + 1; else high = middle;
    }
    return low < set->count && set->hashes[low] == hash;
}

enum { BLOCKS = 64, STARTS_MAX = 6 };

// Where the runs of CSCAN_ENROLLED_MIN bytes or more begin in these blocks. Six at most begin in one.
static size_t run_starts(const uint64_t *masks, size_t blocks, uint64_t before, uint32_t *starts) {
    size_t found = 0;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = masks[block];
        unsigned __int128 bits = (unsigned __int128)masks[block + 1] << 64 | mask;
        bits &= bits >> 1;
        bits &= bits >> 2;
        bits &= bits >> 4;
        bits &= bits >> (CSCAN_ENROLLED_MIN - 8);
        uint64_t begins = (uint64_t)bits & ~(mask << 1 | before);
        before = mask >> 63;
        size_t count = (size_t)__builtin_popcountll(begins);
        // All six are written, so that no branch depends on how many there are.
        for (int step = 0; step < STARTS_MAX; step++) {
            starts[found + (size_t)step] = (uint32_t)(64 * block + (begins ? (size_t)__builtin_ctzll(begins) : 0));
            begins &= begins - 1;
        }
        found += count;
    }
    return found;
}

// How long the run at `start` is: from the masks for the first 64 bytes, and from the text behind them.
static inline size_t run_length(const uint8_t *text, size_t count, const uint64_t *masks, size_t start) {
    size_t block = start / 64, bit = start % 64;
    uint64_t bits = masks[block] >> bit | (bit ? masks[block + 1] << (64 - bit) : 0);
    if (~bits) return (size_t)__builtin_ctzll(~bits);
    size_t end = start + 64;
    while (end < count && end - start <= CSCAN_KNOWN_MAX + 64 && is_run(text[end])) end++;
    return end - start;
}

size_t cscan_enrolled_find(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    uint64_t masks[BLOCKS + 2];
    uint32_t starts[BLOCKS * STARTS_MAX + STARTS_MAX];
    size_t place = *at, found = 0;
    while (place < count) {
        const uint8_t *from = text + place;
        size_t left = count - place, bytes = left < 64 * BLOCKS ? left : 64 * BLOCKS;
        size_t blocks = run_masks(from, bytes, masks);
        masks[blocks] = bytes < left ? run_mask_scalar(from + bytes, left - bytes) : 0;
        masks[blocks + 1] = 0;
        // A run that began before was looked at there.
        size_t begun = run_starts(masks, blocks, place > 0 && is_run(text[place - 1]), starts);
        for (size_t index = 0; index < begun; index++) {
            const uint8_t *run = from + starts[index];
            size_t length = run_length(from, left, masks, starts[index]);
            if (is_mark(run[0]) | is_mark(run[length - 1])) {
                while (length > 0 && is_mark(run[0])) run++, length--;
                while (length > 0 && is_mark(run[length - 1])) length--;
            }
            if (length < CSCAN_ENROLLED_MIN || length > CSCAN_KNOWN_MAX || !holds(set, run, length)) continue;
            if (found < capacity) runs[found++] = (cscan_run){(uint32_t)(run - text), (uint32_t)length, 0};
        }
        place += bytes;
        // The next step has room for all it may find.
        if (capacity - found < BLOCKS * STARTS_MAX) break;
    }
    *at = place;
    return found;
}
