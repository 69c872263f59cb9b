#!/usr/bin/env python3
"""What a flood of one caller costs the others at an upstream that takes only four calls at once, measured in one run.

    fairness.py [--calls 20] [--rounds 3]

Nine callers have one call in flight each, first by themselves, then beside a tenth who has fifty. Every call takes the upstream the same
time, so what differs is how long it waited for its place. Bar: the nine's p95 is at most 2.5 times what it is without the flood; exits with
1 where it is more. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import threading
import time
from pathlib import Path

END_TO_END = Path(__file__).resolve().parents[1] / "EndToEnd"
sys.path[:0] = [str(END_TO_END), str(END_TO_END / "stack")]

from louver import PLENTY, Identity, Louver
from raw import Connection, call, modern
from servers import LAX, policy
from upstream import Turn, Upstream

CAP, FLOOD, OTHERS, SECONDS = 4, 50, 9, 0.1
BAR = 2.5


def slow(turn: Turn) -> None:
    time.sleep(SECONDS)
    turn.text("done")


def p95(times: list[float]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


def nine(louver: Louver, identity: Identity, calls: int) -> list[float]:
    """How long each call of the nine took."""
    times: list[float] = []

    def person(number: int) -> None:
        token = identity.token(f"person-{number}")
        with Connection(louver.port, 60) as connection:
            for _ in range(calls):
                began = time.monotonic()
                assert connection.post("/scripted", call("slow", {}), modern(token, "tools/call", "slow")).status == 200
                times.append(time.monotonic() - began)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(OTHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == OTHERS * calls
    return times


def flooded(louver: Louver, identity: Identity, calls: int) -> list[float]:
    """The same beside somebody who has fifty calls in flight all the time."""
    stop = threading.Event()
    token = identity.token("flood")

    def one() -> None:
        with Connection(louver.port, 60) as connection:
            while not stop.is_set():
                assert connection.post("/scripted", call("slow", {}), modern(token, "tools/call", "slow")).status == 200

    threads = [threading.Thread(target=one, daemon=True) for _ in range(FLOOD)]
    for thread in threads:
        thread.start()
    while louver.metric("louver_upstream_waiting") < FLOOD - CAP:
        time.sleep(0.01)
    try:
        return nine(louver, identity, calls)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    identity = Identity()
    with Upstream({"slow": slow}) as upstream:
        settings = {"scripted": {"url": upstream.url, "wire": "both", "concurrent_calls": CAP, "queue_timeout": "60s"}}
        with Louver(settings, policy(["slow"], more=LAX), identity, extra=PLENTY, workers=2) as louver:
            alone, beside = [], []
            for number in range(options.rounds):
                alone.append(p95(nine(louver, identity, options.calls)))
                beside.append(p95(flooded(louver, identity, options.calls)))
                print(f"round {number + 1}: p95 of the nine {alone[-1] * 1e3:.0f} ms alone, {beside[-1] * 1e3:.0f} ms beside {FLOOD} calls", flush=True)
    ratio = round(statistics.median(b / a for a, b in zip(alone, beside)), 3)
    print(json.dumps({"p95_flooded/alone": ratio, "bar": BAR}))
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
