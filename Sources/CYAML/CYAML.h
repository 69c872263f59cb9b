// libyaml's event parser.
#ifndef LOUVER_CYAML_H
#define LOUVER_CYAML_H
#include <yaml.h>
#endif
