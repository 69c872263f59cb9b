"""A small upstream is shared out fairly, and gets less when it says that it has too much."""

from __future__ import annotations

import threading
import time

import pytest
from raw import Connection, ask, call, modern, wait_until
from upstream import Turn


class Slow:
    """A tool of a server that does one thing after the other would: remembers who was served, and how many at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.order, self.now, self.most = seconds, [], 0, 0
        self.lock = threading.Lock()

    def __call__(self, turn: Turn) -> None:
        with self.lock:
            self.order.append(turn.arguments["who"])
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self.lock:
            self.now -= 1
        turn.text("done")


def start(louver, token: str, who: str) -> Connection:
    connection = Connection(louver.port)
    connection.start("/scripted", call("slow", {"who": who}), modern(token, "tools/call", "slow"))
    return connection


def test_a_flood_of_one_does_not_starve_the_others(front, serve, identity):
    slow = Slow(0.05)
    louver = front(serve({"slow": slow}), concurrent_calls=4, queue_timeout="30s", workers=2)
    flood = [start(louver, identity.token("flood"), "flood") for _ in range(50)]
    wait_until(lambda: louver.metric("louver_upstream_waiting") == 46)
    others = [start(louver, identity.token(f"person-{number}"), f"person-{number}") for number in range(9)]
    assert [connection.reply().status for connection in others + flood] == [200] * 59
    assert slow.most == 4
    # What had begun when they came, then they: nobody else's call comes first more often than once a round.
    last = max(slow.order.index(f"person-{number}") for number in range(9))
    assert last < slow.order.count("flood") - 20, slow.order
    louver.expect(0, "louver_upstream_waiting")


def test_who_leaves_the_queue_is_never_sent(front, serve, identity):
    slow = Slow(0.5)
    upstream = serve({"slow": slow})
    louver = front(upstream, concurrent_calls=1)
    first = start(louver, identity.token(), "first")
    wait_until(lambda: slow.now == 1)
    start(louver, identity.token("gone"), "gone").close()
    wait_until(lambda: louver.metric("louver_client_disconnects_total") == 1)
    assert first.reply().status == 200
    assert ask(louver.port, "/scripted", identity.token(), "slow", {"who": "last"}).status == 200
    assert slow.order == ["first", "last"]


def test_a_wait_has_an_end(front, serve, identity):
    slow = Slow(1.5)
    louver = front(serve({"slow": slow}), concurrent_calls=1, queue_timeout="200ms")
    first = start(louver, identity.token(), "first")
    wait_until(lambda: slow.now == 1)
    refused = ask(louver.port, "/scripted", identity.token("late"), "slow", {"who": "late"}, id="late")
    assert (refused.status, refused.answer["id"], refused.answer["error"]["code"]) == (429, "late", 4290)
    assert refused.answer["error"]["data"]["rule"] == "upstream/scripted" and int(refused.headers["retry-after"]) >= 1
    assert first.reply().status == 200
    assert slow.order == ["first"]


def by_status(turn: Turn) -> None:
    turn.reply(429, b"slow down", "text/plain", Retry_After="2")


def in_band(turn: Turn) -> None:
    turn.result({"content": [{"type": "text", "text": "ThrottlingException: Rate exceeded, retry after 2 seconds"}], "isError": True})


@pytest.mark.parametrize("says", [by_status, in_band])
def test_an_upstream_that_is_throttled_gets_less(says, front, serve, identity):
    slow = Slow(0.2)
    louver = front(serve({"slow": slow, "says": says}), concurrent_calls=4, queue_timeout="30s")
    reply = ask(louver.port, "/scripted", identity.token(), "says")
    if says is by_status:
        assert (reply.status, reply.headers["retry-after"], reply.answer["error"]["data"]["retryAfterMs"]) == (502, "2", 2_000)
    louver.expect(1, "louver_upstream_slowdowns_total")
    running = [start(louver, identity.token(), str(number)) for number in range(4)]
    assert [connection.reply().status for connection in running] == [200] * 4
    assert slow.most == 1, "one at a time, for as long as it said"
    time.sleep(2)
    running = [start(louver, identity.token(), str(number)) for number in range(4)]
    assert [connection.reply().status for connection in running] == [200] * 4
    assert slow.most == 4
