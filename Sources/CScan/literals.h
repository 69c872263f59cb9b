// What the compiler and the search of literal sets share.
#ifndef LOUVER_CSCAN_LITERALS_H
#define LOUVER_CSCAN_LITERALS_H
#include <string.h>
#include "CScan.h"

enum {
    GROUP = 8,        // buckets that share a vector: one bit each
    GROUPS_MAX = 8,
    // Up to how many literals one group of each sort will do, and from how many on four pay.
    FEW = 64,
    MANY = 640,
    WINDOW = 4,
    TAIL = 64,
    SLOT_BITS = 12,
    SLOTS = 1 << SLOT_BITS,
    FILTER_BITS = 17,
    FOLLOWERS_MAX = 8192,
};

// One literal's window: its bytes as a masked word, and where in the literal it sits. Four other bytes, the farthest from it, tell most of
// those apart that share a window: those of shorter literals are not asked.
typedef struct {
    uint32_t value;
    uint32_t mask;
    uint32_t literal;
    uint32_t offset;
    uint32_t length;
    uint32_t far_offset;
    uint32_t far_value;
    uint32_t far_folds;
} probe;

typedef struct {
    uint8_t bytes[CSCAN_LITERAL_MAX];
    // The bit that tells small letters from capitals, where both are meant.
    uint8_t folds[CSCAN_LITERAL_MAX];
    uint8_t after[2][32];
    uint32_t length;
    uint32_t flags;
    int has_after;
} literal;

// The first half of the groups hold literals that begin a word and are looked for at their first byte; a place whose previous byte is a
// letter or digit is none of theirs. The other half hold all others.
struct cscan_set {
    // low[g][p] and high[g][p]: nibble -> buckets of group g that allow it at window place p.
    uint8_t low[GROUPS_MAX][WINDOW][16];
    uint8_t high[GROUPS_MAX][WINDOW][16];
    int groups;
    int word_groups;
    // One bit for each hash of the four bytes of a window; for literals of two bytes that much may follow, one for the two.
    uint8_t filter[1 << (FILTER_BITS - 3)];
    uint8_t pairs[1 << 13];
    int has_pairs;
    // The probes of a slot, which is a hash of the window's first three bytes.
    uint32_t first[SLOTS + 1];
    probe *probes;
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

static inline uint32_t filter_of(uint32_t word) { return (word * 0x85ebca77u) >> (32 - FILTER_BITS); }
static inline uint32_t slot_of(uint32_t word) { return ((word & 0xffffff) * 0x9e3779b1u) >> (32 - SLOT_BITS); }

#endif
