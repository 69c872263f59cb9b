// The flattened view: what a reader of escaped, coloured or disguised text sees, with a list of the places where it steps apart from the
// source. A unit (a byte, an escape, a terminal sequence, a UTF-8 sequence) is read without looking at what stood before it.
#include <string.h>
#include "CScan.h"
#include "confusables.h"
#include "terminal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    // Even: where a longer row is cut in two, no pair of JSON is.
    SLASHES_MAX = CSCAN_SLASHES_MAX,
};

typedef struct {
    const uint8_t *source;
    size_t count;
    int is_final;
    uint8_t *view;
    size_t written;
    cscan_turn *turns;
    size_t made;
    size_t room;
    int has_percent;
    const cscan_set *literals;
    const cscan_set *names;
} flattener;

// A unit that would need bytes that have not come yet.
enum { INCOMPLETE = 0 };

static inline int hex_value(uint8_t byte) {
    if ((uint8_t)(byte - '0') < 10) return byte - '0';
    uint8_t low = byte | 0x20;
    return (uint8_t)(low - 'a') < 6 ? low - 'a' + 10 : -1;
}

// Notes that view bytes up to `written` end at source offset `end` and the next ones start at `start`.
static inline void turn(flattener *in, size_t end, size_t start, size_t slashes) {
    if (in->made > 0) {
        cscan_turn *last = &in->turns[in->made - 1];
        // Left-out units in a row, or after an escape, are one turn.
        if (last->view == in->written && last->start == end) {
            last->start = (uint32_t)start;
            return;
        }
    }
    in->turns[in->made++] = (cscan_turn){(uint32_t)in->written, (uint32_t)end, (uint32_t)start, (uint32_t)slashes};
}

static inline void put(flattener *in, uint32_t code) {
    uint8_t *to = in->view + in->written;
    if (code < 0x80) {
        to[0] = (uint8_t)code;
        in->written += 1;
    } else if (code < 0x800) {
        to[0] = (uint8_t)(0xc0 | code >> 6);
        to[1] = (uint8_t)(0x80 | (code & 63));
        in->written += 2;
    } else if (code < 0x10000) {
        to[0] = (uint8_t)(0xe0 | code >> 12);
        to[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        to[2] = (uint8_t)(0x80 | (code & 63));
        in->written += 3;
    } else {
        to[0] = (uint8_t)(0xf0 | code >> 18);
        to[1] = (uint8_t)(0x80 | (code >> 12 & 63));
        to[2] = (uint8_t)(0x80 | (code >> 6 & 63));
        to[3] = (uint8_t)(0x80 | (code & 63));
        in->written += 4;
    }
}

// Whether a command string holds nothing that asks for a closer look: the title of a window, or a link without a user.
static int is_plain_command(const flattener *in, size_t start, size_t end) {
    const uint8_t *text = in->source + start;
    size_t count = end - start, from = 0;
    if (!in->literals || count > PLAIN_BYTES_MAX) return 0;
    if (count > 2 && text[0] == '8' && text[1] == ';') {
        if (memchr(text, '@', count)) return 0;
        for (size_t at = 2; at + 3 < count && from == 0; at++)
            if (text[at] == ':' && text[at + 1] == '/' && text[at + 2] == '/') from = at + 3;
        if (from && !cscan_is_plain(in->literals, in->names, text, from - 3)) return 0;
    }
    return cscan_is_plain(in->literals, in->names, text + from, count - from);
}

// Takes in a command string, a window's title or a link, whose introducer stands in source[from, start). What it says is read like any
// other text, between blanks; one that can hold no secret is left out. Answers `begin` where it is none, the place of its bracket.
static size_t take_command(flattener *in, size_t from, size_t begin, size_t start, size_t slashes) {
    size_t stop = 0, end = command_end(in->source, in->count, in->is_final, start, slashes, &stop);
    if (end == SIZE_MAX) return INCOMPLETE;
    if (end == 0 || is_dull_command(in->source + start, end - start) || is_plain_command(in, start, end)) {
        size_t to = end == 0 ? begin : stop;
        turn(in, from, to, 0);
        return to;
    }
    in->view[in->written++] = ' ';
    turn(in, start, start, CSCAN_COMMAND);
    memcpy(in->view + in->written, in->source + start, end - start);
    in->written += end - start;
    if (stop > end) in->view[in->written++] = ' ';
    turn(in, stop, stop, 0);
    return stop;
}

// Whether the last byte of the view is a letter, a digit or a low line that stands in the source just so. A backspace behind it takes it
// back.
static int ends_in_letter(const flattener *in) {
    if (in->written == 0 || (in->made > 0 && in->turns[in->made - 1].view == in->written)) return 0;
    return is_token_byte(in->view[in->written - 1]) || in->view[in->written - 1] == '_';
}

// Takes in a backspace: of what is struck over, the later one is what is seen.
static size_t take_backspace(flattener *in, size_t from, size_t to) {
    if (ends_in_letter(in)) {
        in->written -= 1;
        turn(in, from - 1, to, 0);
        return to;
    }
    uint8_t last = in->written > 0 ? in->view[in->written - 1] : 0;
    if (last > ' ' && last < 0x7f && to >= in->count && !in->is_final) return INCOMPLETE;
    // A mark is struck over with itself.
    size_t end = last > ' ' && last < 0x7f && to < in->count && in->source[to] == last ? to + 1 : to;
    turn(in, from, end, 0);
    return end;
}

// Takes in one character that stands in source[from, to): left out, folded or kept. Answers where to go on, or INCOMPLETE.
static size_t take(flattener *in, uint32_t code, size_t from, size_t to, size_t slashes) {
    if (code == 0x1b && to < in->count && in->source[to] == ']') return take_command(in, from, to, to + 1, slashes);
    if (code == 0x9d) return take_command(in, from, to, to, slashes);
    if (code == 0x1b || code == 0x9b) {
        size_t end = code == 0x1b ? after_sequence(in->source, in->count, in->is_final, to)
                                  : after_control(in->source, in->count, in->is_final, to);
        if (end == SIZE_MAX) return INCOMPLETE;
        if (end == 0) end = to;
        turn(in, from, end, 0);
        return end;
    }
    if (code == 8) return take_backspace(in, from, to);
    uint32_t seen = cscan_fold(code);
    if (seen == '%') in->has_percent = 1;
    if (seen == CSCAN_INVISIBLE) {
        turn(in, from, to, 0);
        return to;
    }
    size_t before = in->written;
    put(in, seen);
    if (to - from != in->written - before) turn(in, to, to, slashes);
    return to;
}

static inline int is_tag(uint32_t code) { return code >= 0xe0020 && code <= 0xe007e; }

static int is_tag_sequence(const uint8_t *text) {
    return text[0] == 0xf3 && text[1] == 0xa0 && (text[2] == 0x80 || text[2] == 0x81) && (text[3] & 0xc0) == 0x80;
}

// Whether a tag is written in two escapes of so many backslashes each.
static int is_tag_escape(const uint8_t *text, size_t run) {
    static const char high[] = "db40", low[] = "dc";
    for (size_t half = 0; half < 2; half++) {
        const uint8_t *part = text + half * (run + 5);
        for (size_t index = 0; index < run; index++)
            if (part[index] != '\\') return 0;
        if (part[run] != 'u') return 0;
        for (size_t index = 0; index < (half ? 2 : 4); index++)
            if ((part[run + 1 + index] | 0x20) != ((half ? low : high)[index] | 0x20)) return 0;
    }
    const uint8_t *last = text + 2 * run + 5 + 3;
    return last[0] >= '2' && last[0] <= '7' && hex_value(last[1]) >= 0 && !(last[0] == '7' && (last[1] | 0x20) == 'f');
}

// Whether a number is that of a character, and no half of a pair.
static inline int is_scalar(uint32_t code) { return code < 0x110000 && (code < 0xd800 || code >= 0xe000); }

// Reads the escape at `at`, a backslash.
static size_t take_escape(flattener *in, size_t at) {
    const uint8_t *text = in->source;
    size_t run = 1;
    while (at + run < in->count && run < SLASHES_MAX && text[at + run] == '\\') run++;
    size_t mark = at + run;
    if (mark >= in->count && !in->is_final) return INCOMPLETE;
    uint8_t byte = mark < in->count ? text[mark] : 0;
    uint32_t code = 0;
    size_t end = mark + 1;
    switch (mark < in->count ? byte : 0) {
    case 'n':
        // A backslash and a line break of the text, in JSON of one level or more: the line goes on.
        if (run % 3 == 0 && (run / 3 & (run / 3 - 1)) == 0) {
            turn(in, at, end, 0);
            return end;
        }
        code = '\n';
        break;
    case 'r': code = '\r'; break;
    case 't': code = '\t'; break;
    case 'b': code = 8; break;
    case 'f': code = ' '; break;
    case '"': case '\'': case '/': code = byte; break;
    case '\r':
        if (end >= in->count && !in->is_final) return INCOMPLETE;
        if (end >= in->count || text[end] != '\n') goto verbatim;
        end++;
        __attribute__((fallthrough));
    case '\n':
        // A line that the shell goes on reading.
        turn(in, at, end, 0);
        return end;
    case 'u': case 'U': case 'x': {
        if (byte == 'u' && mark + 1 < in->count && text[mark + 1] == '{') {
            size_t last = mark + 2;
            for (; last < in->count && last - mark < 8; last++) {
                int value = hex_value(text[last]);
                if (value < 0) break;
                code = code << 4 | (uint32_t)value;
            }
            if (last >= in->count && !in->is_final) return INCOMPLETE;
            if (last >= in->count || text[last] != '}' || last == mark + 2) goto verbatim;
            if (!is_scalar(code)) goto verbatim;
            end = last + 1;
            break;
        }
        // Eight, as Python writes what is beyond the first plane.
        size_t digits = byte == 'U' ? 8 : byte == 'u' ? 4 : 2;
        for (size_t index = 0; index < digits; index++) {
            if (mark + 1 + index >= in->count) {
                if (!in->is_final) return INCOMPLETE;
                goto verbatim;
            }
            int value = hex_value(text[mark + 1 + index]);
            if (value < 0) goto verbatim;
            code = code << 4 | (uint32_t)value;
        }
        end = mark + 1 + digits;
        if (byte == 'U') {
            if (!is_scalar(code)) goto verbatim;
        } else if (code >= 0xd800 && code < 0xdc00) {
            // The other half has the same number of backslashes.
            if (end + run + 5 > in->count) {
                if (!in->is_final) return INCOMPLETE;
                goto half;
            }
            uint32_t low = 0;
            for (size_t index = 0; index < run; index++)
                if (text[end + index] != '\\') goto half;
            if (text[end + run] != 'u') goto half;
            for (size_t index = 0; index < 4; index++) {
                int value = hex_value(text[end + run + 1 + index]);
                if (value < 0) goto half;
                low = low << 4 | (uint32_t)value;
            }
            if (low < 0xdc00 || low > 0xdfff) goto half;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            end += run + 5;
            if (is_tag(code)) {
                size_t length = 2 * (run + 5);
                int is_row = at >= length && is_tag_escape(text + at - length, run);
                if (!is_row && end + length > in->count && !in->is_final) return INCOMPLETE;
                if (!is_row && (end + length > in->count || !is_tag_escape(text + end, run))) {
                    turn(in, at, end, 0);
                    return end;
                }
            }
        } else if (code >= 0xdc00 && code < 0xe000) {
            goto half;
        } else if (byte == 'x' && code >= 0x80) {
            // A byte of some encoding, not a character.
            in->view[in->written++] = (uint8_t)code;
            turn(in, end, end, run);
            return end;
        }
        break;
    }
    case '0': case '1': case '2': case '3': {
        if (mark + 2 >= in->count) {
            if (!in->is_final) return INCOMPLETE;
            goto verbatim;
        }
        unsigned first = byte - '0', second = text[mark + 1] - (unsigned)'0', third = text[mark + 2] - (unsigned)'0';
        if (second > 7 || third > 7) goto verbatim;
        code = first << 6 | second << 3 | third;
        end = mark + 3;
        if (code >= 0x80) goto verbatim;
        break;
    }
    case 'e':
        if (mark + 1 >= in->count && !in->is_final) return INCOMPLETE;
        if (mark + 1 >= in->count || text[mark + 1] != '[') goto verbatim;
        code = 0x1b;
        break;
    default: goto verbatim;
    }
    return take(in, code, at, end, run);
half:
    // Half of a surrogate pair stands for no character, and is one unit all the same.
    return take(in, 0xfffd, at, end, run);
verbatim:
    memcpy(in->view + in->written, text + at, run);
    in->written += run;
    return mark;
}

// Reads the entity at `at`, an ampersand; anything else is kept as it is.
static size_t take_entity(flattener *in, size_t at) {
    static const struct {
        const char *name;
        uint8_t length;
        uint8_t byte;
    } names[] = {{"quot;", 5, '"'}, {"amp;", 4, '&'}, {"lt;", 3, '<'}, {"gt;", 3, '>'}, {"apos;", 5, '\''}};
    const uint8_t *text = in->source + at + 1;
    size_t left = in->count - at - 1;
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        size_t seen = left < names[index].length ? left : names[index].length;
        if (memcmp(text, names[index].name, seen) != 0) continue;
        if (seen == names[index].length) return take(in, names[index].byte, at, at + 1 + seen, 0);
        if (!in->is_final) return INCOMPLETE;
    }
    if (left == 0 && !in->is_final) return INCOMPLETE;
    if (left > 0 && text[0] == '#') {
        size_t end = 1;
        int is_hex = 0;
        if (end < left && (text[end] | 0x20) == 'x') is_hex = 1, end++;
        uint32_t code = 0;
        size_t first = end;
        while (end < left && end - first < 7) {
            int value = hex_value(text[end]);
            if (value < 0 || (!is_hex && value > 9)) break;
            code = code * (is_hex ? 16 : 10) + (uint32_t)value;
            end++;
        }
        if (end >= left && !in->is_final) return INCOMPLETE;
        int is_character = code > 0 && code < 0x110000 && (code < 0xd800 || code > 0xdfff);
        if (end < left && text[end] == ';' && end > first && is_character) return take(in, code, at, at + 2 + end, 0);
    }
    in->view[in->written++] = '&';
    return at + 1;
}

// Reads one UTF-8 sequence; a byte that starts none is kept alone.
static size_t take_sequence(flattener *in, size_t at) {
    const uint8_t *text = in->source + at;
    size_t left = in->count - at;
    size_t length = text[0] >= 0xf5 || text[0] < 0xc2 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    uint32_t code = length == 4 ? text[0] & 7 : length == 3 ? text[0] & 15 : text[0] & 31;
    for (size_t index = 1; index < length; index++) {
        if (index >= left) {
            if (!in->is_final) return INCOMPLETE;
            length = 1;
            break;
        }
        if ((text[index] & 0xc0) != 0x80) {
            length = 1;
            break;
        }
        code = code << 6 | (text[index] & 63);
    }
    if (length == 1) {
        in->view[in->written++] = text[0];
        return at + 1;
    }
    if (is_tag(code)) {
        // A row of tags spells what it hides; one alone is there to break up what it stands in.
        int is_row = at >= 4 && is_tag_sequence(text - 4);
        size_t seen = left - length < 4 ? left - length : 4;
        int may_go_on = seen < 1 || text[length] == 0xf3;
        if (!is_row && may_go_on && seen < 4 && !in->is_final) return INCOMPLETE;
        if (!is_row && (seen < 4 || !is_tag_sequence(text + length))) {
            turn(in, at, at + length, 0);
            return at + length;
        }
    }
    return take(in, code, at, at + length, 0);
}

static inline int is_special(uint8_t byte) {
    if (byte == '\\' || byte == '&' || byte >= 0x7f) return 1;
    return byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
}

#if defined(__x86_64__)
// Copies 64 plain bytes at a time, as long as there are so many, and answers where it stopped.
__attribute__((target("avx512f,avx512bw"))) static size_t copy_long(flattener *in, size_t at) {
    const uint8_t *source = in->source;
    uint8_t *view = in->view + in->written - at;
    const __m512i tab = _mm512_set1_epi8('\t'), line = _mm512_set1_epi8('\n'), back = _mm512_set1_epi8('\r');
    size_t start = at;
    while (at + 64 <= in->count) {
        __m512i bytes = _mm512_loadu_si512(source + at);
        // From 0x20 to 0x7e is 0 to 0x5e; what is below or above is more.
        __mmask64 odd = _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8(0x5e));
        __mmask64 space = _mm512_cmpeq_epi8_mask(bytes, tab) | _mm512_cmpeq_epi8_mask(bytes, line) | _mm512_cmpeq_epi8_mask(bytes, back);
        __mmask64 marks = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')) | _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('&'));
        if ((odd & ~space) | marks) break;
        _mm512_storeu_si512(view + at, bytes);
        at += 64;
    }
    in->written += at - start;
    return at;
}
#endif

// Copies plain bytes up to the next special one and answers where that is.
static size_t copy_plain(flattener *in, size_t at) {
#if defined(__x86_64__)
    size_t near = at + 64;
    while (at + 16 <= in->count) {
        // Where nothing special is near, it mostly is far.
        if (at == near && __builtin_cpu_supports("avx512bw")) at = copy_long(in, at);
        if (at + 16 > in->count) break;
        __m128i bytes = _mm_loadu_si128((const __m128i *)(in->source + at));
        _mm_storeu_si128((__m128i *)(in->view + in->written), bytes);
        // Signed: below 0x20 takes in everything from 0x80 up.
        __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
        __m128i space = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'))),
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        __m128i marks = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('&'))),
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(space, low), marks));
        if (mask) {
            unsigned plain = (unsigned)__builtin_ctz(mask);
            in->written += plain;
            return at + plain;
        }
        at += 16;
        in->written += 16;
    }
#endif
    while (at < in->count && !is_special(in->source[at])) in->view[in->written++] = in->source[at++];
    return at;
}

cscan_flat cscan_flatten(
    const uint8_t *source, size_t count, int is_final, uint8_t *view, cscan_turn *turns, size_t turn_capacity,
    const cscan_set *literals, const cscan_set *names) {
    flattener in = {source, count, is_final, view, 0, turns, 0, turn_capacity, 0, literals, names};
    size_t at = 0;
    while (at < count) {
        at = copy_plain(&in, at);
        if (at >= count) break;
        if (in.made + 2 > in.room) return (cscan_flat){at, in.written, in.made, 1, in.has_percent};
        uint8_t byte = source[at];
        size_t next;
        if (byte == '\\') next = take_escape(&in, at);
        else if (byte == '&') next = take_entity(&in, at);
        else if (byte >= 0x80) next = take_sequence(&in, at);
        else next = take(&in, byte, at, at + 1, 0);
        if (next == INCOMPLETE) break;
        at = next;
    }
    // The next character may be a backspace.
    if (!is_final && ends_in_letter(&in)) {
        in.written -= 1;
        at -= 1;
    }
    return (cscan_flat){at, in.written, in.made, 0, in.has_percent};
}

size_t cscan_next_percent(const uint8_t *text, size_t count, size_t at) {
    while (at + 2 < count) {
        const uint8_t *sign = memchr(text + at, '%', count - at);
        if (!sign) return count;
        at = (size_t)(sign - text);
        if (at + 2 < count && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0) return at;
        at++;
    }
    return count;
}

cscan_flat cscan_unmark(const uint8_t *source, size_t count, uint8_t mark, uint8_t *view, cscan_turn *turns, size_t turn_capacity) {
    flattener in = {source, count, 1, view, 0, turns, 0, turn_capacity, 0, NULL, NULL};
    size_t at = 0;
    while (at < count) {
        int high = -1, low = -1;
        if (source[at] == mark && at + 3 <= count) {
            int is_small = mark == '=' && (source[at + 1] >= 'a' || source[at + 2] >= 'a');
            high = is_small ? -1 : hex_value(source[at + 1]);
            low = hex_value(source[at + 2]);
        }
        if (high < 0 || low < 0) {
            view[in.written++] = source[at++];
            continue;
        }
        if (in.made + 1 > in.room) return (cscan_flat){at, in.written, in.made, 1, in.has_percent};
        view[in.written++] = (uint8_t)(high << 4 | low);
        at += 3;
        turn(&in, at, at, 0);
    }
    return (cscan_flat){at, in.written, in.made, 0, in.has_percent};
}
