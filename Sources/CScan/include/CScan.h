// SIMD literal scan.
#ifndef LOUVER_CSCAN_H
#define LOUVER_CSCAN_H
#endif
