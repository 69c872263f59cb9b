// The byte scans of the redaction engine: literals, class runs, traits and the flattened view of escaped text.
// Nothing here keeps state between calls; a compiled set is immutable and may be used from any thread.
#ifndef LOUVER_CSCAN_H
#define LOUVER_CSCAN_H
#include <stddef.h>
#include <stdint.h>
#include "CScanBytes.h"
#include "CScanText.h"

// MARK: Literals

enum {
    // Letters match in either case.
    CSCAN_CASELESS = 1,
    // The byte before the literal, if any, must not be a letter or digit.
    CSCAN_WORD_START = 2,
};

// Which code path scans; CSCAN_BEST asks the processor. A path the processor lacks falls back to the next narrower one.
enum { CSCAN_BEST = 0, CSCAN_SCALAR = 1, CSCAN_SSSE3 = 2, CSCAN_AVX2 = 3, CSCAN_AVX512 = 4, CSCAN_VBMI = 5 };

// The longest literal, in bytes.
enum { CSCAN_LITERAL_MAX = 64 };

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t flags;
    // What may follow: two sets of 256 bits, for the byte behind the literal and the one behind that; NULL for anything. Where something
    // else follows, whether the literal is found is left open.
    const uint8_t *after;
} cscan_literal;

typedef struct {
    uint32_t start;
    uint32_t literal;
} cscan_hit;

typedef struct cscan_set cscan_set;

// Compiles literals of 2 to CSCAN_LITERAL_MAX bytes, copying them. NULL on a bad literal or without memory.
cscan_set *cscan_set_make(const cscan_literal *literals, size_t count, int kernel);
void cscan_set_free(cscan_set *set);
// The longest literal in the set.
size_t cscan_set_longest(const cscan_set *set);

// Finds literals that lie wholly in text[0, count), in order of the place they were spotted at, from *at on. Writes at most
// `capacity` hits; *at becomes `count` when the text is done, or where to go on. Every occurrence that ends after *at + longest is found;
// capacity must be at least 64.
size_t cscan_find(const cscan_set *set, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity);

// MARK: Traits and runs

enum {
    CSCAN_HAS_BACKSLASH = 1,
    // A control character other than tab, newline, carriage return.
    CSCAN_HAS_CONTROL = 2,
    CSCAN_HAS_NON_ASCII = 4,
    CSCAN_HAS_PERCENT = 8,
    CSCAN_HAS_AMPERSAND = 16,
};

// The union of the traits of all bytes.
unsigned cscan_traits(const uint8_t *text, size_t count);

// What a run of token characters may be the encoding of. A key line is no encoding: 64, 70 or 76 base64 characters alone on a line, as key
// files have them. Nor are those that only have the shape of a token: a dotted run is the first of three parts as long as those of
// Discord's; a numbered one is 32 hexadecimal digits behind a number of 16 and a colon, as Asana's; a zeroed one is 42 characters from 00
// on, as Okta's; a tagged one begins like Atlassian's. A quoted run holds three or more escapes of quoted-printable. A scrambled one decodes
// to nothing, but has digits among its last 24 characters, as keys do that are drawn at random.
enum {
    CSCAN_BASE64 = 1,
    CSCAN_HEX = 2,
    CSCAN_BASE32 = 3,
    CSCAN_DEFLATED = 4,
    CSCAN_KEY_LINE = 5,
    CSCAN_DOTTED = 6,
    CSCAN_NUMBERED = 7,
    CSCAN_ZEROED = 8,
    CSCAN_TAGGED = 9,
    CSCAN_QUOTED = 10,
    CSCAN_SCRAMBLED = 11,
};

typedef struct {
    uint32_t start;
    uint32_t length;
    uint32_t encoding;
} cscan_run;

// Finds maximal runs of at least 24 bytes of [A-Za-z0-9+/_=-] in text[*at, count). Works like cscan_find.
size_t cscan_runs(const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity);

// Finds the parts of such runs whose beginning decodes to text, or to a compressed stream: what is worth decoding as a whole. A part that
// reaches the end of the text is told when it is long enough and could still become one. Capacity must be at least 8.
size_t cscan_encoded(const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity);

// Whether a short text holds nothing that asks for a closer look: no literal of either set, no escape, no long run that may be encoded.
int cscan_is_plain(const cscan_set *first, const cscan_set *second, const uint8_t *text, size_t count);

// MARK: Flattening

// The backslashes that are read as one unit at most; what stands in their place for the blank before a terminal's command string.
enum { CSCAN_SLASHES_MAX = 32, CSCAN_COMMAND = 255 };

// Where a view and its source step apart: view bytes before `view` end at source offset `end`, and view[view] starts at source offset
// `start`. `slashes` is the number of backslashes of the escape that made view[view - 1], 0 if none did.
typedef struct {
    uint32_t view;
    uint32_t end;
    uint32_t start;
    uint32_t slashes;
} cscan_turn;

typedef struct {
    size_t taken;    // source bytes used
    size_t written;  // view bytes made, never more than taken
    size_t turns;    // turns made
    int is_full;     // no room for another turn
    int has_percent; // a percent sign that the source does not show as one
} cscan_flat;

// Makes the view: backslash escapes of any depth resolved, HTML entities resolved, terminal sequences, control and invisible characters
// left out, full-width and confusable letters folded. `view` has room for `count` bytes. Stops before a unit that more bytes may change,
// unless `is_final`; a letter or digit and the backspace behind it are one unit. A second call may go on from `taken`, or from where any
// unit begins: units do not depend on what stood before them. Two exceptions: a tag character, which is read by the one before or behind
// it, and a command string, which is one unit of many view bytes. A command string in which neither set finds anything is left out like
// any other terminal sequence: what stands around it is read as one. Without sets (NULL) only those that are too short for a secret are.
cscan_flat cscan_flatten(
    const uint8_t *source, size_t count, int is_final, uint8_t *view, cscan_turn *turns, size_t turn_capacity,
    const cscan_set *literals, const cscan_set *names);

// The place of the next `%` with two hexadecimal digits in text[at, count), or `count`.
size_t cscan_next_percent(const uint8_t *text, size_t count, size_t at);

// Makes the view in which `mark` and two hexadecimal digits are the byte they stand for: `%` with digits of either case, `=` with capitals.
// Same rules as cscan_flatten, of a whole text.
cscan_flat cscan_unmark(const uint8_t *source, size_t count, uint8_t mark, uint8_t *view, cscan_turn *turns, size_t turn_capacity);

// MARK: Decoding

// Decodes base64 of either alphabet, ignoring `=`; stops at the first other byte. Returns bytes written; `out` has room for count/4*3+3.
size_t cscan_base64(const uint8_t *text, size_t count, uint8_t *out);
// Decodes pairs of hexadecimal digits up to the first other byte. `out` has room for count / 2.
size_t cscan_hex(const uint8_t *text, size_t count, uint8_t *out);
// Decodes base32 (RFC 4648 section 6) up to the first other byte. `out` has room for count / 8 * 5 + 5.
size_t cscan_base32(const uint8_t *text, size_t count, uint8_t *out);

// MARK: Hygiene

// The first place from `at` on where a control or an invisible character may stand, or a JSON escape that may be one; `count` for none.
// `depth`: how often the text is escaped as strings of JSON are, 0 to 2.
size_t cscan_odd(const uint8_t *text, size_t count, size_t at, int depth);

// MARK: Known values

// The lengths of values that can be known, in clear and as hashes.
enum { CSCAN_KNOWN_MIN = 8, CSCAN_ENROLLED_MIN = 10, CSCAN_KNOWN_MAX = 512 };
// Hits for which a search for known values must have room, and more.
enum { CSCAN_KNOWN_ROOM = 256 };
enum { CSCAN_MARKS = 1 << 20 };

typedef struct cscan_known cscan_known;

// Compiles values of CSCAN_KNOWN_MIN to CSCAN_KNOWN_MAX bytes: value n is bytes[starts[n], starts[n + 1]). The bytes are not copied and
// must outlive the set. NULL on a bad length or without memory.
cscan_known *cscan_known_make(const uint8_t *bytes, const uint32_t *starts, size_t count);
void cscan_known_free(cscan_known *set);
// Finds values that lie wholly in text[0, count), in no order; works like cscan_find. `number` is 0, 1 and 2, one after the other: values
// are searched in three classes, by what they are made of and how long they are. Of more than CSCAN_KNOWN_ROOM values at 8 places the rest
// is not told: they contain each other.
size_t cscan_known_find(
    const cscan_known *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_hit *hits, size_t capacity);

// Values of which only keyed hashes are known.
typedef struct {
    uint64_t key[4];
    const uint64_t *hashes;  // in ascending order
    size_t count;
    const uint8_t *marks;  // one bit for each mark of a value, CSCAN_MARKS of them
    int has_anchored;      // whether values with an anchor are searched by it
    // The lengths of values that are searched without: one bit for each, from CSCAN_ENROLLED_MIN on, and bit 63 for 63 and more.
    uint64_t lengths;
} cscan_enrolled;

// Whether a byte can stand in a value that is known as a hash.
int cscan_is_enrollable(uint8_t byte);
// Twenty bits of a value of 8 bytes or more, from its first bytes and its length; and 64 bits of all of it (SipHash-2-4).
uint32_t cscan_enrolled_mark(const uint64_t key[4], const uint8_t *text, size_t count);
uint64_t cscan_enrolled_hash(const uint64_t key[4], const uint8_t *text, size_t count);
// Finds maximal runs that are such a value, `. ! / *` around them aside. Works like cscan_find; capacity must be at least 512. `number` is
// 0 and 1, one after the other: for runs with an anchor, and for those as long as a value without one, which tells some twice.
size_t cscan_enrolled_find(
    const cscan_enrolled *set, int number, const uint8_t *text, size_t count, size_t *at, cscan_run *runs, size_t capacity);

// Whether a value has an anchor: six letters and digits in a row, and in their middle a step from a small letter to a capital or between
// letters and digits. Most random values have one, and few words and times do.
int cscan_has_anchor(const uint8_t *value, size_t count);

enum { CSCAN_ANCHOR_PLACES = 64 * 256 };
// Finds the anchors from `at` on by one of the code paths: the offset of the last byte of each six. Answers how many bytes were looked
// at, and in `found` how many anchors there are; `places` has room for CSCAN_ANCHOR_PLACES.
size_t cscan_anchors(int kernel, const uint8_t *text, size_t count, size_t at, uint32_t *places, size_t *found);

#endif
