"""Many calls over both wires with clients that leave in the middle: what was opened is closed, and memory does not grow.

`make soak` runs the long form; in CI a shorter one finds the coarse leaks.
"""

from __future__ import annotations

import os
import random
import threading
import time

from raw import Connection, Session, call, legacy_call, modern, wait_until
from upstream import Turn

HALF = int(os.environ.get("LOUVER_SOAK", "10000"))
CALLERS = 4
LEAVING = 0.02
MB = 1024 * 1024


def fine(turn: Turn) -> None:
    turn.text("a line of a log that is quite ordinary\n" * 20)


def slow(turn: Turn) -> None:
    time.sleep(0.02)
    turn.text("late")


def stream(turn: Turn) -> None:
    turn.events()
    turn.event(turn.answer({"content": [{"type": "text", "text": "streamed"}], "isError": False}))
    turn.end()


class Caller(threading.Thread):
    """Calls on one wire, and leaves now and then before the answer."""

    def __init__(self, port: int, token: str, wire: str, count: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.port, self.wire, self.count = port, wire, count
        self.random = random.Random(seed)
        self.session = Session(port, "/scripted", token) if wire == "session" else None
        self.token = token
        self.answered = self.left = 0
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self._calls()
        except BaseException as error:
            self.fault = error

    def _calls(self) -> None:
        connection = Connection(self.port)
        for number in range(self.count):
            leaves = self.random.random() < LEAVING
            tool = "slow" if leaves else self.random.choice(["fine", "fine", "fine", "stream", "forbidden"])
            if self.session:
                connection.start("/scripted", legacy_call(tool, {}, number), self.session.headers)
            else:
                connection.start("/scripted", call(tool, {}, number), modern(self.token, "tools/call", tool))
            if leaves:
                connection.close()
                connection = Connection(self.port)
                self.left += 1
                continue
            reply = connection.reply()
            assert reply.status == 200 and reply.answer["id"] == number, (reply.status, reply.body[:200])
            self.answered += 1
        connection.close()


def play(louver, identity, count: int, seed: int) -> tuple[int, int]:
    """Makes `count` calls, half on each wire; answers how many were answered and how many were left."""
    wires = ["stateless", "session"] * (CALLERS // 2)
    callers = [Caller(louver.port, identity.token(f"person-{number}"), wire, count // CALLERS, seed + number) for number, wire in enumerate(wires)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
        if caller.fault:
            raise caller.fault
    return sum(caller.answered for caller in callers), sum(caller.left for caller in callers)


def settle(louver) -> None:
    wait_until(lambda: louver.metric("louver_active_exchanges") == 0, 10)
    wait_until(lambda: louver.metric("louver_client_connections") == 0, 10)
    wait_until(lambda: louver.metric("louver_upstream_connections") == 0, 10)


def at_rest(louver) -> int:
    """The descriptors held when nothing is under way: the connection that a look at the metrics takes may still be closing."""
    counts = []
    for _ in range(10):
        time.sleep(0.05)
        counts.append(louver.descriptors)
    return min(counts)


def test_soak(front, serve, identity):
    louver = front(serve({"fine": fine, "slow": slow, "stream": stream}), workers=2, orphan_timeout="1s", idle_timeout="1s")
    play(louver, identity, 1000, 0)
    settle(louver)
    descriptors = at_rest(louver)
    answered, left = play(louver, identity, HALF, 100)
    settle(louver)
    middle = louver.resident_bytes
    again, left_again = play(louver, identity, HALF, 200)
    settle(louver)
    assert answered + left == again + left_again == HALF and left > 0
    assert at_rest(louver) <= descriptors
    louver.expect(0, "louver_orphans")
    assert louver.resident_bytes <= middle + MB, f"grew from {middle / MB:.2f} to {louver.resident_bytes / MB:.2f} MB"
