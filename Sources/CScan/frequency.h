// How often each byte comes in task logs: shares of CSCAN_FREQUENCY_TOTAL over Airflow, Spark and HTTP client lines, JSON log events and
// Python tracebacks. Only the order of magnitude matters: it decides which four bytes of a literal are looked for.
#ifndef LOUVER_CSCAN_FREQUENCY_H
#define LOUVER_CSCAN_FREQUENCY_H
#include <stdint.h>

#define CSCAN_FREQUENCY_TOTAL 66706.0

static const uint16_t cscan_frequency[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 490, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    4472, 20, 2054, 20, 20, 20, 20, 53, 162, 162, 20, 133, 872, 712, 1182, 1200,
    2514, 1472, 1521, 820, 684, 560, 575, 250, 188, 188, 1491, 20, 20, 480, 20, 20,
    20, 133, 66, 136, 256, 208, 197, 192, 66, 202, 40, 40, 40, 195, 264, 134,
    134, 40, 134, 394, 589, 132, 40, 40, 40, 40, 64, 134, 20, 134, 20, 1701,
    20, 3424, 393, 1602, 1275, 4002, 571, 767, 652, 2883, 90, 1067, 2002, 985, 2526, 2057,
    1110, 104, 1901, 3188, 3867, 1268, 425, 334, 357, 624, 90, 129, 20, 129, 20, 1,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
};

#endif
