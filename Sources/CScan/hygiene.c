// Where a text may hold what no reader sees: controls, and the lead bytes of invisible characters.
#include "CScan.h"

// 1: looked at always. 2: the lead byte E2, of which only the characters of the general punctuation block matter. 3: a backslash.
static uint8_t kinds[256];

__attribute__((constructor)) static void fill(void) {
    for (int byte = 0; byte < 0x20; byte++) kinds[byte] = 1;
    kinds['\t'] = kinds['\n'] = kinds['\r'] = 0;
    kinds[0x7f] = 1;
    static const uint8_t leads[] = {0xc2, 0xcd, 0xd8, 0xe1, 0xe3, 0xef, 0xf3};
    for (unsigned at = 0; at < sizeof leads; at++) kinds[leads[at]] = 1;
    kinds[0xe2] = 2;
    kinds['\\'] = 3;
}

size_t cscan_odd(const uint8_t *text, size_t count, size_t at, int is_json) {
    for (; at < count; at++) {
        switch (kinds[text[at]]) {
        case 0: continue;
        case 1: return at;
        case 2:
            if (at + 1 == count || text[at + 1] == 0x80 || text[at + 1] == 0x81) return at;
            continue;
        default:
            if (!is_json) continue;
            if (at + 1 == count) return at;
            if (text[at + 1] == 'u' || text[at + 1] == 'b' || text[at + 1] == 'f') return at;
            at++;  // the escaped character
        }
    }
    return count;
}
