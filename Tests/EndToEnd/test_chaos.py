"""Upstream, store and Louver killed and reloaded under load: no reply is garbled, crossed or lost without an error.

`make chaos` runs it for as long as it is told; in CI a few seconds show that it works.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time

import pytest
from raw import Connection, call, modern
from test_limits import Redis
from upstream import Turn, Upstream

SECONDS = float(os.environ.get("LOUVER_CHAOS", "6"))
CALLERS = 6


def echo(turn: Turn) -> None:
    """Answers with what was asked, so that a crossed reply shows."""
    time.sleep(random.random() * 0.01)
    turn.text("this is for " + turn.arguments["who"])


class Caller(threading.Thread):
    """Calls until it is told to stop, and sorts what came back."""

    def __init__(self, louver, token: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.louver, self.token, self.number, self.stop_event = louver, token, number, stop
        self.right = self.refused = self.broken = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        connection: Connection | None = None
        count = 0
        while not self.stop_event.is_set():
            count += 1
            who = f"{self.number}-{count}"
            try:
                connection = connection or Connection(self.louver.port, 15)
                self.judge(connection.post("/scripted", call("echo", {"who": who}, who), modern(self.token, "tools/call", "echo")), who)
            except TimeoutError:
                self.wrong.append(f"{who}: no answer in 15 s")
                connection = None
            except (OSError, ValueError):
                # The connection broke: an error that the client sees.
                self.broken += 1
                connection = None
                time.sleep(0.02)

    def judge(self, reply, who: str) -> None:
        answer = reply.answer
        if answer.get("id") != who:
            self.wrong.append(f"{who} received the answer of {answer.get('id')}")
        elif reply.status == 200:
            text = answer["result"]["content"][0]["text"]
            self.right += 1
            if text != "this is for " + who:
                self.wrong.append(f"{who}: {text}")
        elif reply.status in (502, 503, 504) and "error" in answer:
            self.refused += 1
        else:
            self.wrong.append(f"{who}: status {reply.status}")


@pytest.mark.timeout(SECONDS * 3 + 120)
def test_chaos(front, identity, tmp_path):
    assert shutil.which("redis-server"), "redis-server is missing; `make setup` installs it"
    redis = Redis(tmp_path)
    redis.start()
    upstream = Upstream({"echo": echo})
    limits = "limits:\n  - { id: wide, per: [principal], rate: 1000000/min, burst: 1000000, when_store_is_down: deny }\n"
    louver = front(upstream, limits=limits, extra=redis.extra, workers=2, timeout="5s")
    stop = threading.Event()
    callers = [Caller(louver, identity.token(f"person-{number}"), number, stop) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    dice = random.Random(7)
    end = time.monotonic() + SECONDS
    done = {"upstream": 0, "store": 0, "reload": 0, "louver": 0}
    try:
        while time.monotonic() < end:
            time.sleep(0.3)
            what = dice.choice(list(done))
            done[what] += 1
            match what:
                case "upstream":
                    port = upstream.port
                    upstream.stop()
                    time.sleep(0.2)
                    upstream = Upstream({"echo": echo}, port=port)
                case "store":
                    redis.kill()
                    time.sleep(0.2)
                    redis.start()
                case "reload":
                    louver.signal(signal.SIGHUP)
                case "louver":
                    louver.process.kill()
                    louver.process.wait()
                    louver.start()
        time.sleep(0.5)
    finally:
        stop.set()
        for caller in callers:
            caller.join(20)
        redis.kill()
        upstream.stop()
    assert [fault for caller in callers for fault in caller.wrong] == []
    right = [caller.right for caller in callers]
    assert min(right) > 0, (right, done)
    print(f"chaos: {sum(right)} right, {sum(c.refused for c in callers)} refused, {sum(c.broken for c in callers)} broken; {done}")
