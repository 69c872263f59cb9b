// Compiles literals into the tables that `search.c` scans with: which bucket a literal belongs to and which of its windows is looked for.
#include <stdlib.h>
#include "frequency.h"
#include "literals.h"
#include "sample.h"

// The nibbles that may stand at each place of a window, as sets. What they let through is the product of the two.
typedef struct {
    uint16_t low[WINDOW];
    uint16_t high[WINDOW];
} shape;

static void allow(shape *to, size_t place, uint8_t byte) {
    to->low[place] |= (uint16_t)(1u << (byte & 15));
    to->high[place] |= (uint16_t)(1u << (byte >> 4));
}

// The bytes that may stand at a place of a literal or behind it.
typedef struct {
    uint8_t bytes[256];
    size_t count;
} bytes_at;

static bytes_at bytes_of(const literal *one, size_t place) {
    bytes_at made;
    made.count = 0;
    if (place < one->length) {
        made.bytes[made.count++] = one->bytes[place];
        if (one->folds[place]) made.bytes[made.count++] = one->bytes[place] ^ 0x20;
        return made;
    }
    int is_any = !one->has_after || place - one->length >= 2;
    for (unsigned byte = 0; byte < 256; byte++)
        if (is_any || one->after[place - one->length][byte >> 3] >> (byte & 7) & 1) made.bytes[made.count++] = (uint8_t)byte;
    return made;
}

static shape shape_of(const literal *one, size_t offset) {
    shape made;
    memset(&made, 0, sizeof made);
    for (size_t p = 0; p < WINDOW; p++) {
        bytes_at at = bytes_of(one, offset + p);
        for (size_t index = 0; index < at.count; index++) allow(&made, p, at.bytes[index]);
    }
    return made;
}

// Sums of byte frequencies for every row of the ASCII table and every half of a set of low nibbles.
typedef struct {
    float sum[16][2][256];
} shares;

static void fill(shares *to) {
    for (unsigned row = 0; row < 16; row++)
        for (unsigned half = 0; half < 2; half++)
            for (unsigned set = 0; set < 256; set++) {
                float sum = 0;
                for (unsigned bit = 0; bit < 8; bit++)
                    if (set >> bit & 1) sum += (float)(cscan_frequency[row << 4 | half << 3 | bit] / CSCAN_FREQUENCY_TOTAL);
                to->sum[row][half][set] = sum;
            }
}

// What share of bytes the nibbles of one place let through.
static float share_of(const shares *with, unsigned low, unsigned high) {
    float share = 0;
    for (; high; high &= high - 1) {
        unsigned row = (unsigned)__builtin_ctz(high);
        share += with->sum[row][0][low & 255] + with->sum[row][1][low >> 8];
    }
    return share;
}

// What share of places a shape lets through, if bytes came independently.
static float rate_of(const shares *with, const shape *of) {
    float rate = 1;
    for (size_t p = 0; p < WINDOW; p++) rate *= share_of(with, of->low[p], of->high[p]);
    return rate;
}

enum { SAMPLE = sizeof cscan_sample - 1, WORDS = (SAMPLE + 63) / 64 };

// Sets of places of the sample: those whose byte at window place p has a low or high nibble, all, and those where a word may begin.
typedef struct {
    uint64_t low[WINDOW][16][WORDS];
    uint64_t high[WINDOW][16][WORDS];
    uint64_t places[WORDS];
    uint64_t starts[WORDS];
    shares rates;
} model;

static void fill_model(model *to) {
    memset(to, 0, sizeof *to);
    fill(&to->rates);
    for (size_t at = 0; at + WINDOW <= SAMPLE; at++) {
        uint64_t bit = (uint64_t)1 << (at % 64);
        to->places[at / 64] |= bit;
        for (size_t p = 0; p < WINDOW; p++) {
            uint8_t byte = (uint8_t)cscan_sample[at + p];
            to->low[p][byte & 15][at / 64] |= bit;
            to->high[p][byte >> 4][at / 64] |= bit;
        }
        if (at == 0 || !is_word((uint8_t)cscan_sample[at - 1])) to->starts[at / 64] |= bit;
    }
}

// The places of the sample that windows let through, place by place of a window: of one literal, or of all in a bucket.
typedef struct {
    shape allowed;
    float share[WINDOW];
    uint64_t low[WINDOW][WORDS];
    uint64_t high[WINDOW][WORDS];
} passing;

typedef struct {
    passing all;
    unsigned count;
    float smooth;
} bucket;

// Adds the places that any of some nibbles stand at.
static void join_sets(uint64_t *to, const uint64_t from[16][WORDS], const uint64_t *all, unsigned nibbles) {
    if (nibbles == 0xffff) {
        memcpy(to, all, WORDS * sizeof *to);
        return;
    }
    for (; nibbles; nibbles &= nibbles - 1) {
        const uint64_t *more = from[__builtin_ctz(nibbles)];
        for (size_t word = 0; word < WORDS; word++) to[word] |= more[word];
    }
}

// What the window of a literal at an offset lets through.
static void fill_passing(const model *with, const literal *one, size_t offset, passing *to) {
    memset(to, 0, sizeof *to);
    to->allowed = shape_of(one, offset);
    for (size_t p = 0; p < WINDOW; p++) {
        to->share[p] = share_of(&with->rates, to->allowed.low[p], to->allowed.high[p]);
        join_sets(to->low[p], with->low[p], with->places, to->allowed.low[p]);
        join_sets(to->high[p], with->high[p], with->places, to->allowed.high[p]);
    }
}

static inline __attribute__((always_inline)) unsigned count_in(const model *with, const passing *to, const passing *more, int is_word_group) {
    unsigned count = 0;
    for (size_t word = 0; word < WORDS; word++) {
        uint64_t places = is_word_group ? with->starts[word] : ~(uint64_t)0;
        for (size_t p = 0; p < WINDOW; p++)
            places &= (to->low[p][word] | more->low[p][word]) & (to->high[p][word] | more->high[p][word]);
        count += (unsigned)__builtin_popcountll(places);
    }
    return count;
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static unsigned count_avx2(
    const model *with, const passing *to, const passing *more, int is_word_group) {
    return count_in(with, to, more, is_word_group);
}
#endif

// How many places of the sample a bucket would let through with another window in it.
static unsigned count_with(const model *with, const bucket *to, const passing *more, int is_word_group) {
#if defined(__x86_64__)
    // Processors with AVX2 have the instructions that count bits, too.
    if (__builtin_cpu_supports("avx2")) return count_avx2(with, &to->all, more, is_word_group);
#endif
    return count_in(with, &to->all, more, is_word_group);
}

// The part that what would pass if bytes came independently has in what is counted: the sample is short.
static float smoothed(float rate, int is_word_group) { return (is_word_group ? 0.1f : 0.5f) * rate * SAMPLE; }

static shape joined(const shape *one, const shape *other) {
    shape made;
    for (size_t p = 0; p < WINDOW; p++) {
        made.low[p] = one->low[p] | other->low[p];
        made.high[p] = one->high[p] | other->high[p];
    }
    return made;
}

// That part of a bucket with another window in it.
static float smooth_with(const model *with, const bucket *to, const passing *more, int is_word_group) {
    shape all = joined(&to->all.allowed, &more->allowed);
    return smoothed(rate_of(&with->rates, &all), is_word_group);
}

// What that part cannot be less than.
static float least_smooth_with(const bucket *to, const passing *more, int is_word_group) {
    float rate = 1;
    for (size_t p = 0; p < WINDOW; p++) rate *= to->all.share[p] > more->share[p] ? to->all.share[p] : more->share[p];
    return smoothed(rate, is_word_group);
}

static void put(const model *with, bucket *to, const passing *more, int is_word_group) {
    to->count = count_with(with, to, more, is_word_group);
    to->smooth = smooth_with(with, to, more, is_word_group);
    to->all.allowed = joined(&to->all.allowed, &more->allowed);
    for (size_t p = 0; p < WINDOW; p++) {
        for (size_t word = 0; word < WORDS; word++) {
            to->all.low[p][word] |= more->low[p][word];
            to->all.high[p][word] |= more->high[p][word];
        }
        to->all.share[p] = share_of(&with->rates, to->all.allowed.low[p], to->all.allowed.high[p]);
    }
}

// Where the window of a literal sits, and in which bucket.
typedef struct {
    size_t offset;
    int bucket;
} choice;

// How many literals were given windows of the same first three bytes; where one of them stands, all are compared.
typedef struct {
    uint16_t count[SLOTS];
} crowds;

static uint32_t crowd_of(const literal *one, size_t offset) {
    uint32_t first = 0;
    for (size_t p = 0; p < 3 && offset + p < one->length; p++)
        first |= (uint32_t)(one->bytes[offset + p] | one->folds[offset + p]) << (8 * p);
    return slot_of(first);
}

// What another literal in a crowd costs, as a part of what it costs to look at a place.
static const float CROWDED = 0.02f;

// The bucket and window that let least more through.
static choice choose(
    const cscan_set *set, const literal *one, const bucket *buckets, const crowds *around, const model *with) {
    size_t last = one->length > WINDOW ? one->length - WINDOW : 0;
    choice best = {0, 0};
    float least = 1e9f;
    for (size_t offset = 0; offset <= last; offset++) {
        passing window;
        fill_passing(with, one, offset, &window);
        float crowded = CROWDED * around->count[crowd_of(one, offset)];
        int first = offset == 0 && (one->flags & CSCAN_WORD_START) ? 0 : set->word_groups * GROUP;
        for (int b = first; b < set->groups * GROUP; b++) {
            int is_word_group = b < set->word_groups * GROUP;
            // What is counted never becomes less, so what is cheap to know settles most of them.
            if (crowded + least_smooth_with(&buckets[b], &window, is_word_group) - buckets[b].smooth >= least) continue;
            float more = crowded + smooth_with(with, &buckets[b], &window, is_word_group) - buckets[b].smooth;
            if (more >= least) continue;
            more += (float)(count_with(with, &buckets[b], &window, is_word_group) - buckets[b].count);
            if (more < least) {
                least = more;
                best = (choice){offset, b};
            }
        }
    }
    return best;
}

static int assign(cscan_set *set, const literal *ordered, choice *choices, const model *with) {
    bucket *buckets = calloc(GROUPS_MAX * GROUP, sizeof *buckets);
    crowds *around = calloc(1, sizeof *around);
    if (!buckets || !around) {
        free(buckets);
        free(around);
        return 0;
    }
    for (size_t rank = 0; rank < set->count; rank++) {
        choices[rank] = choose(set, &ordered[rank], buckets, around, with);
        around->count[crowd_of(&ordered[rank], choices[rank].offset)]++;
        passing window;
        fill_passing(with, &ordered[rank], choices[rank].offset, &window);
        put(with, &buckets[choices[rank].bucket], &window, choices[rank].bucket < set->word_groups * GROUP);
    }
    for (int b = 0; b < set->groups * GROUP; b++) {
        uint8_t bit = (uint8_t)(1u << (b % GROUP));
        for (size_t p = 0; p < WINDOW; p++)
            for (unsigned nibble = 0; nibble < 16; nibble++) {
                if (buckets[b].all.allowed.low[p] >> nibble & 1) set->low[b / GROUP][p][nibble] |= bit;
                if (buckets[b].all.allowed.high[p] >> nibble & 1) set->high[b / GROUP][p][nibble] |= bit;
            }
    }
    free(around);
    free(buckets);
    return 1;
}

static probe probe_of(const literal *one, size_t number, size_t offset) {
    probe made = {.literal = (uint32_t)number, .offset = (uint32_t)offset, .length = one->length};
    if (one->length >= 4) {
        size_t last = one->length - 4, far = offset > last / 2 ? 0 : last;
        made.far_offset = (uint32_t)far;
        made.far_value = load32(one->bytes + far);
        made.far_folds = load32(one->folds + far);
    }
    for (size_t p = 0; p < WINDOW && offset + p < one->length; p++) {
        uint8_t byte = one->bytes[offset + p];
        uint32_t mask = (one->flags & CSCAN_CASELESS) && is_letter(byte) ? 0xdf : 0xff;
        made.mask |= mask << (8 * p);
        made.value |= (byte & mask) << (8 * p);
    }
    return made;
}

// Calls for every slot that three bytes at the window of a literal may hash to, once each; `seen` holds the numbers of those calls.
static void each_slot(
    const literal *one, size_t offset, uint32_t *seen, uint32_t number, void (*body)(void *, uint32_t), void *with) {
    bytes_at first = bytes_of(one, offset), second = bytes_of(one, offset + 1), third = bytes_of(one, offset + 2);
    for (size_t a = 0; a < first.count; a++)
        for (size_t b = 0; b < second.count; b++)
            for (size_t c = 0; c < third.count; c++) {
                uint32_t slot = slot_of(first.bytes[a] | (uint32_t)second.bytes[b] << 8 | (uint32_t)third.bytes[c] << 16);
                if (seen[slot] == number) continue;
                seen[slot] = number;
                body(with, slot);
            }
}

// Sets the bits of every four bytes that may stand at the window of a literal.
static void fill_filter(cscan_set *set, const literal *one, size_t offset) {
    bytes_at at[WINDOW];
    for (size_t p = 0; p < WINDOW; p++) at[p] = bytes_of(one, offset + p);
    int is_wide = at[2].count * at[3].count > FOLLOWERS_MAX;
    set->has_pairs |= is_wide;
    for (size_t a = 0; a < at[0].count; a++)
        for (size_t b = 0; b < at[1].count; b++) {
            uint32_t pair = at[0].bytes[a] | (uint32_t)at[1].bytes[b] << 8;
            if (is_wide) set->pairs[pair >> 3] |= (uint8_t)(1u << (pair & 7));
            for (size_t c = 0; c < at[2].count && !is_wide; c++)
                for (size_t d = 0; d < at[3].count; d++) {
                    uint32_t place = filter_of(pair | (uint32_t)at[2].bytes[c] << 16 | (uint32_t)at[3].bytes[d] << 24);
                    set->filter[place >> 3] |= (uint8_t)(1u << (place & 7));
                }
        }
}

static void count_slot(void *with, uint32_t slot) { ((uint32_t *)with)[slot]++; }

typedef struct {
    cscan_set *set;
    uint32_t *next;
    probe made;
} placing;

static void place_probe(void *with, uint32_t slot) {
    placing *in = with;
    in->set->probes[in->next[slot]++] = in->made;
}

static int fill_slots(cscan_set *set, const choice *choices, const size_t *numbers, const literal *ordered) {
    uint32_t *next = calloc(SLOTS + 1, sizeof *next);
    uint32_t *seen = calloc(SLOTS, sizeof *seen);
    if (next && seen) {
        uint32_t number = 0;
        for (size_t rank = 0; rank < set->count; rank++)
            each_slot(&ordered[rank], choices[rank].offset, seen, ++number, count_slot, next);
        uint32_t sum = 0;
        for (size_t slot = 0; slot <= SLOTS; slot++) {
            set->first[slot] = sum;
            sum += next[slot];
            next[slot] = set->first[slot];
        }
        set->probes = calloc(sum + 1, sizeof *set->probes);
        for (size_t rank = 0; set->probes && rank < set->count; rank++) {
            placing in = {set, next, probe_of(&ordered[rank], numbers[rank], choices[rank].offset)};
            each_slot(&ordered[rank], choices[rank].offset, seen, ++number, place_probe, &in);
            fill_filter(set, &ordered[rank], choices[rank].offset);
        }
    }
    free(next);
    free(seen);
    return set->probes != NULL;
}

static int best_kernel(int wanted) {
#if defined(__x86_64__)
    int best = CSCAN_SCALAR;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("ssse3")) best = CSCAN_SSSE3;
    if (__builtin_cpu_supports("avx2")) best = CSCAN_AVX2;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512f")) best = CSCAN_AVX512;
    if (best == CSCAN_AVX512 && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2")) best = CSCAN_VBMI;
    return wanted == CSCAN_BEST || wanted > best ? best : wanted;
#else
    (void)wanted;
    return CSCAN_SCALAR;
#endif
}

typedef struct {
    float rate;
    size_t number;
} ranked;

static int compare_rate(const void *a, const void *b) {
    float left = ((const ranked *)a)->rate, right = ((const ranked *)b)->rate;
    return left > right ? -1 : left < right;
}

// The rate of the rarest window of a literal.
static float least_rate(const literal *one, const model *with) {
    float least = 2;
    for (size_t offset = 0; offset == 0 || offset + WINDOW <= one->length; offset++) {
        shape window = shape_of(one, offset);
        float rate = rate_of(&with->rates, &window);
        if (rate < least) least = rate;
    }
    return least;
}

static void take(literal *to, const cscan_literal *from) {
    to->length = from->length;
    to->flags = from->flags;
    int is_caseless = (to->flags & CSCAN_CASELESS) != 0;
    for (size_t at = 0; at < to->length; at++) {
        to->bytes[at] = is_caseless ? lower(from->bytes[at]) : from->bytes[at];
        to->folds[at] = is_caseless && is_letter(from->bytes[at]) ? 0x20 : 0;
    }
    to->has_after = from->after != NULL;
    if (from->after) memcpy(to->after, from->after, sizeof to->after);
}

// The literals in the order in which they choose their bucket: the most frequent windows first.
static void order(const literal *taken, size_t count, const model *with, ranked *ranks, literal *ordered, size_t *numbers) {
    for (size_t index = 0; index < count; index++) ranks[index] = (ranked){least_rate(&taken[index], with), index};
    qsort(ranks, count, sizeof *ranks, compare_rate);
    for (size_t rank = 0; rank < count; rank++) {
        numbers[rank] = ranks[rank].number;
        ordered[rank] = taken[ranks[rank].number];
    }
}

cscan_set *cscan_set_make(const cscan_literal *literals, size_t count, int kernel) {
    for (size_t index = 0; index < count; index++)
        if (literals[index].length < 2 || literals[index].length > CSCAN_LITERAL_MAX) return NULL;
    cscan_set *set = calloc(1, sizeof *set);
    choice *choices = calloc(count + 1, sizeof *choices);
    ranked *ranks = calloc(count + 1, sizeof *ranks);
    size_t *numbers = calloc(count + 1, sizeof *numbers);
    literal *ordered = calloc(count + 1, sizeof *ordered);
    model *with = malloc(sizeof *with);
    int is_made = 0;
    if (set) set->literals = calloc(count + 1, sizeof *set->literals);
    if (set && choices && ranks && numbers && ordered && with && set->literals) {
        size_t words = 0;
        set->count = count;
        set->kernel = best_kernel(kernel);
        fill_model(with);
        for (size_t index = 0; index < count; index++) {
            take(&set->literals[index], &literals[index]);
            if (set->literals[index].length > set->longest) set->longest = set->literals[index].length;
            words += (literals[index].flags & CSCAN_WORD_START) != 0;
        }
        // More groups tell literals apart better and cost more registers: where there are 32 of 64 bytes, that pays for many literals.
        const int half = count > MANY && set->kernel >= CSCAN_AVX512 ? 4 : count > FEW ? 2 : 1;
        set->word_groups = words == 0 ? 0 : half;
        set->groups = set->word_groups + half;
        order(set->literals, count, with, ranks, ordered, numbers);
        is_made = assign(set, ordered, choices, with) && fill_slots(set, choices, numbers, ordered);
    }
    free(choices);
    free(ranks);
    free(numbers);
    free(ordered);
    free(with);
    if (is_made) return set;
    cscan_set_free(set);
    return NULL;
}

void cscan_set_free(cscan_set *set) {
    if (!set) return;
    free(set->probes);
    free(set->literals);
    free(set);
}

size_t cscan_set_longest(const cscan_set *set) { return set->longest; }
