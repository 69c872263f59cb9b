"""An identity provider of a test: keys with a `kid` each, a JWK Set at a URL, and tokens. It does what a test tells it, also wrongly."""

from __future__ import annotations

import json
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from louver import AUDIENCE
from upstream import Turn

NAME = "https://provider.test"


class Key:
    """A private key, its `kid`, and its public half as a JWK."""

    def __init__(self, kid: str, algorithm: str = "RS256") -> None:
        self.kid, self.algorithm = kid, algorithm
        self.private = ed25519.Ed25519PrivateKey.generate() if algorithm == "EdDSA" else rsa.generate_private_key(65537, 2048)

    @property
    def jwk(self) -> dict:
        kind = jwt.algorithms.OKPAlgorithm if self.algorithm == "EdDSA" else jwt.algorithms.RSAAlgorithm
        return {**json.loads(kind.to_jwk(self.private.public_key())), "kid": self.kid, "use": "sig"}

    @property
    def pem(self) -> str:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def public_pem(self) -> str:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, claims: dict, **header: str) -> str:
        return jwt.encode(claims, self.private, self.algorithm, {"kid": self.kid, **header})


class Provider:
    """What answers is an `Upstream` made with `instead=provider.answer`."""

    def __init__(self, name: str = NAME) -> None:
        self.name = name
        self.key = Key("first")
        self.published = [self.key]
        self.fetches = 0
        self.status = 200
        self.delay = 0.0

    def answer(self, turn: Turn) -> None:
        if not turn.request.path.endswith("/jwks.json"):
            return turn.json({"error": "nothing here"}, 404)
        self.fetches += 1
        time.sleep(self.delay)
        if self.status in (301, 302, 307):
            return turn.reply(self.status, Location="http://127.0.0.1:1/jwks.json")
        turn.json({"keys": [key.jwk for key in self.published]}, self.status)

    def token(self, subject: str = "alice", *, key: Key | None = None, lifetime: int = 600, groups: tuple[str, ...] = ("analytics",), **claims) -> str:
        now = int(time.time())
        body = {"iss": self.name, "aud": AUDIENCE, "sub": subject, "groups": list(groups), "iat": now, "exp": now + lifetime}
        return (key or self.key).sign({**body, "jti": uuid.uuid4().hex, "client_id": "tests", **claims})

    def rotate(self, kid: str, *, forget: bool = False) -> Key:
        """Signs with a new key from now on, and publishes it at the same moment: without notice, as providers do."""
        new = Key(kid)
        self.published = [new] if forget else [*self.published, new]
        self.key = new
        return new


def trusting(url: str, *more: str, name: str = NAME):
    """Adds the provider to the issuers of a Louver that has not been started."""

    def change(louver) -> None:
        line = ", ".join([f'issuer: "{name}"', f"audiences: [{AUDIENCE}]", "algorithms: [RS256]", f'jwks_url: "{url}"', *more])
        text = louver.configuration.read_text()
        louver.configuration.write_text(text.replace("issuers:\n", f"issuers:\n  - {{ {line} }}\n", 1))

    return change
