// hiredis as a codec only: command formatting and the reply reader. Sockets stay with the event loop.
#ifndef LOUVER_CHIREDIS_H
#define LOUVER_CHIREDIS_H
#include <hiredis/hiredis.h>
#endif
