#include "CFuzz.h"

// libFuzzer calls a function without a context, and there is one driver in a program: what it needs is kept here.
static void *driver_context;
static fuzz_input_function driver_input;

// Of libFuzzer (compiler-rt); no header declares it.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*input)(const uint8_t *bytes, size_t count));

static int one_input(const uint8_t *bytes, size_t count) {
    driver_input(driver_context, bytes, count);
    return 0;
}

int fuzz_run(int argc, char **argv, void *context, fuzz_input_function input) {
    driver_context = context;
    driver_input = input;
    return LLVMFuzzerRunDriver(&argc, &argv, one_input);
}
