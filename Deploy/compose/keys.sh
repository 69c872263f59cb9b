#!/bin/sh
# Makes the secrets of compose.yaml where they are missing, each owned by the user that reads it and by nobody else.
set -eu
umask 077
random() { head -c 48 /dev/urandom | base64 | tr -d '\n='; }
give() { chown -R "$2:$2" "$1" && chmod 0500 "$1" && chmod 0400 "$1"/*; }

if [ ! -e /keys/redis/redis.conf ]; then
    jwt=$(random)
    redis=$(random)
    # A stand-in for your identity provider: whoever has this secret signs tokens. Name your own issuer in louver.yaml instead.
    random > /keys/louver/identity_secret
    random > /keys/louver/session_key
    random > /keys/louver/tenant_key
    printf %s "$jwt" > /keys/louver/airflow_jwt_secret
    printf %s "$jwt" > /keys/airflow/jwt_secret
    printf %s "$redis" > /keys/louver/redis_password
    printf 'bind 0.0.0.0\nprotected-mode yes\nrequirepass %s\nsave ""\nappendonly no\nmaxmemory 64mb\nmaxmemory-policy volatile-ttl\n' "$redis" \
        > /keys/redis/redis.conf
fi
give /keys/louver 65532
give /keys/airflow 50000
give /keys/redis 999
