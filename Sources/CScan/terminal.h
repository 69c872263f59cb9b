// Where the sequences of terminals end (ECMA-48), for the flattened view. A place that is undecided needs bytes that have not come yet.
#ifndef CSCAN_TERMINAL_H
#define CSCAN_TERMINAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    CSI_BYTES_MAX = 64,
    OSC_BYTES_MAX = 256,
    // The longest title or link that is looked at for its words. What is left out makes the context of a window longer.
    PLAIN_BYTES_MAX = 64,
    // The longest part of a link's address that holds no secret.
    LINK_PART_MAX = 15,
};

static inline int is_token_byte(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10; }

// Whether a control sequence ends in this letter: those that logs hold, because a letter of a secret is not to be taken for one.
static int is_final_letter(const uint8_t *start, const uint8_t *end) {
    switch (*end) {
    case 'm': case 'K': case 'J': case 'H': case 'A': case 'B': case 'C': case 'D': case 'E': case 'F': case 'G': return 1;
    case 'h': case 'l': return *start == '?';
    case 's': case 'u': return start == end;
    default: return 0;
    }
}

// The source offset after the control sequence whose parameters begin at `start`; 0 when it is none; SIZE_MAX when undecided.
static size_t after_control(const uint8_t *text, size_t count, int is_final, size_t start) {
    size_t end = start;
    while (end < count && end - start < CSI_BYTES_MAX && text[end] >= 0x20 && text[end] < 0x40) end++;
    if (end - start >= CSI_BYTES_MAX) return 0;
    if (end >= count) return is_final ? end : SIZE_MAX;
    return is_final_letter(text + start, text + end) ? end + 1 : 0;
}

// The source offset after the terminal sequence whose ESC ends before `at`; `at` itself when it is no sequence; SIZE_MAX when undecided.
static size_t after_sequence(const uint8_t *text, size_t count, int is_final, size_t at) {
    if (at >= count) return is_final ? at : SIZE_MAX;
    if (text[at] == '[') {
        size_t end = after_control(text, count, is_final, at + 1);
        return end ? end : at;
    }
    if (text[at] == '(' || text[at] == ')') {
        // The sets of characters that terminals switch between.
        if (at + 1 >= count) return is_final ? at : SIZE_MAX;
        return text[at + 1] == 'B' || text[at + 1] == '0' ? at + 2 : at;
    }
    return at;
}

// Where the command string ends that is read at `at`: what closes it ends before *stop. Answers 0 when nothing does, SIZE_MAX when
// undecided. What opened it was an escape of so many backslashes, or none.
static size_t command_end(const uint8_t *text, size_t count, int is_final, size_t start, size_t slashes, size_t *stop) {
    for (size_t at = start; at - start < OSC_BYTES_MAX; at++) {
        if (at >= count) return is_final ? 0 : SIZE_MAX;
        if (text[at] == '\n') return 0;
        if (text[at] == 7) {
            *stop = at + 1;
            return at;
        }
        if (text[at] == 0x1b || text[at] == 0xc2) {
            if (at + 1 >= count && !is_final) return SIZE_MAX;
            uint8_t next = at + 1 < count ? text[at + 1] : 0;
            if (text[at] == 0xc2 && next != 0x9c) continue;
            *stop = text[at] == 0xc2 || next == '\\' ? at + 2 : at;
            return at;
        }
        if (text[at] != '\\' || slashes == 0) continue;
        // The escapes BEL and ESC as they are written on the same level, and the backslash of ST on it.
        static const struct { char text[6]; uint8_t length; uint8_t is_bell; } marks[] = {
            {"u0007", 5, 1}, {"u001b", 5, 0}, {"u001B", 5, 0}, {"x07", 3, 1}, {"x1b", 3, 0}, {"x1B", 3, 0}, {"007", 3, 1}, {"033", 3, 0},
            {"a", 1, 1}, {"e", 1, 0},
        };
        size_t need = at + slashes + 5 + 2 * slashes;
        if (need > count && !is_final) return SIZE_MAX;
        size_t run = 0;
        while (at + run < count && run <= slashes && text[at + run] == '\\') run++;
        if (run != slashes) return 0;
        for (size_t index = 0; index < sizeof marks / sizeof *marks; index++) {
            size_t end = at + run + marks[index].length;
            if (end > count || memcmp(text + at + run, marks[index].text, marks[index].length) != 0) continue;
            run = 0;
            while (!marks[index].is_bell && end + run < count && run < 2 * slashes && text[end + run] == '\\') run++;
            *stop = marks[index].is_bell ? end : run == 2 * slashes ? end + run : at;
            return at;
        }
        return 0;
    }
    return 0;
}

// Whether a command string holds nothing to look for: numbers, or a link whose address has no room for a secret.
static int is_dull_command(const uint8_t *text, size_t count) {
    size_t part = 0, digits = 0;
    for (size_t at = 0; at < count; at++) {
        uint8_t byte = text[at];
        if (byte == ';' || (uint8_t)(byte - '0') < 10) digits++;
        part = is_token_byte(byte) || byte == '-' || byte == '_' ? part + 1 : 0;
        if (part > LINK_PART_MAX || byte <= ' ' || byte == '@' || byte == '=' || byte == '%' || byte == '\\' || byte >= 0x80) return 0;
    }
    return digits == count || (count > 2 && text[0] == '8' && text[1] == ';');
}

#endif
