// PCRE2 with 8-bit code units: only the `_8` names exist on the Swift side.
#ifndef LOUVER_CPCRE2_H
#define LOUVER_CPCRE2_H
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
