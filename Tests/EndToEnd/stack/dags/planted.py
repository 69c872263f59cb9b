"""Fake credentials, computed when they are needed: no file holds one whole, and none of them opens anything.

`ALL` names each of them, so that a test can ask whether any is left in what a client received.
"""

from __future__ import annotations

import base64
import hashlib
import json


def noise(seed: str, count: int) -> bytes:
    """The same bytes for the same seed."""
    return hashlib.shake_256(f"louver {seed}".encode()).digest(count)


def url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def letters(seed: str, count: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") -> str:
    return "".join(alphabet[b % len(alphabet)] for b in noise(seed, count))


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


AWS_KEY_ID = "AK" + "IA" + letters("aws id", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
AWS_SECRET = letters("aws secret", 38) + "/" + "k"
JWT = ".".join([url64(compact({"alg": "HS256", "typ": "JWT"})), url64(compact({"sub": "planted", "iat": 1_700_000_000})), url64(noise("jwt", 32))])
DB_PASSWORD = "Wh" + "7-" + letters("database", 18)
DB_URL = "postgresql" + "://" + "warehouse:" + DB_PASSWORD + "@db.internal:5432/prod"
_BODY = base64.b64encode(noise("pem", 384)).decode()
PEM_LINES = [_BODY[at : at + 64] for at in range(0, len(_BODY), 64)]
PEM = "\n".join(["-----BEGIN " + "RSA PRIVATE KEY-----", *PEM_LINES, "-----END " + "RSA PRIVATE KEY-----"])
GITHUB = "gh" + "p_" + letters("github", 36)
SLACK = "xo" + "xb-" + "1029384756-5647382910-" + letters("slack", 24)
SESSION = url64(noise("session", 36))
API_KEY = noise("api key", 32).hex()
KUBE_VALUE = letters("kubernetes", 24)
MANIFEST = "\n".join(
    ["apiVersion: v1", "data:", "  alpha: " + base64.b64encode(KUBE_VALUE.encode()).decode(), "kind: Secret", "metadata:", "  name: warehouse"]
)
CELLS = [letters(f"cell {row}", 12) + "7" for row in range(40)]
TABLE = "\n".join(["id,login,password", *(f"{row},user{row},{cell}" for row, cell in enumerate(CELLS))])

ALL = {
    "aws key id": AWS_KEY_ID,
    "aws secret": AWS_SECRET,
    "jwt": JWT,
    "database password": DB_PASSWORD,
    "private key, third line": PEM_LINES[2],
    "private key, last line": PEM_LINES[-1],
    "github token": GITHUB,
    "slack token": SLACK,
    "session value": SESSION,
    "api key": API_KEY,
    "kubernetes value": KUBE_VALUE,
    "first cell of a table": CELLS[0],
    "last cell of a table": CELLS[-1],
}
