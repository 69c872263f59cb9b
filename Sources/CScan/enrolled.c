// Values that are known beforehand as keyed hashes: found where one is a whole run.
#include <string.h>
#include "anchors.h"
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

// The run from `*start` to `*end` without the marks around it, when it is one of the values.
static int is_value(const cscan_enrolled *set, const uint8_t *text, size_t *start, size_t *end) {
    while (*start < *end && is_mark(text[*start])) ++*start;
    while (*start < *end && is_mark(text[*end - 1])) --*end;
    size_t length = *end - *start;
    return length >= CSCAN_ENROLLED_MIN && length <= CSCAN_KNOWN_MAX && holds(set, text + *start, length);
}

// MARK: Runs with an anchor

// Further than this no run is followed that could be a value with marks around it.
enum { REACH = CSCAN_KNOWN_MAX + 64 };

static size_t run_start(const uint8_t *text, size_t place) {
    size_t floor = place > REACH ? place - REACH : 0;
    while (place > floor && is_run(text[place - 1])) place--;
    return place;
}

static size_t run_end(const uint8_t *text, size_t count, size_t place) {
    size_t limit = count - place > REACH ? place + REACH : count;
    while (place < limit && is_run(text[place])) place++;
    return place;
}

// The run around an anchor: mostly a look at the 64 bytes around it tells.
static void run_around(const uint8_t *text, size_t count, size_t anchor, size_t *start, size_t *end) {
    *start = anchor + 1 - ANCHOR_AROUND;
    *end = anchor + 1;
    if (anchor >= 32 && anchor + 32 <= count) {
        uint64_t mask;
        class_masks(run_low, text + anchor - 32, 1, &mask);
        uint64_t before = ~mask << 32, behind = ~mask >> 32;
        // The anchor itself is a letter or digit, so the lowest bit of `behind` is not set.
        *start = before ? anchor - (size_t)__builtin_clzll(before) : anchor - 32;
        *end = behind ? anchor + (size_t)__builtin_ctzll(behind) : anchor + 32;
        if (before && behind) return;
    }
    *start = run_start(text, *start);
    *end = run_end(text, count, *end);
}

static size_t find_anchored(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    anchors in_text;
    size_t place = *at, found = 0, done = 0;
    while (place < count) {
        size_t bytes = find_anchors(CSCAN_BEST, text, count, place, &in_text);
        for (size_t index = 0; index < in_text.count; index++) {
            size_t first = place + ANCHOR_STEP * in_text.blocks[index];
            for (uint64_t mask = in_text.bits[index]; mask; mask &= mask - 1) {
                size_t anchor = first + (size_t)__builtin_ctzll(mask), start, end;
                if (anchor < done) continue;
                run_around(text, count, anchor, &start, &end);
                done = end;
                if (end - start < CSCAN_ENROLLED_MIN || !is_value(set, text, &start, &end)) continue;
                runs[found++] = (cscan_run){(uint32_t)start, (uint32_t)(end - start), 0};
                if (found == capacity) {
                    *at = done;
                    return found;
                }
            }
        }
        place += bytes;
    }
    *at = place;
    return found;
}

// MARK: Other runs

enum { BLOCKS = 64, STARTS_MAX = 6 };

// Where the runs of `least` bytes or more begin in these blocks, of 64 at most. Six at most begin in one.
static size_t run_starts(const uint64_t *masks, size_t blocks, uint64_t before, size_t least, uint32_t *starts) {
    size_t found = 0;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t mask = masks[block], bits = mask, next = masks[block + 1];
        size_t length = 1;
        for (; 2 * length < least; length *= 2) {
            bits &= bits >> length | next << (64 - length);
            next &= next >> length;
        }
        bits &= bits >> (least - length) | next << (64 - (least - length));
        uint64_t begins = bits & ~(mask << 1 | before);
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
    return run_end(text, count, start + 64) - start;
}

static size_t find_others(
    const cscan_enrolled *set, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    uint64_t masks[BLOCKS + 2];
    uint32_t starts[BLOCKS * STARTS_MAX + STARTS_MAX];
    size_t place = *at, found = 0, least = set->least < 64 ? set->least : 64;
    while (place < count) {
        const uint8_t *from = text + place;
        size_t left = count - place, bytes = left < 64 * BLOCKS ? left : 64 * BLOCKS;
        size_t blocks = (bytes + 63) / 64;
        class_masks(run_low, from, bytes / 64, masks);
        if (bytes % 64) masks[bytes / 64] = class_mask(run_low, from + bytes / 64 * 64, bytes % 64);
        masks[blocks] = bytes < left ? class_mask(run_low, from + bytes, left - bytes) : 0;
        masks[blocks + 1] = 0;
        // A run that began before was looked at there.
        size_t begun = run_starts(masks, blocks, place > 0 && is_run(text[place - 1]), least, starts);
        for (size_t index = 0; index < begun; index++) {
            size_t start = place + starts[index], end = start + run_length(from, left, masks, starts[index]);
            if (!is_value(set, text, &start, &end)) continue;
            if (found < capacity) runs[found++] = (cscan_run){(uint32_t)start, (uint32_t)(end - start), 0};
        }
        place += bytes;
        // The next step has room for all it may find.
        if (capacity - found < BLOCKS * STARTS_MAX) break;
    }
    *at = place;
    return found;
}

size_t cscan_enrolled_find(
    const cscan_enrolled *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    if (number == 0 && set->has_anchored) return find_anchored(set, text, count, at, runs, capacity);
    if (number == 1 && set->least <= CSCAN_KNOWN_MAX) return find_others(set, text, count, at, runs, capacity);
    *at = count;
    return 0;
}
