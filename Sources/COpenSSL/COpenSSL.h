// OpenSSL 3 as Louver sees it: the library's headers, and inline functions for the macros that Swift cannot call.
#ifndef LOUVER_COPENSSL_H
#define LOUVER_COPENSSL_H
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif
