"""What limits can count and by what they are told apart: caps, budgets, bytes, costs, keys, shadows, and how each is answered."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request

import pytest
from louver import PLENTY, Louver
from raw import META, Connection, ask, base, call, modern, wait_until
from servers import policy
from test_limits import Redis, fine, redis  # noqa: F401
from upstream import Turn


def limits(*entries: str) -> str:
    return "limits:\n" + "".join(f"  - {{ {entry} }}\n" for entry in entries)


class Held:
    """A tool that answers when it is told to."""

    def __init__(self) -> None:
        self.running = 0
        self.go = threading.Event()

    def __call__(self, turn: Turn) -> None:
        self.running += 1
        self.go.wait(20)
        turn.text("done")


@pytest.fixture(params=["memory", "redis"])
def store(request) -> str:
    """The configuration of each store in turn."""
    return request.getfixturevalue("redis").extra if request.param == "redis" else "limits: { admission: { rate: 1000000/min, burst: 1000000 } }\n"


def test_a_cap_holds_while_calls_run(store, front, serve, identity):
    held = Held()
    louver = front(serve({"held": held, "fine": fine}), limits=limits("id: at-once, per: [principal], concurrent: 2"), extra=store, workers=2)
    token = identity.token("alice")
    connections = [Connection(louver.port) for _ in range(2)]
    for connection in connections:
        connection.start("/scripted", call("held", {}), modern(token, "tools/call", "held"))
    wait_until(lambda: held.running == 2)
    refused = ask(louver.port, "/scripted", token, "fine", id="third")
    assert (refused.status, refused.answer["id"], refused.answer["error"]["code"]) == (429, "third", 4290)
    assert refused.headers["ratelimit-policy"] == '"at-once";q=2;qu="concurrent-requests"'
    assert ask(louver.port, "/scripted", identity.token("bob"), "fine").status == 200
    held.go.set()
    assert [connection.reply().status for connection in connections] == [200, 200]
    wait_until(lambda: ask(louver.port, "/scripted", token, "fine").status == 200)


def test_a_client_that_leaves_gives_its_place_back(store, front, serve, identity):
    held = Held()
    louver = front(serve({"held": held, "fine": fine}), limits=limits("id: one, per: [principal], concurrent: 1"), extra=store)
    token = identity.token()
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("held", {}), modern(token, "tools/call", "held"))
        wait_until(lambda: held.running == 1)
        assert ask(louver.port, "/scripted", token, "fine").status == 429
    wait_until(lambda: ask(louver.port, "/scripted", token, "fine").status == 200)
    held.go.set()


def test_reply_bytes_are_paid_for_afterwards(store, front, serve, identity):
    louver = front(serve({"big": lambda turn: turn.text("x" * 50_000)}), limits=limits("id: bytes, per: [principal], rate: 1KiB/s, burst: 10KiB"), extra=store)
    token = identity.token()
    assert ask(louver.port, "/scripted", token, "big").status == 200
    wait_until(lambda: ask(louver.port, "/scripted", token, "big").status == 429)
    refused = ask(louver.port, "/scripted", token, "big")
    assert 30 <= int(refused.headers["retry-after"]) <= 50, "the real deficit: 40 KiB at 1 KiB a second"
    assert refused.headers["ratelimit-policy"] == '"bytes";q=10240;qu="content-bytes";w=10'


def test_a_budget_is_for_the_day(store, front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits("id: day, per: [principal], budget: 3/day"), extra=store)
    token = identity.token()
    assert [ask(louver.port, "/scripted", token, "fine").status for _ in range(4)] == [200, 200, 200, 429]
    refused = ask(louver.port, "/scripted", token, "fine")
    left = 86_400 - time.time() % 86_400
    assert abs(int(refused.headers["retry-after"]) - left) < 10 or left < 10


def test_costs_by_tool(front, serve, identity):
    louver = front(serve({"fine": fine, "dear": fine}), limits=limits("id: cost, per: [principal], rate: 1/min, burst: 5, costs: { dear: 4 }"))
    token = identity.token()
    assert [ask(louver.port, "/scripted", token, tool).status for tool in ("dear", "dear", "fine", "fine")] == [200, 429, 200, 429]


def test_keys_and_combinations(front, serve, identity):
    louver = front(
        serve({"fine": fine, "other": fine}),
        limits=limits("id: dag, per: [dag], rate: 1/min, burst: 2", "id: mine, per: [client, tool, arguments], rate: 1/min, burst: 1"),
    )

    def status(tool: str, arguments: dict, subject: str = "alice", **claims) -> int:
        return ask(louver.port, "/scripted", identity.token(subject, **claims), tool, arguments).status

    assert status("fine", {"dag_id": "a"}) == 200
    assert status("fine", {"dag_id": "a"}) == 429, "the same arguments of the same client"
    assert status("fine", {"dag_id": "b"}) == 200
    assert status("other", {"dag_id": "b", "x": 1}) == 200
    assert status("other", {"x": 1, "dag_id": "b"}, client_id="others") == 429, "two for each DAG, whoever calls"
    assert status("other", {"x": 1, "dag_id": "c"}, client_id="others") == 200


def test_groups_have_buckets_of_their_own(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits("id: group, per: [group], rate: 1/min, burst: 1"))
    assert ask(louver.port, "/scripted", identity.token("alice"), "fine").status == 200
    assert ask(louver.port, "/scripted", identity.token("bob"), "fine").status == 429


@pytest.mark.parametrize(("part", "elsewhere"), [("route", 200), ("upstream", 200), ("tool", 429), ("global", 429)])
def test_what_routes_share(part, elsewhere, serve, identity):
    url = serve({"fine": fine}).url
    entry = limits(f"id: one, per: [{part}], rate: 1/h, burst: 1")
    with Louver({name: {"url": url, "wire": "both"} for name in ("here", "there")}, policy(["fine"], limits=entry), identity, extra=PLENTY) as louver:
        asked = [("/here", "alice"), ("/here", "bob"), ("/there", "carol"), ("/there", "dave")]
        found = [ask(louver.port, path, identity.token(who), "fine").status for path, who in asked]
    assert found == [200, 429, elsewhere, 429]


def test_a_shadow_counts_and_lets_pass(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits("id: trial, per: [principal], rate: 1/min, burst: 2, shadow: true"))
    token = identity.token()
    assert [ask(louver.port, "/scripted", token, "fine").status for _ in range(5)] == [200] * 5
    louver.expect(3, "louver_limit_shadow_denials_total", bucket="trial")
    assert louver.metric("louver_limit_denials_total") == 0


def test_a_limit_may_answer_in_the_result(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits("id: soft, per: [principal], rate: 1/min, burst: 1, answer: result"))
    token = identity.token()
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    refused = ask(louver.port, "/scripted", token, "fine", id="two")
    result = refused.answer["result"]
    assert (refused.status, refused.answer["id"], result["isError"]) == (200, "two", True)
    refusal = result["_meta"]["io.louver/refusal"]
    assert (refusal["code"], refusal["rule"]) == (4290, "soft") and 0 < refusal["retryAfterMs"] <= 60_000
    assert "Try again in" in result["content"][0]["text"]
    assert refused.headers["retry-after"] == "60"


def test_everything_a_client_can_go_by(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits("id: per-user, per: [principal], rate: 60/min, burst: 2, cost: 2"))
    token = identity.token()
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    refused = ask(louver.port, "/scripted", token, "fine", id=[1] and "x")
    assert refused.headers["retry-after"] == "2", "two tokens at one a second"
    assert refused.headers["ratelimit"] == '"per-user";r=0;t=2'
    assert refused.headers["ratelimit-policy"] == '"per-user";q=2;w=2'
    assert [refused.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")] == ["2", "0", "2"]
    error = refused.answer["error"]
    assert 1_000 < error["data"]["retryAfterMs"] <= 2_000 and error["data"]["rule"] == "per-user"


def test_a_client_at_its_limit_is_not_pushed_to_another_wire(front, serve, identity):
    """A refused `server/discover` makes clients try `initialize`: the two draw from one bucket, so that brings nothing."""
    louver = front(serve({"fine": fine}), limits=limits("id: hello, per: [principal, tool], rate: 1/min, burst: 2, tools: [initialize]"))
    token = identity.token()

    def discover() -> int:
        with Connection(louver.port) as connection:
            message = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": META}}
            return connection.post("/scripted", message, modern(token, "server/discover")).status

    def initialize() -> int:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
        with Connection(louver.port) as connection:
            return connection.post("/scripted", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}, base(token)).status

    assert [discover(), discover(), discover(), initialize()] == [200, 200, 429, 429]


def test_documents_are_never_limited(front, serve, identity):
    louver = front(serve({"fine": fine}), extra="limits: { admission: { rate: 1/min, burst: 1 } }\n")
    token = identity.token()
    assert [ask(louver.port, "/scripted", token, "fine", id=f"n{number}").status for number in range(2)] == [200, 429]
    refused = ask(louver.port, "/scripted", token, "fine", id="mine")
    assert refused.answer["id"] in ("mine", None) and refused.answer["error"]["code"] == 4290
    for _ in range(50):
        with urllib.request.urlopen(f"http://127.0.0.1:{louver.port}/.well-known/oauth-protected-resource/scripted") as reply:
            assert reply.status == 200
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{louver.port}/nothing")
