// Values that are known beforehand as keyed hashes: found where one is a whole run.
#include <string.h>
#include "anchors.h"
#include "classes.h"

// What a run is made of: letters, digits and + / _ - . ~ ! $ % * #, one bit per row of the ASCII table (high nibble) for each low nibble.
static const uint8_t run_low[16] = {
    0xa8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf8, 0xf8, 0xf4, 0x54, 0x50, 0x54, 0xd4, 0x74,
};

// The same without the marks . ! / *.
static const uint8_t part_low[16] = {
    0xa8, 0xf8, 0xf8, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf8, 0xf8, 0xf0, 0x54, 0x50, 0x54, 0xd0, 0x70,
};

static inline int is_run(uint8_t byte) { return class_holds(run_low, byte); }

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

static inline int is_marked(const cscan_enrolled *set, uint32_t mark) { return set->marks[mark >> 3] >> (mark & 7) & 1; }

static int holds(const cscan_enrolled *set, const uint8_t *text, size_t count) {
    uint64_t hash = cscan_enrolled_hash(set->key, text, count);
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->hashes[middle] < hash) low = middle + 1; else high = middle;
    }
    return low < set->count && set->hashes[low] == hash;
}

// MARK: Candidates

// Further than this no run is followed that could be a value with marks around it.
enum { REACH = CSCAN_KNOWN_MAX + 64 };

// Runs that may be values: their marks, which lie far apart in memory, are fetched while the next ones are looked for.
enum { CANDIDATES = 64 };
typedef struct {
    uint32_t start, length, mark;
} candidate;

static inline void propose(const cscan_enrolled *set, const uint8_t *text, size_t start, size_t length, candidate *to) {
    *to = (candidate){(uint32_t)start, (uint32_t)length, cscan_enrolled_mark(set->key, text + start, length)};
    __builtin_prefetch(set->marks + (to->mark >> 3));
}

// Whether text[start, end) is a whole run, marks around it aside.
static int is_whole(const uint8_t *text, size_t count, size_t start, size_t end) {
    size_t first = start, last = end, limit = count - end > REACH ? end + REACH : count;
    while (first > 0 && start - first < REACH && is_mark(text[first - 1])) first--;
    while (last < limit && is_mark(text[last])) last++;
    if (first > 0 && is_run(text[first - 1])) return 0;
    if (last < count && is_run(text[last])) return 0;
    for (size_t at = start; at < end; at++)
        if (!is_run(text[at])) return 0;
    return 1;
}

typedef struct {
    cscan_run *runs;
    size_t found, capacity;
} results;

// Adds those that are values, as many as there is room for: answers where the last one of those ends, or 0 when there was room for more.
static size_t keep_values(
    const cscan_enrolled *set, const uint8_t *text, size_t count, const candidate *some, size_t many, int are_whole, results *to) {
    for (size_t index = 0; index < many; index++) {
        size_t start = some[index].start, length = some[index].length;
        if (!is_marked(set, some[index].mark) || (!are_whole && !is_whole(text, count, start, start + length))) continue;
        if (!holds(set, text + start, length)) continue;
        to->runs[to->found++] = (cscan_run){(uint32_t)start, (uint32_t)length, 0};
        if (to->found == to->capacity) return start + length;
    }
    return 0;
}

// MARK: Runs with an anchor

static inline size_t run_start(const uint8_t *text, size_t place) {
    size_t floor = place > REACH ? place - REACH : 0;
    while (place > floor && is_run(text[place - 1])) place--;
    return place;
}

static inline size_t run_end(const uint8_t *text, size_t count, size_t place) {
    size_t limit = count - place > REACH ? place + REACH : count;
    while (place < limit && is_run(text[place])) place++;
    return place;
}

// Which of 64 bytes are of a run.
typedef uint64_t run_bits(const uint8_t *text);

// The run around an anchor: mostly a look at the 64 bytes around it tells.
static inline __attribute__((always_inline)) void run_around(
    run_bits bits_of, const uint8_t *text, size_t count, size_t anchor, size_t *start, size_t *end) {
    *start = anchor + 1 - ANCHOR_AROUND;
    *end = anchor + 1;
    if (anchor >= 32 && anchor + 32 <= count) {
        uint64_t mask = bits_of(text + anchor - 32);
        uint64_t before = ~mask << 32, behind = ~mask >> 32;
        // The anchor itself is a letter or digit, so the lowest bit of `behind` is not set.
        *start = before ? anchor - (size_t)__builtin_clzll(before) : anchor - 32;
        *end = behind ? anchor + (size_t)__builtin_ctzll(behind) : anchor + 32;
        if (before && behind) return;
    }
    *start = run_start(text, *start);
    *end = run_end(text, count, *end);
}

// The first anchor of each run in a block. Where the bits of a run are added to its start, they carry up to the first that is left out.
static inline uint64_t firsts(uint64_t runs, uint64_t anchors) { return ((runs & ~anchors) + (runs & ~(runs << 1))) & anchors; }

// Takes the run from `start` to `end` without the marks around it, if it is of the length of a value.
static inline size_t take(const cscan_enrolled *set, const uint8_t *text, size_t start, size_t end, candidate *to) {
    while (start < end && is_mark(text[start])) start++;
    while (start < end && is_mark(text[end - 1])) end--;
    if (end - start < CSCAN_ENROLLED_MIN || end - start > CSCAN_KNOWN_MAX) return 0;
    propose(set, text, start, end - start, to);
    return 1;
}

static inline __attribute__((always_inline)) size_t find_in_runs(
    run_bits bits_of, const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    anchors in_text;
    candidate some[CANDIDATES];
    results to = {runs, 0, capacity};
    size_t place = *at, done = 0, many = 0, full = 0;
    while (place < count) {
        size_t bytes = find_anchors(CSCAN_BEST, text, count, place, &in_text);
        for (size_t index = 0; index < in_text.count; index++) {
            size_t first = place + ANCHOR_STEP * in_text.blocks[index];
            uint64_t block = first + 64 <= count ? bits_of(text + first) : class_mask(run_low, text + first, count - first);
            for (uint64_t mask = firsts(block, in_text.bits[index]); mask; mask &= mask - 1) {
                size_t anchor = first + (size_t)__builtin_ctzll(mask), start;
                if (anchor < done) continue;
                run_around(bits_of, text, count, anchor, &start, &done);
                many += take(set, text, start, done, &some[many]);
                if (many < CANDIDATES) continue;
                full = keep_values(set, text, count, some, many, 1, &to);
                if (full) goto end;
                many = 0;
            }
        }
        place += bytes;
    }
    full = keep_values(set, text, count, some, many, 1, &to);
end:
    *at = full ? full : place;
    return to.found;
}

static uint64_t bits_scalar(const uint8_t *text) { return class_mask(run_low, text, 64); }

static size_t find_anchored_scalar(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    return find_in_runs(bits_scalar, set, text, count, at, runs, capacity);
}

#if defined(__x86_64__)
__attribute__((target("avx2"), always_inline)) static inline uint64_t bits_avx2(const uint8_t *text) {
    uint64_t bits;
    class_masks_avx2(run_low, text, 1, &bits);
    return bits;
}

__attribute__((target("avx2,bmi,lzcnt"))) static size_t find_anchored_avx2(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    return find_in_runs(bits_avx2, set, text, count, at, runs, capacity);
}
#endif

static size_t find_anchored(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
#if defined(__x86_64__)
    // Processors with AVX2 have the instructions that count bits, too.
    if (__builtin_cpu_supports("avx2")) return find_anchored_avx2(set, text, count, at, runs, capacity);
#endif
    return find_anchored_scalar(set, text, count, at, runs, capacity);
}

// MARK: Other runs

// A value of words is found by its length: where a run begins, and ends so many bytes further on. Of the lengths up to LENGTH_MANY - 1 each
// has its bit, and longer ones share the last.
enum { BLOCKS = 64, SPARE = 16, LENGTH_MANY = 63, LENGTHS_FEW = 8 };

// Bytes of runs, those of them that are no marks, where such parts of a run begin that may be the first in it, and where those have just
// ended that may be the last: one bit for each byte. The first block of `runs` and `parts` is the one before.
typedef struct {
    uint64_t runs[BLOCKS + SPARE], parts[BLOCKS + SPARE], ends[BLOCKS + SPARE], places[BLOCKS];
} borders;

// Eight blocks at a time.
typedef uint64_t eight __attribute__((vector_size(64), aligned(8), may_alias));

#define LOAD(from) (*(const eight *)(from))

// Where a part begins that may be a value as far as the next bytes tell: as many as the shortest has are of a run, and, where few lengths
// are asked for, a part ends where one of the values would.
static inline __attribute__((always_inline)) void find_borders(size_t blocks, unsigned least, uint64_t lengths, borders *out) {
    for (size_t block = 0; block < blocks; block += 8) {
        eight before = LOAD(out->parts + block), here = LOAD(out->parts + block + 1);
        eight bits = LOAD(out->runs + block + 1), next = LOAD(out->runs + block + 2);
        eight marked = bits << 1 | LOAD(out->runs + block) >> 63;
        // One mark stands before what is the first part, and behind the last; where there are two, a closer look tells.
        eight begins = here & ~(here << 1 | before >> 63) & ~(marked & (here << 2 | before >> 62));
        // Each step doubles how many bytes of a run are behind a bit; the last one makes it as many as are asked for.
        for (unsigned length = 1; length < least;) {
            unsigned more = 2 * length < least ? length : least - length;
            bits &= bits >> more | next << (64 - more);
            next &= next >> more;
            length += more;
        }
        *(eight *)(out->places + block) = begins & bits;
    }
    for (size_t block = 0; block <= blocks; block += 8) {
        eight here = LOAD(out->parts + block + 1), moved = here << 1 | LOAD(out->parts + block) >> 63;
        eight behind = here >> 1 | LOAD(out->parts + block + 2) << 63;
        *(eight *)(out->ends + block) = ~here & moved & ~(LOAD(out->runs + block + 1) & behind);
    }
    if (lengths >> LENGTH_MANY || __builtin_popcountll(lengths) > LENGTHS_FEW) return;
    for (size_t block = 0; block < blocks; block += 8) {
        eight here = LOAD(out->ends + block), next = LOAD(out->ends + block + 1), any = {0};
        for (uint64_t left = lengths; left; left &= left - 1) {
            unsigned length = (unsigned)__builtin_ctzll(left);
            any |= here >> length | next << (64 - length);
        }
        *(eight *)(out->places + block) &= any;
    }
}

static void borders_scalar(size_t blocks, unsigned least, uint64_t lengths, borders *out) { find_borders(blocks, least, lengths, out); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void borders_avx2(size_t blocks, unsigned least, uint64_t lengths, borders *out) {
    find_borders(blocks, least, lengths, out);
}

__attribute__((target("avx512f,avx512bw"))) static void borders_avx512(size_t blocks, unsigned least, uint64_t lengths, borders *out) {
    find_borders(blocks, least, lengths, out);
}
#endif

static void fill_borders(size_t blocks, unsigned least, uint64_t lengths, borders *out) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) return borders_avx512(blocks, least, lengths, out);
    if (__builtin_cpu_supports("avx2")) return borders_avx2(blocks, least, lengths, out);
#endif
    borders_scalar(blocks, least, lengths, out);
}

// Proposes what may be values that begin at a place, and answers how many: no more than there are bits in `ends`, and one. That has one for
// each of the next 64 bytes behind which a part has ended.
static inline size_t propose_words(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t start, uint64_t ends, candidate *to) {
    uint64_t many = (uint64_t)1 << LENGTH_MANY;
    size_t made = 0;
    for (uint64_t left = ends & set->lengths & ~many; left; left &= left - 1)
        propose(set, text, start, (size_t)__builtin_ctzll(left), &to[made++]);
    if (!(set->lengths & many)) return made;
    size_t last = run_end(text, count, start);
    while (last > start && is_mark(text[last - 1])) last--;
    size_t length = last - start;
    if (length >= LENGTH_MANY && length <= CSCAN_KNOWN_MAX) propose(set, text, start, length, &to[made++]);
    return made;
}

static inline uint64_t window(const uint64_t *blocks, size_t start) {
    size_t block = start / 64, bit = start % 64;
    return blocks[block] >> bit | (bit ? blocks[block + 1] << (64 - bit) : 0);
}

// One bit for each of the 64 bytes from `start` on: whether the last part of the run has just ended there.
static inline uint64_t ends_behind(const borders *in, size_t start) {
    uint64_t others = ~window(in->runs + 1, start);
    // Nothing behind the run counts.
    return window(in->ends, start) & (others ^ (others - 1));
}

static size_t find_words(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    borders in_text;
    uint64_t *masks = in_text.runs + 1, *parts = in_text.parts + 1;
    unsigned least = (unsigned)__builtin_ctzll(set->lengths);
    candidate some[2 * CANDIDATES];
    results to = {runs, 0, capacity};
    size_t place = *at, many = 0, full = 0;
    while (place < count) {
        const uint8_t *from = text + place;
        size_t left = count - place, bytes = left < 64 * BLOCKS ? left : 64 * BLOCKS;
        size_t blocks = (bytes + 63) / 64, seen = (left < 64 * BLOCKS + 64 ? left : 64 * BLOCKS + 64);
        class_masks(run_low, from, seen / 64, masks);
        class_masks(part_low, from, seen / 64, parts);
        if (seen % 64) {
            masks[seen / 64] = class_mask(run_low, from + seen / 64 * 64, seen % 64);
            parts[seen / 64] = class_mask(part_low, from + seen / 64 * 64, seen % 64);
        }
        for (size_t block = (seen + 63) / 64; block < blocks + SPARE - 1; block++) masks[block] = parts[block] = 0;
        in_text.runs[0] = in_text.parts[0] = 0;
        for (size_t back = 1; back <= 2 && back <= place; back++) {
            in_text.runs[0] |= (uint64_t)is_run(text[place - back]) << (64 - back);
            in_text.parts[0] |= (uint64_t)(is_run(text[place - back]) && !is_mark(text[place - back])) << (64 - back);
        }
        fill_borders(blocks, least, set->lengths, &in_text);
        // The blocks that have any, without a branch.
        size_t with_places[BLOCKS], kept = 0;
        for (size_t block = 0; block < blocks; block++) {
            with_places[kept] = block;
            kept += in_text.places[block] != 0;
        }
        for (size_t index = 0; index < kept; index++)
            for (uint64_t mask = in_text.places[with_places[index]]; mask; mask &= mask - 1) {
                size_t bit = 64 * with_places[index] + (size_t)__builtin_ctzll(mask);
                many += propose_words(set, text, count, place + bit, ends_behind(&in_text, bit), &some[many]);
                if (many < CANDIDATES) continue;
                full = keep_values(set, text, count, some, many, 0, &to);
                if (full) goto end;
                many = 0;
            }
        place += bytes;
    }
    full = keep_values(set, text, count, some, many, 0, &to);
end:
    *at = full ? full : place;
    return to.found;
}

size_t cscan_enrolled_find(
    const cscan_enrolled *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    if (number == 0 && set->has_anchored) return find_anchored(set, text, count, at, runs, capacity);
    if (number == 1 && set->lengths) return find_words(set, text, count, at, runs, capacity);
    *at = count;
    return 0;
}
