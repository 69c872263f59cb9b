// Literal search after Teddy (Geoffrey Langdale, Hyperscan): nibble tables of a four-byte window per literal tell in a few shuffles
// which of 16 buckets may have a literal here; only those places are compared byte by byte. The window of a literal is its rarest one.
#include <stdlib.h>
#include <string.h>
#include "CScan.h"
#include "frequency.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { BUCKETS = 16, WINDOW = 4, TAIL = 64 };

// One literal's window, as a masked word and where it sits in the literal.
typedef struct {
    uint32_t value;
    uint32_t mask;
    uint32_t literal;
    uint32_t offset;
} probe;

typedef struct {
    uint8_t bytes[CSCAN_LITERAL_MAX];
    uint32_t length;
    uint32_t flags;
} literal;

struct cscan_set {
    // low[g][p] and high[g][p]: nibble -> buckets of group g that allow it at window place p.
    uint8_t low[2][WINDOW][16];
    uint8_t high[2][WINDOW][16];
    // The same knowledge by whole byte, for the scalar path.
    uint16_t byte[WINDOW][256];
    probe *probes;
    uint32_t first[BUCKETS + 1];
    literal *literals;
    size_t count;
    size_t longest;
    int kernel;
};

static inline uint8_t lower(uint8_t byte) { return (uint8_t)(byte - 'A') < 26 ? byte | 0x20 : byte; }
static inline int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }
static inline int is_word(uint8_t byte) { return is_letter(byte) || (uint8_t)(byte - '0') < 10; }

static inline uint32_t load32(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, 4);
    return word;
}

// MARK: Compiling

// The window of a literal, place by place: which bytes may stand there.
typedef struct {
    uint8_t any;
    uint8_t byte;
    uint8_t other;
} place;

static void places_of(const literal *one, size_t offset, place out[WINDOW]) {
    for (size_t p = 0; p < WINDOW; p++) {
        if (offset + p >= one->length) {
            out[p] = (place){.any = 1};
            continue;
        }
        uint8_t byte = one->bytes[offset + p];
        int folds = (one->flags & CSCAN_CASELESS) && is_letter(byte);
        out[p] = (place){.byte = byte, .other = folds ? byte ^ 0x20 : byte};
    }
}

static double rate_of(const place window[WINDOW]) {
    double rate = 1;
    for (size_t p = 0; p < WINDOW; p++) {
        if (window[p].any) continue;
        double share = cscan_frequency[window[p].byte];
        if (window[p].other != window[p].byte) share += cscan_frequency[window[p].other];
        rate *= share / CSCAN_FREQUENCY_TOTAL;
    }
    return rate;
}

static size_t rarest_offset(const literal *one) {
    if (one->length <= WINDOW) return 0;
    size_t best = 0;
    double least = 2;
    for (size_t offset = 0; offset + WINDOW <= one->length; offset++) {
        place window[WINDOW];
        places_of(one, offset, window);
        double rate = rate_of(window);
        if (rate < least) {
            least = rate;
            best = offset;
        }
    }
    return best;
}

// Which nibbles a bucket allows at one place, as two 16-bit sets, and what share of bytes that is.
typedef struct {
    uint16_t low[WINDOW];
    uint16_t high[WINDOW];
} bucket;

static void bucket_add(bucket *to, const place window[WINDOW]) {
    for (size_t p = 0; p < WINDOW; p++) {
        if (window[p].any) {
            to->low[p] = to->high[p] = 0xffff;
            continue;
        }
        to->low[p] |= (uint16_t)(1u << (window[p].byte & 15) | 1u << (window[p].other & 15));
        to->high[p] |= (uint16_t)(1u << (window[p].byte >> 4) | 1u << (window[p].other >> 4));
    }
}

static double bucket_rate(const bucket *of) {
    double rate = 1;
    for (size_t p = 0; p < WINDOW; p++) {
        double share = 0;
        for (unsigned high = 0; high < 16; high++) {
            if (!(of->high[p] >> high & 1)) continue;
            for (unsigned low = 0; low < 16; low++)
                if (of->low[p] >> low & 1) share += cscan_frequency[high << 4 | low];
        }
        rate *= share / CSCAN_FREQUENCY_TOTAL;
    }
    return rate;
}

static void assign(cscan_set *set, const size_t *offsets, uint8_t *bucket_of) {
    bucket buckets[BUCKETS];
    double rates[BUCKETS] = {0};
    memset(buckets, 0, sizeof buckets);
    for (size_t index = 0; index < set->count; index++) {
        place window[WINDOW];
        places_of(&set->literals[index], offsets[index], window);
        int best = 0;
        double least = 1e9, best_rate = 0;
        for (int b = 0; b < BUCKETS; b++) {
            bucket grown = buckets[b];
            bucket_add(&grown, window);
            double rate = bucket_rate(&grown);
            if (rate - rates[b] < least) {
                least = rate - rates[b];
                best = b;
                best_rate = rate;
            }
        }
        bucket_add(&buckets[best], window);
        rates[best] = best_rate;
        bucket_of[index] = (uint8_t)best;
    }
    for (int b = 0; b < BUCKETS; b++) {
        uint8_t bit = (uint8_t)(1u << (b & 7));
        for (size_t p = 0; p < WINDOW; p++)
            for (unsigned nibble = 0; nibble < 16; nibble++) {
                if (buckets[b].low[p] >> nibble & 1) set->low[b >> 3][p][nibble] |= bit;
                if (buckets[b].high[p] >> nibble & 1) set->high[b >> 3][p][nibble] |= bit;
            }
    }
    for (size_t p = 0; p < WINDOW; p++)
        for (unsigned byte = 0; byte < 256; byte++)
            set->byte[p][byte] = (uint16_t)((set->low[0][p][byte & 15] & set->high[0][p][byte >> 4])
                | (set->low[1][p][byte & 15] & set->high[1][p][byte >> 4]) << 8);
}

static int best_kernel(int wanted) {
#if defined(__x86_64__)
    int best = CSCAN_SCALAR;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("ssse3")) best = CSCAN_SSSE3;
    if (__builtin_cpu_supports("avx2")) best = CSCAN_AVX2;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512f")) best = CSCAN_AVX512;
    return wanted == CSCAN_BEST || wanted > best ? best : wanted;
#else
    (void)wanted;
    return CSCAN_SCALAR;
#endif
}

static int compare_cost(const void *a, const void *b) {
    double left = ((const double *)a)[0], right = ((const double *)b)[0];
    return left > right ? -1 : left < right;
}

cscan_set *cscan_set_make(const cscan_literal *literals, size_t count, int kernel) {
    for (size_t index = 0; index < count; index++)
        if (literals[index].length < 2 || literals[index].length > CSCAN_LITERAL_MAX) return NULL;
    cscan_set *set = calloc(1, sizeof *set);
    size_t *offsets = calloc(count + 1, sizeof *offsets);
    uint8_t *bucket_of = calloc(count + 1, 1);
    // Pairs of (rate, index): the most frequent windows choose their bucket first.
    double *order = calloc(count + 1, 2 * sizeof *order);
    literal *unsorted = calloc(count + 1, sizeof *unsorted);
    if (set) {
        set->literals = calloc(count + 1, sizeof *set->literals);
        set->probes = calloc(count + 1, sizeof *set->probes);
    }
    if (!set || !offsets || !bucket_of || !order || !unsorted || !set->literals || !set->probes) {
        cscan_set_free(set);
        set = NULL;
        goto done;
    }
    set->count = count;
    set->kernel = best_kernel(kernel);
    for (size_t index = 0; index < count; index++) {
        literal *one = &unsorted[index];
        one->length = literals[index].length;
        one->flags = literals[index].flags;
        for (size_t at = 0; at < one->length; at++)
            one->bytes[at] = one->flags & CSCAN_CASELESS ? lower(literals[index].bytes[at]) : literals[index].bytes[at];
        if (one->length > set->longest) set->longest = one->length;
        place window[WINDOW];
        places_of(one, rarest_offset(one), window);
        order[2 * index] = rate_of(window);
        order[2 * index + 1] = (double)index;
    }
    qsort(order, count, 2 * sizeof *order, compare_cost);
    for (size_t rank = 0; rank < count; rank++) {
        set->literals[rank] = unsorted[(size_t)order[2 * rank + 1]];
        offsets[rank] = rarest_offset(&set->literals[rank]);
    }
    assign(set, offsets, bucket_of);
    size_t next = 0;
    for (int b = 0; b < BUCKETS; b++) {
        set->first[b] = (uint32_t)next;
        for (size_t rank = 0; rank < count; rank++) {
            if (bucket_of[rank] != b) continue;
            place window[WINDOW];
            places_of(&set->literals[rank], offsets[rank], window);
            probe made = {.literal = (uint32_t)rank, .offset = (uint32_t)offsets[rank]};
            for (size_t p = 0; p < WINDOW; p++) {
                if (window[p].any) continue;
                uint32_t mask = window[p].byte == window[p].other ? 0xff : 0xdf;
                made.mask |= mask << (8 * p);
                made.value |= (window[p].byte & mask) << (8 * p);
            }
            set->probes[next++] = made;
        }
    }
    set->first[BUCKETS] = (uint32_t)next;
    // Hits speak of literals by the caller's numbers.
    for (size_t index = 0; index < next; index++) {
        size_t rank = set->probes[index].literal;
        set->probes[index].literal = (uint32_t)order[2 * rank + 1];
    }
    for (size_t index = 0; index < count; index++) set->literals[index] = unsorted[index];
done:
    free(offsets);
    free(bucket_of);
    free(order);
    free(unsorted);
    return set;
}

void cscan_set_free(cscan_set *set) {
    if (!set) return;
    free(set->probes);
    free(set->literals);
    free(set);
}

size_t cscan_set_longest(const cscan_set *set) { return set->longest; }

// MARK: Searching

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

// Compares the literals of the buckets in `bits` at window place `at`, whose four bytes are `word`.
static inline void verify(search *in, size_t at, uint32_t word, unsigned bits) {
    const cscan_set *set = in->set;
    while (bits) {
        unsigned b = (unsigned)__builtin_ctz(bits);
        bits &= bits - 1;
        for (uint32_t index = set->first[b]; index < set->first[b + 1]; index++) {
            const probe *one = &set->probes[index];
            if ((word & one->mask) != one->value || at < one->offset) continue;
            size_t start = at - one->offset;
            const literal *whole = &set->literals[one->literal];
            if (start + whole->length > in->count || !same(in->text + start, whole)) continue;
            if ((whole->flags & CSCAN_WORD_START) && start > 0 && is_word(in->text[start - 1])) continue;
            in->hits[in->found++] = (cscan_hit){(uint32_t)start, one->literal};
        }
    }
}

static inline unsigned buckets_at(const cscan_set *set, const uint8_t *at) {
    return set->byte[0][at[0]] & set->byte[1][at[1]] & set->byte[2][at[2]] & set->byte[3][at[3]];
}

// Each kernel looks at window places [at, end) of which every byte up to end + 3 (rounded up to its width) may be read through `text`,
// stops early when `room` hits could no longer be written for one more step, and returns where it stopped.
static size_t scan_scalar(search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    for (; at < end; at++) {
        unsigned bits = buckets_at(in->set, text + at);
        if (!bits) continue;
        if (in->found + in->set->count > room) return at;
        verify(in, base + at, load32(text + at), bits);
    }
    return at;
}

#if defined(__x86_64__)
// A step of a wide kernel may meet a candidate at each of its places; hits are written as long as any place fits.
#define VERIFY_STEP(WIDTH, MASK)                                               \
    while (MASK) {                                                             \
        unsigned bit = (unsigned)__builtin_ctzll(MASK);                        \
        MASK &= MASK - 1;                                                      \
        if (in->found + in->set->count > room) return at + bit;                \
        unsigned bits = (unsigned)first[bit] | (unsigned)second[bit] << 8;     \
        verify(in, base + at + bit, load32(text + at + bit), bits);            \
    }

__attribute__((target("ssse3"))) static size_t scan_ssse3(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i low[2][WINDOW], high[2][WINDOW];
    for (int g = 0; g < 2; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm_loadu_si128((const __m128i *)in->set->low[g][p]);
            high[g][p] = _mm_loadu_si128((const __m128i *)in->set->high[g][p]);
        }
    for (; at < end; at += 16) {
        __m128i a = _mm_set1_epi8(-1), b = a;
        for (int p = 0; p < WINDOW; p++) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at + p));
            __m128i lo = _mm_and_si128(bytes, nibble), hi = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
            a = _mm_and_si128(a, _mm_and_si128(_mm_shuffle_epi8(low[0][p], lo), _mm_shuffle_epi8(high[0][p], hi)));
            b = _mm_and_si128(b, _mm_and_si128(_mm_shuffle_epi8(low[1][p], lo), _mm_shuffle_epi8(high[1][p], hi)));
        }
        __m128i none = _mm_cmpeq_epi8(_mm_or_si128(a, b), _mm_setzero_si128());
        uint64_t mask = (uint64_t)(~_mm_movemask_epi8(none) & 0xffff);
        if (!mask) continue;
        uint8_t first[16], second[16];
        _mm_storeu_si128((__m128i *)first, a);
        _mm_storeu_si128((__m128i *)second, b);
        VERIFY_STEP(16, mask)
    }
    return at;
}

__attribute__((target("avx2"))) static size_t scan_avx2(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low[2][WINDOW], high[2][WINDOW];
    for (int g = 0; g < 2; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)in->set->low[g][p]));
            high[g][p] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)in->set->high[g][p]));
        }
    for (; at < end; at += 32) {
        __m256i a = _mm256_set1_epi8(-1), b = a;
        for (int p = 0; p < WINDOW; p++) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at + p));
            __m256i lo = _mm256_and_si256(bytes, nibble), hi = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
            a = _mm256_and_si256(a, _mm256_and_si256(_mm256_shuffle_epi8(low[0][p], lo), _mm256_shuffle_epi8(high[0][p], hi)));
            b = _mm256_and_si256(b, _mm256_and_si256(_mm256_shuffle_epi8(low[1][p], lo), _mm256_shuffle_epi8(high[1][p], hi)));
        }
        __m256i none = _mm256_cmpeq_epi8(_mm256_or_si256(a, b), _mm256_setzero_si256());
        uint64_t mask = (uint32_t)~_mm256_movemask_epi8(none);
        if (!mask) continue;
        uint8_t first[32], second[32];
        _mm256_storeu_si256((__m256i *)first, a);
        _mm256_storeu_si256((__m256i *)second, b);
        VERIFY_STEP(32, mask)
    }
    return at;
}

__attribute__((target("avx512f,avx512bw"))) static size_t scan_avx512(
    search *in, const uint8_t *text, size_t base, size_t at, size_t end, size_t room) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i low[2][WINDOW], high[2][WINDOW];
    for (int g = 0; g < 2; g++)
        for (int p = 0; p < WINDOW; p++) {
            low[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)in->set->low[g][p]));
            high[g][p] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)in->set->high[g][p]));
        }
    for (; at < end; at += 64) {
        __m512i a = _mm512_set1_epi8(-1), b = a;
        for (int p = 0; p < WINDOW; p++) {
            __m512i bytes = _mm512_loadu_si512(text + at + p);
            __m512i lo = _mm512_and_si512(bytes, nibble), hi = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble);
            a = _mm512_ternarylogic_epi32(a, _mm512_shuffle_epi8(low[0][p], lo), _mm512_shuffle_epi8(high[0][p], hi), 0x80);
            b = _mm512_ternarylogic_epi32(b, _mm512_shuffle_epi8(low[1][p], lo), _mm512_shuffle_epi8(high[1][p], hi), 0x80);
        }
        __m512i both = _mm512_or_si512(a, b);
        uint64_t mask = _mm512_test_epi8_mask(both, both);
        if (!mask) continue;
        uint8_t first[64], second[64];
        _mm512_storeu_si512(first, a);
        _mm512_storeu_si512(second, b);
        VERIFY_STEP(64, mask)
    }
    return at;
}
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

size_t cscan_find(const cscan_set *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity) {
    search in = {set, text, count, hits, 0};
    size_t place = *at;
    const size_t reach = TAIL + WINDOW;
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
    // The rest from a padded copy; what is found in the padding does not fit the text and is dropped.
    while (place < count) {
        uint8_t tail[2 * TAIL + WINDOW] = {0};
        size_t rest = count - place < TAIL ? count - place : TAIL;
        size_t seen = count - place < TAIL + WINDOW ? count - place : TAIL + WINDOW;
        memcpy(tail, text + place, seen);
        size_t done = scan(&in, tail, place, 0, rest, capacity);
        if (done < rest) {
            *at = place + done;
            return in.found;
        }
        place += rest;
    }
    *at = count;
    return in.found;
}
