"""What callers who are known cost: each with a token of his own, verified and reissued, and remembered for the next call."""

from __future__ import annotations

import uuid

from raw import Connection, call, modern
from upstream import Turn

MB = 1024 * 1024
TOKENS = 10_000
# More than a loop keeps with their bytes.
AGAIN = 1_100
BODY = call("fine", {})


def fine(turn: Turn) -> None:
    turn.text("fine")


def test_ten_thousand_live_tokens(front, serve, identity, tmp_path):
    """Growth of the whole process, with what limits and the heap keep for each caller besides."""
    secret = tmp_path / "jwt_secret"
    secret.write_text(uuid.uuid4().hex * 4)
    secret.chmod(0o600)
    roles = [{"groups": ["analytics"], "role": "viewer"}]
    louver = front(serve({"fine": fine}), reissue={"mode": "mint", "secret_file": str(secret), "roles": roles})

    def token(number: int) -> str:
        return identity.token(f"user-{number:06d}@example.com", jti=uuid.uuid4().hex)

    def use(connection: Connection, token: str) -> None:
        assert connection.post("/scripted", BODY, modern(token, "tools/call", "fine")).status == 200

    with Connection(louver.port) as connection:
        one = token(0)
        for _ in range(500):
            use(connection, one)
        before = louver.resident_bytes
        tokens = [token(number) for number in range(TOKENS)]
        for each in tokens:
            use(connection, each)
        # Those who come again are kept with their bytes.
        for each in tokens[-AGAIN:]:
            use(connection, each)
        grown = louver.resident_bytes - before
    print(f"grown: {grown / MB:.2f} MB")
    assert louver.metric("louver_credentials_total", source="issued") >= TOKENS
    assert grown <= 10 * MB, f"{grown / MB:.1f} MB"
