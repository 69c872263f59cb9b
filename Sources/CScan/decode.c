// Base64 of either alphabet, base32 and hexadecimal, for probing and decoding runs.
#include "CScan.h"

static const uint8_t sextet[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
    ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23,
    ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34,
    ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['-'] = 63, ['/'] = 64, ['_'] = 64,
};

size_t cscan_base64(const uint8_t *text, size_t count, uint8_t *out) {
    size_t at = 0, written = 0;
    for (; at + 4 <= count; at += 4) {
        unsigned a = sextet[text[at]], b = sextet[text[at + 1]], c = sextet[text[at + 2]], d = sextet[text[at + 3]];
        if (!a || !b || !c || !d) break;
        uint32_t word = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        out[written++] = (uint8_t)(word >> 16);
        out[written++] = (uint8_t)(word >> 8);
        out[written++] = (uint8_t)word;
    }
    uint32_t word = 0;
    unsigned bits = 0;
    for (; at < count && sextet[text[at]]; at++) {
        word = word << 6 | (sextet[text[at]] - 1u);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[written++] = (uint8_t)(word >> bits);
        }
    }
    return written;
}

static inline int hex_value(uint8_t byte) {
    if ((uint8_t)(byte - '0') < 10) return byte - '0';
    uint8_t low = byte | 0x20;
    return (uint8_t)(low - 'a') < 6 ? low - 'a' + 10 : -1;
}

size_t cscan_hex(const uint8_t *text, size_t count, uint8_t *out) {
    size_t written = 0;
    for (size_t at = 0; at + 1 < count; at += 2) {
        int high = hex_value(text[at]), low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) break;
        out[written++] = (uint8_t)(high << 4 | low);
    }
    return written;
}

size_t cscan_base32(const uint8_t *text, size_t count, uint8_t *out) {
    uint64_t word = 0;
    unsigned bits = 0;
    size_t written = 0;
    for (size_t at = 0; at < count; at++) {
        uint8_t byte = text[at];
        unsigned value;
        if ((uint8_t)((byte | 0x20) - 'a') < 26) value = (unsigned)((byte | 0x20) - 'a');
        else if ((uint8_t)(byte - '2') < 6) value = (unsigned)(byte - '2') + 26;
        else break;
        word = word << 5 | value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[written++] = (uint8_t)(word >> bits);
        }
    }
    return written;
}
