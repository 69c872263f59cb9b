// The same literals searched for in the same text by Hyperscan and by CScan, in blocks of a scrubber's window.
//
//     prefix_scan TEXT < LITERALS      lines of `redaction-report --literals`, one search of them
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "CScan.h"

enum { LITERALS_MAX = 4096, BLOCK = 32768, ROUNDS = 9, HITS = 2 * LITERALS_MAX };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int count_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *hits) {
    (void)id, (void)from, (void)to, (void)flags;
    ++*(size_t *)hits;
    return 0;
}

static size_t unhex(const char *digits, uint8_t *out) {
    size_t count = 0;
    for (unsigned byte; sscanf(digits + 2 * count, "%2x", &byte) == 1; count++) out[count] = (uint8_t)byte;
    return count;
}

int main(int count, char **arguments) {
    FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    uint8_t *text = malloc(size);
    rewind(file);
    if (!text || fread(text, 1, size, file) != size) return 2;

    static cscan_literal literals[LITERALS_MAX];
    static const char *patterns[LITERALS_MAX];
    static size_t lengths[LITERALS_MAX];
    static unsigned flags[LITERALS_MAX], ids[LITERALS_MAX];
    char search[16], digits[256];
    size_t made = 0;
    for (int ignores_case, starts_word; made < LITERALS_MAX && scanf("%15s %d %d %255s", search, &ignores_case, &starts_word, digits) == 4; made++) {
        uint8_t *bytes = malloc(sizeof digits);
        if (!bytes) return 2;
        lengths[made] = unhex(digits, bytes);
        patterns[made] = (const char *)bytes;
        flags[made] = ignores_case ? HS_FLAG_CASELESS : 0;
        ids[made] = (unsigned)made;
        uint32_t own = (ignores_case ? CSCAN_CASELESS : 0) | (starts_word ? CSCAN_WORD_START : 0);
        literals[made] = (cscan_literal){bytes, (uint32_t)lengths[made], own, NULL};
    }

    hs_database_t *database;
    hs_compile_error_t *fault;
    hs_scratch_t *scratch = NULL;
    if (hs_compile_lit_multi(patterns, flags, ids, lengths, (unsigned)made, HS_MODE_BLOCK, NULL, &database, &fault) != HS_SUCCESS) return 2;
    cscan_set *set = cscan_set_make(literals, made, CSCAN_BEST);
    static cscan_hit hits[HITS];
    if (!set || hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 2;

    double theirs = 1e9, ours = 1e9;
    size_t their_hits = 0, our_hits = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        their_hits = 0;
        for (size_t at = 0; at < size; at += BLOCK)
            hs_scan(database, (const char *)text + at, (unsigned)(size - at < BLOCK ? size - at : BLOCK), 0, scratch, count_hit, &their_hits);
        if (now() - start < theirs) theirs = now() - start;
        start = now();
        our_hits = 0;
        for (size_t at = 0; at < size; at += BLOCK)
            for (size_t place = 0, left = size - at < BLOCK ? size - at : BLOCK; place < left;)
                our_hits += cscan_find(set, text + at, left, &place, hits, HITS);
        if (now() - start < ours) ours = now() - start;
    }
    double mb = (double)size / 1e6;
    printf(
        "{\"literals\": %zu, \"hyperscan_mb_s\": %.0f, \"hyperscan_hits_per_mb\": %.0f, \"cscan_mb_s\": %.0f, \"cscan_hits_per_mb\": %.0f}\n", made,
        mb / theirs, (double)their_hits / mb, mb / ours, (double)our_hits / mb);
    return 0;
}
