// OpenSSL 3 as Louver sees it: the library's headers, and inline functions for the macros that Swift cannot call.
#ifndef LOUVER_COPENSSL_H
#define LOUVER_COPENSSL_H
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

// The password callback for key files that carry none: an encrypted key is refused, and nobody is asked on a terminal.
static inline int louver_no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return 0;
}

// A read-only memory BIO goes back to its start.
static inline int louver_bio_reset(BIO *bio) { return (int)BIO_reset(bio); }

// OSSL_PARAM keeps the pointers it is given, and a Swift string lives only as long as one call: parameters are put together here.

// Builds a public key of a type; takes over nothing.
static inline EVP_PKEY *louver_public_key(const char *type, OSSL_PARAM_BLD *builder) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters && context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

// An RSA public key from big-endian bytes, or NULL.
static inline EVP_PKEY *louver_rsa_public_key(const unsigned char *modulus, size_t modulus_count, const unsigned char *exponent,
                                              size_t exponent_count) {
    EVP_PKEY *key = NULL;
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_count, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_count, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (n && e && builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
        key = louver_public_key("RSA", builder);
    OSSL_PARAM_BLD_free(builder);
    BN_free(e);
    BN_free(n);
    return key;
}

// A public key on a named curve from an encoded point (SEC 1 section 2.3.3), or NULL.
static inline EVP_PKEY *louver_ec_public_key(const char *group, const unsigned char *point, size_t count) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, count))
        key = louver_public_key("EC", builder);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

// Sets an HMAC context up with a hash by name and a key.
static inline int louver_hmac_init(EVP_MAC_CTX *context, const char *hash, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)hash, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_init(context, key, count, parameters);
}

// SHA-256 in the caller's own memory. OpenSSL 3 keeps these functions and calls them outdated: the ones it would have instead allocate and
// count references for each text, which costs more than to hash a short one.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

static inline void louver_sha256_begin(SHA256_CTX *state) { SHA256_Init(state); }
static inline void louver_sha256_update(SHA256_CTX *state, const void *piece, size_t count) { SHA256_Update(state, piece, count); }
static inline void louver_sha256_finish(SHA256_CTX *state, unsigned char *digest) { SHA256_Final(digest, state); }

// HMAC-SHA-256 (RFC 2104): the inner and the outer hash after the block that holds the key.
static inline void louver_hmac256_key(const unsigned char *key, size_t count, SHA256_CTX *inner, SHA256_CTX *outer) {
    unsigned char block[SHA256_CBLOCK] = {0};
    if (count > sizeof block)
        SHA256(key, count, block);
    else
        memcpy(block, key, count);
    for (size_t at = 0; at < sizeof block; at++) block[at] ^= 0x36;
    SHA256_Init(inner);
    SHA256_Update(inner, block, sizeof block);
    for (size_t at = 0; at < sizeof block; at++) block[at] ^= 0x36 ^ 0x5C;
    SHA256_Init(outer);
    SHA256_Update(outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

// The 32 bytes of a text's code, by what `louver_hmac256_key` made.
static inline void louver_hmac256(const SHA256_CTX *inner, const SHA256_CTX *outer, const void *text, size_t count, unsigned char *code) {
    SHA256_CTX state = *inner;
    SHA256_Update(&state, text, count);
    SHA256_Final(code, &state);
    state = *outer;
    SHA256_Update(&state, code, SHA256_DIGEST_LENGTH);
    SHA256_Final(code, &state);
    OPENSSL_cleanse(&state, sizeof state);
}
#pragma clang diagnostic pop

// SSL_CTX and SSL calls that are macros over SSL_CTX_ctrl, and option bits that are macros over a shift.
static const uint64_t louver_op_no_renegotiation = SSL_OP_NO_RENEGOTIATION;
static const uint64_t louver_op_no_compression = SSL_OP_NO_COMPRESSION;
static const unsigned long louver_name_rfc2253 = XN_FLAG_RFC2253;
static const int louver_bio_retry_flags = BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY;
static inline int louver_set_version_range(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) == 1 && SSL_CTX_set_max_proto_version(context, highest) == 1;
}
static inline int louver_set_groups(SSL_CTX *context, const char *names) { return (int)SSL_CTX_set1_groups_list(context, names); }
static inline void louver_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }
static inline void louver_set_session_cache(SSL_CTX *context, long mode) { SSL_CTX_set_session_cache_mode(context, mode); }
static inline int louver_set_sni(SSL *session, const char *name) { return (int)SSL_set_tlsext_host_name(session, name); }

// Seconds since 1970 of a certificate's date, from the calendar alone and whatever the zone of the machine.
static inline int louver_unix_time(const ASN1_TIME *time, int64_t *seconds) {
    int days = 0, rest = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int done = epoch && time && ASN1_TIME_diff(&days, &rest, epoch, time);
    ASN1_TIME_free(epoch);
    *seconds = (int64_t)days * 86400 + rest;
    return done;
}
#endif
