// zlib, with the macro that Swift cannot call.
#ifndef LOUVER_CZLIB_H
#define LOUVER_CZLIB_H
#include <zlib.h>
static inline int louver_inflate_init(z_streamp stream, int window_bits) { return inflateInit2(stream, window_bits); }
#endif
