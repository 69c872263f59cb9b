// Where values that look random may stand. Most of them are letters of both cases and digits; words and times seldom go from a small letter
// to a capital or between letters and digits within six of them in a row. So only runs with such a step need a closer look.
#ifndef LOUVER_ANCHORS_H
#define LOUVER_ANCHORS_H
#include "CScan.h"

enum { ANCHOR_STEP = 64, ANCHOR_BLOCKS = 256, ANCHOR_AROUND = 6, ANCHOR_BEHIND = 4 };

// The anchors of at most ANCHOR_BLOCKS blocks, in those that have any: bits for the last byte of six letters and digits with a step from the
// second to the third but last, ANCHOR_BEHIND bytes before it. Few blocks have any.
typedef struct {
    uint64_t bits[ANCHOR_BLOCKS + 8], blocks[ANCHOR_BLOCKS + 8];
    size_t count;
} anchors;

// Finds the anchors from `at` on, in as much as fits, and answers how many bytes that is.
size_t find_anchors(int kernel, const uint8_t *text, size_t count, size_t at, anchors *found);

// Where the first step of a value begins that has six letters and digits around it, one before it; or SIZE_MAX.
size_t anchor_of(const uint8_t *value, size_t length);

#endif
