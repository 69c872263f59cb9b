#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

/// One input for a driver. `context` is what `fuzz_run` was given.
typedef void (*fuzz_input_function)(void *context, const uint8_t *bytes, size_t count);

/// Runs libFuzzer with the program's own arguments until it is done, and answers its exit status.
int fuzz_run(int argc, char **argv, void *context, fuzz_input_function input);

#endif
