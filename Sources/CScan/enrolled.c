// Values that are known beforehand as keyed hashes: found where one is a whole run.
#include <string.h>
#include "CScan.h"
#include "classes.h"

// What a run is made of: letters, digits and + / _ - . ~ ! $ % * #, one bit per row of the ASCII table (high nibble) for each low nibble.
static const uint8_t run_low[16] = {
    0xa8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf8, 0xf8, 0xf4, 0x54, 0x50, 0x54, 0xd4, 0x74,
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
        size_t blocks = (bytes + 63) / 64;
        class_masks(run_low, from, bytes / 64, masks);
        if (bytes % 64) masks[bytes / 64] = class_mask(run_low, from + bytes / 64 * 64, bytes % 64);
        masks[blocks] = bytes < left ? class_mask(run_low, from + bytes, left - bytes) : 0;
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
