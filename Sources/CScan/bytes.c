// The sorts of bytes that short looks ask for, and sums over pairs of neighbours.
#include "CScan.h"

#define OTHER4 CSCAN_OTHER, CSCAN_OTHER, CSCAN_OTHER, CSCAN_OTHER
#define OTHER16 OTHER4, OTHER4, OTHER4, OTHER4
#define OTHER64 OTHER16, OTHER16, OTHER16, OTHER16
#define DIGITS CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT, CSCAN_DIGIT
#define FIVE(sort) sort, sort, sort, sort, sort
#define LETTERS(sort) FIVE(sort), FIVE(sort), FIVE(sort), FIVE(sort), FIVE(sort), sort

const uint16_t cscan_sorts[256] = {
    OTHER16, OTHER16,
    // From the blank on.
    CSCAN_BLANK, CSCAN_OTHER, CSCAN_OTHER, CSCAN_OTHER, OTHER4, CSCAN_OPENING, CSCAN_OTHER, CSCAN_OTHER, CSCAN_PLUS, CSCAN_OTHER,
    CSCAN_HYPHEN, CSCAN_DOT, CSCAN_SLASH, DIGITS, CSCAN_COLON, CSCAN_OTHER, CSCAN_OTHER, CSCAN_EQUALS, CSCAN_OTHER, CSCAN_OTHER,
    // From the at sign on.
    CSCAN_OTHER, LETTERS(CSCAN_UPPER), CSCAN_OPENING, CSCAN_OTHER, CSCAN_OTHER, CSCAN_OTHER, CSCAN_UNDERSCORE, CSCAN_OTHER,
    LETTERS(CSCAN_LOWER), CSCAN_OTHER, OTHER4, OTHER64, OTHER64,
};

static inline size_t pair_class(uint8_t byte) {
    uint16_t sort = cscan_sorts[byte];
    if (sort & CSCAN_LOWER) return (size_t)(byte - 'a');
    if (sort & CSCAN_UPPER) return CSCAN_PAIR_CAPITALS + (size_t)(byte - 'A');
    return sort & CSCAN_DIGIT ? CSCAN_PAIR_DIGIT : CSCAN_PAIR_OTHER;
}

int32_t cscan_pair_sum(const uint8_t *text, size_t count, const int8_t *pairs) {
    int32_t sum = 0;
    if (count == 0) return sum;
    size_t before = pair_class(text[0]);
    for (size_t at = 1; at < count; at++) {
        size_t here = pair_class(text[at]);
        sum += pairs[before * CSCAN_PAIR_ROW + here];
        before = here;
    }
    return sum;
}
