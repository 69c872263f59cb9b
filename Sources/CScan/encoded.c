// Which runs of token characters are worth decoding: those whose first bytes decode to text or to a compressed stream. Paths, names,
// digests and images are told from their first sixteen characters.
#include "CScan.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

enum { LEAST = 24, PROBE = 16, PROBE_LONG = 48, QUOTED_LEAST = 3 };

static inline int is_hex(uint8_t byte) {
    return (uint8_t)(byte - '0') < 10 || (uint8_t)((byte | 0x20) - 'a') < 6;
}

static inline int is_text(uint8_t byte) { return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t'; }

static int is_mostly_text(const uint8_t *bytes, size_t count) {
    size_t text = 0, wide = 0;
    for (size_t at = 0; at < count; at++) {
        text += (size_t)is_text(bytes[at]);
        // UTF-16: every other byte is zero.
        wide += bytes[at] == 0 && (at & 1 ? is_text(bytes[at - 1]) : at + 1 < count && is_text(bytes[at + 1]));
    }
    return text * 10 >= count * 9 || (wide * 2 + 2 >= count && (text + wide) * 10 >= count * 9);
}

// The characters of base64 that leave the first, second and third byte of a group below 0x80, one bit for each of ASCII.
static const uint64_t plain_first[2] = {0x0000000000000000, 0x0000007e07fffffe};
static const uint64_t plain_second[2] = {0x000f000000000000, 0x07807f8001fe01fe};
static const uint64_t plain_third[2] = {0x0333000000000000, 0x0199999806666666};

static inline int is_in(const uint64_t set[2], uint8_t byte) { return byte < 0x80 && (set[byte >> 6] >> (byte & 63) & 1); }

// Whether four characters may begin the base64 of text, or of a compressed stream.
static inline int may_decode(const uint8_t *text) {
    if (is_in(plain_first, text[0]) && is_in(plain_second, text[1]) && is_in(plain_third, text[2])) return 1;
    return text[0] == 'H' || text[0] == 'e';
}

static int probe_base64(const uint8_t *text, size_t count) {
    uint8_t decoded[PROBE_LONG];
    if (!may_decode(text)) return 0;
    // Three bytes tell most names and paths from encoded text.
    if (cscan_base64(text, 4, decoded) < 3) return 0;
    int is_text_like = 1;
    for (int at = 0; at < 3; at++) is_text_like &= is_text(decoded[at]) || decoded[at] == 0;
    if (!is_text_like && decoded[0] != 0x1f && decoded[0] != 0x78) return 0;
    size_t seen = count < PROBE ? count : PROBE;
    size_t got = cscan_base64(text, seen, decoded);
    if (got < 8) return 0;
    if (decoded[0] == 0x1f && decoded[1] == 0x8b && decoded[2] == 8) return CSCAN_DEFLATED;
    int is_zlib = decoded[1] == 1 || decoded[1] == 0x5e || decoded[1] == 0x9c || decoded[1] == 0xda;
    if (decoded[0] == 0x78 && is_zlib) return CSCAN_DEFLATED;
    if (!is_mostly_text(decoded, got)) return 0;
    seen = count < PROBE_LONG ? count : PROBE_LONG;
    got = cscan_base64(text, seen, decoded);
    return is_mostly_text(decoded, got) ? CSCAN_BASE64 : 0;
}

static int probe_hex(const uint8_t *text, size_t count) {
    size_t seen = count < PROBE_LONG ? count : PROBE_LONG;
    // The first digit of a printable character is 2 to 7.
    for (size_t at = 0; at + 1 < seen && at < 8; at += 2)
        if (text[at] < '2' || text[at] > '7') return 0;
    for (size_t at = 0; at < seen; at++)
        if (!is_hex(text[at])) return 0;
    uint8_t decoded[PROBE_LONG];
    size_t got = cscan_hex(text, seen & ~(size_t)1, decoded);
    return got >= 8 && is_mostly_text(decoded, got) ? CSCAN_HEX : 0;
}

static int probe_base32(const uint8_t *text, size_t count) {
    size_t seen = count < 32 ? count : 32;
    // All letters are capitals, or none.
    const uint8_t first = text[0] & 0x20 ? 'a' : 'A';
    for (size_t at = 0; at < seen; at++)
        if (!((uint8_t)(text[at] - first) < 26 || (uint8_t)(text[at] - '2') < 6)) return 0;
    uint8_t decoded[PROBE_LONG];
    size_t got = cscan_base32(text, seen, decoded);
    return got >= 10 && is_mostly_text(decoded, got) ? CSCAN_BASE32 : 0;
}

static int probe(const uint8_t *text, size_t count) {
    int encoding = probe_base64(text, count);
    if (!encoding) encoding = probe_hex(text, count);
    if (!encoding) encoding = probe_base32(text, count);
    return encoding;
}

// Whether a run fills a line as the body of a key file does.
static int is_key_line(const uint8_t *text, size_t count, size_t start, size_t end) {
    size_t length = end - start;
    if (length != 64 && length != 70 && length != 76) return 0;
    if (start > 0 && text[start - 1] != '\n' && text[start - 1] != '"' && text[start - 1] != '\'') return 0;
    if (end < count && text[end] != '\n' && text[end] != '\r') return 0;
    for (size_t at = start; at < end; at++)
        if (text[at] == '-' || text[at] == '_' || text[at] == '=') return 0;
    return 1;
}

static inline int is_word(uint8_t byte) {
    return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10 || byte == '-' || byte == '_';
}

// Whether text[start, end) is followed by a dot, six characters, a dot and 27 or more.
static int is_dotted(const uint8_t *text, size_t count, size_t start, size_t end) {
    size_t length = end - start;
    if (length > 28 || (uint8_t)(text[start] - 'M') > 2 || count - end < 8 + 27) return 0;
    if (text[end] != '.' || text[end + 7] != '.') return 0;
    for (size_t at = start; at < end; at++)
        if (!is_word(text[at])) return 0;
    for (size_t at = 1; at < 8 + 27; at++)
        if (at != 7 && !is_word(text[end + at])) return 0;
    return 1;
}

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

// Whether text[start, end) is 32 hexadecimal digits behind a colon and a number of 16.
static int is_numbered(const uint8_t *text, size_t start, size_t end) {
    if (end - start != 32 || start < 17 || text[start - 1] != ':') return 0;
    for (size_t at = start - 17; at < start - 1; at++)
        if (!is_digit(text[at])) return 0;
    for (size_t at = start; at < end; at++)
        if (!is_hex(text[at])) return 0;
    return 1;
}

// Whether text[start, end) is of the length of an Okta token and begins like one.
static int is_zeroed(const uint8_t *text, size_t start, size_t end) {
    if (end - start != 42 || text[start] != '0' || text[start + 1] != '0') return 0;
    for (size_t at = start; at < end; at++)
        if (!is_word(text[at])) return 0;
    return 1;
}

// Whether a run begins like an Atlassian token: AT, two to four capitals, a 3.
static int is_tagged(const uint8_t *text, size_t start, size_t end) {
    if (text[start] != 'A' || end - start < 64 || text[start + 1] != 'T') return 0;
    size_t at = start + 2;
    while (at < start + 6 && (uint8_t)(text[at] - 'A') < 26) at++;
    return at >= start + 4 && text[at] == '3';
}

// Whether `=` and two digits at `sign` are a visible character, as quoted-printable writes them.
static inline int is_quoted(const uint8_t *text, size_t sign, size_t end) {
    if (end - sign < 3 || text[sign + 1] < '2' || text[sign + 1] > '7') return 0;
    uint8_t low = text[sign + 2];
    if (!is_digit(low) && (uint8_t)(low - 'A') >= 6) return 0;
    return !(text[sign + 1] == '2' && low == '0') && !(text[sign + 1] == '7' && low == 'F');
}

// The last LEAST bytes of a run, a bit for each: digits, capitals, hyphens.
typedef struct {
    unsigned digits, capitals, hyphens;
} tail_bits;

#if defined(__x86_64__)
static inline tail_bits tail_half(const uint8_t *text) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)text);
    const __m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0')), capitals = _mm_sub_epi8(bytes, _mm_set1_epi8('A'));
    return (tail_bits){
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits)),
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(capitals, _mm_set1_epi8(25)), capitals)),
        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'))),
    };
}
#endif

static inline tail_bits bits_of(const uint8_t *text) {
#if defined(__x86_64__)
    const tail_bits low = tail_half(text), high = tail_half(text + LEAST - 16);
    const unsigned shift = LEAST - 16;
    return (tail_bits){low.digits | high.digits << shift, low.capitals | high.capitals << shift, low.hyphens | high.hyphens << shift};
#else
    tail_bits bits = {0, 0, 0};
    for (unsigned at = 0; at < LEAST; at++) {
        bits.digits |= (unsigned)is_digit(text[at]) << at;
        bits.capitals |= (unsigned)((uint8_t)(text[at] - 'A') < 26) << at;
        bits.hyphens |= (unsigned)(text[at] == '-') << at;
    }
    return bits;
#endif
}

static inline int changes(unsigned bits) { return __builtin_popcount((bits ^ bits >> 1) & ((1u << (LEAST - 1)) - 1)); }

// Whether digits, or a digit and capitals, are mixed among the last LEAST characters before `stop`, and no date is.
static inline int is_scrambled(const uint8_t *text, size_t stop) {
    const tail_bits bits = bits_of(text + stop - LEAST);
    const unsigned digits = bits.digits, pairs = digits & digits >> 1;
    if (!digits || ((__builtin_popcount(digits) < 2 || changes(digits) < 2) && changes(bits.capitals) < 7)) return 0;
    // `2026-11-21`
    return !(pairs & pairs >> 2 & bits.hyphens >> 4 & pairs >> 5 & bits.hyphens >> 7 & pairs >> 8);
}

// Whether nothing that begins with this byte decodes to text, or has the shape of a token: most names and paths begin so.
static inline int is_dull(uint8_t first) {
    return first == '/' || first == '_' || first == '-' || first == '+' || (uint8_t)(first - 'g') < 20;
}

// Adds the part text[start, stop) if it is worth a look, with the padding up to `padded`. The run that it is a part of ends at `end`.
static size_t add(const uint8_t *text, size_t count, size_t start, size_t stop, size_t padded, size_t end, cscan_run *to) {
    size_t length = stop - start;
    if (is_dull(text[start]) && length != 64 && length != 70 && length != 76) {
        if ((uint8_t)(text[start] - 'g') >= 20 || length < LEAST) return 0;
        // The first of five bits of text is a letter up to p.
        if (text[start] <= 'p' && probe_base32(text + start, length)) {
            const size_t whole = padded - start <= length + 6 ? padded - start : length;
            *to = (cscan_run){(uint32_t)start, (uint32_t)whole, CSCAN_BASE32};
            return 1;
        }
        if (!is_scrambled(text, stop)) return 0;
        *to = (cscan_run){(uint32_t)start, (uint32_t)length, CSCAN_SCRAMBLED};
        return 1;
    }
    // `0x` before hexadecimal digits.
    if (text[start] == '0' && length >= LEAST + 2 && (text[start + 1] | 0x20) == 'x') {
        start += 2;
        length -= 2;
    }
    if (is_tagged(text, start, end)) {
        *to = (cscan_run){(uint32_t)start, (uint32_t)(end - start), CSCAN_TAGGED};
        return 1;
    }
    if (length < LEAST) return 0;
    if (is_zeroed(text, start, stop)) {
        *to = (cscan_run){(uint32_t)start, (uint32_t)length, CSCAN_ZEROED};
        return 1;
    }
    if (is_numbered(text, start, stop)) {
        *to = (cscan_run){(uint32_t)start, (uint32_t)length, CSCAN_NUMBERED};
        return 1;
    }
    int encoding = probe(text + start, length);
    if (!encoding && is_key_line(text, count, start, stop)) encoding = CSCAN_KEY_LINE;
    if ((!encoding || encoding == CSCAN_BASE64) && is_dotted(text, count, start, stop)) encoding = CSCAN_DOTTED;
    if (!encoding && is_scrambled(text, stop)) encoding = CSCAN_SCRAMBLED;
    if (!encoding) return 0;
    size_t whole = padded - start <= length + 3 ? padded - start : length;
    *to = (cscan_run){(uint32_t)start, (uint32_t)whole, (uint32_t)encoding};
    return 1;
}

// The first equals sign in text[start, end), or `end`.
static inline size_t next_sign(const uint8_t *text, size_t count, size_t start, size_t end) {
#if defined(__x86_64__)
    const __m128i sign = _mm_set1_epi8('=');
    for (; start < end && start + 16 <= count; start += 16) {
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(text + start)), sign));
        if (!mask) continue;
        size_t place = start + (size_t)__builtin_ctz(mask);
        return place < end ? place : end;
    }
#endif
    while (start < end && text[start] != '=') start++;
    return start < end ? start : end;
}

// The slashes among LEAST bytes, a bit for each.
static inline unsigned slashes_in(const uint8_t *text) {
#if defined(__x86_64__)
    const __m128i slash = _mm_set1_epi8('/');
    unsigned low = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)text), slash));
    unsigned high = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(text + LEAST - 16)), slash));
    return low | high << (LEAST - 16);
#else
    unsigned bits = 0;
    for (unsigned at = 0; at < LEAST; at++) bits |= (unsigned)(text[at] == '/') << at;
    return bits;
#endif
}

// Where the next LEAST bytes without a slash begin in text[start, stop), or `stop`.
static inline size_t next_segment(const uint8_t *text, size_t start, size_t stop) {
    while (stop - start >= LEAST) {
        unsigned slashes = slashes_in(text + start);
        if (!slashes) return start;
        start += 32 - (size_t)__builtin_clz(slashes);
    }
    return stop;
}

// Adds what is encoded between the slashes of the part text[start, stop) of a run: `/files/Z2hwX…/raw`. Answers where to go on.
static size_t add_segments(const uint8_t *text, size_t start, size_t stop, cscan_run *runs, size_t *found, size_t capacity) {
    size_t at = next_segment(text, start, stop);
    while (at < stop && *found < capacity) {
        size_t end = at + LEAST;
        while (end < stop && text[end] != '/') end++;
        int encoding = is_dull(text[at]) ? 0 : probe(text + at, end - at);
        if (encoding) runs[(*found)++] = (cscan_run){(uint32_t)at, (uint32_t)(end - at), (uint32_t)encoding};
        at = next_segment(text, end, stop);
    }
    return at;
}

// Adds what is worth a look in one run. Answers 0 when there is no room for all of it: then *from is where to go on.
static int add_run(const uint8_t *text, size_t count, cscan_run one, size_t *from, cscan_run *runs, size_t *found, size_t capacity) {
    size_t start = one.start, end = start + one.length, before = *found;
    unsigned quoted = 0;
    // `key=value` is one run; padding is not followed by more.
    while (start < end && *found < capacity) {
        size_t stop = next_sign(text, count, start, end), padded = stop;
        while (padded < end && text[padded] == '=') padded++;
        if (padded > stop) quoted += (unsigned)is_quoted(text, padded - 1, end);
        const size_t added = add(text, count, start, stop, padded, end, &runs[*found]);
        *found += added;
        // Most parts begin with a name, and what is encoded may stand behind it.
        if (!added || runs[*found - 1].encoding == CSCAN_SCRAMBLED) {
            start = add_segments(text, start, stop, runs, found, capacity);
            if (start < stop) break;
        }
        start = padded;
    }
    if (*found < capacity) {
        if (quoted >= QUOTED_LEAST) runs[(*found)++] = (cscan_run){one.start, one.length, CSCAN_QUOTED};
        return 1;
    }
    // No run is told in two parts, unless it needs all the room there is.
    *from = before > 0 ? one.start : start;
    if (before > 0) *found = before;
    return 0;
}

size_t cscan_encoded(const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity) {
    enum { SOME = 64 };
    cscan_run some[SOME];
    size_t found = 0;
    while (*at < count) {
        size_t left = cscan_runs(text, count, at, some, SOME);
        for (size_t index = 0; index < left; index++)
            if (!add_run(text, count, some[index], at, runs, &found, capacity)) return found;
    }
    return found;
}

int cscan_is_plain(const cscan_set *first, const cscan_set *second, const uint8_t *text, size_t count) {
    enum { CAPACITY = 512 };
    cscan_hit hits[CAPACITY];
    cscan_run runs[8];
    size_t at = 0;
    if (cscan_traits(text, count)) return 0;
    if (cscan_find(second, text, count, &at, hits, CAPACITY) || at < count) return 0;
    at = 0;
    if (cscan_find(first, text, count, &at, hits, CAPACITY) || at < count) return 0;
    if (count < LEAST) return 1;
    at = 0;
    return cscan_encoded(text, count, &at, runs, 8) == 0 && at >= count;
}
