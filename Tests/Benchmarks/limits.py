#!/usr/bin/env python3
"""What limits in Redis cost beside limits in memory, measured in one run on one machine.

    limits.py [--rounds 5] [--seconds 3] [--connections 32] [--parts busy,alone,keys]

The call and the Louver are those of bench.py; only where the buckets are differs: in memory, in a Redis over TCP, in a Redis behind a unix
socket. CPU is what Louver's process used, Redis not counted. Added latency is the median minus that of the upstream alone. Then calls that
draw from a thousand buckets in turn, and from a million.

Bars, at 32 connections: Redis at most 1.25 times the CPU of memory, and at most 1.5 times its added latency; a million keys cost what a
thousand cost. Exits with 1 where one is missed. The last line is JSON. Latency is told for a single connection too, where a call waits for one whole
trip to Redis: a bare PING there takes about half of what Louver adds in all. All calls of `busy` draw from one bucket, so that those of one
turn of the loop travel to Redis together; those of `thousand` and `million` hardly ever do, and what they cost beside memory is told too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack

import bench
from bench import FOLDER, Side, measure, start, wait_for
from louver import free_port

KEYS = 1_000_000
BARS = {"cpu_redis/memory": 1.25, "cpu_unix/memory": 1.25, "added_p50_redis/memory": 1.5, "added_p50_unix/memory": 1.5}
BARS |= {"cpu_million/thousand": 1.1, "cpu_memory_million/thousand": 1.1}
SPREAD = "id: spread, per: [principal, dag], rate: 1000/h, burst: 1000000, when_store_is_down: deny"


def redis(open_until_the_end: ExitStack, name: str, *more: str) -> int:
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(FOLDER), *more]
    start(open_until_the_end, name, command)
    time.sleep(0.5)
    return port


def fill(port: int) -> None:
    """Puts a million buckets into Redis, named as Louver names them, that last as long as the run."""
    script = (
        "for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do local h = string.format('%016x', i) "
        "redis.call('SET', 'louver:{' .. h .. '}:' .. h .. ':' .. h, struct.pack('<dd', 1, 1), 'PX', 3600000) end"
    )
    for first in range(0, KEYS, 50_000):
        command = [shutil.which("redis-cli") or "redis-cli", "-p", str(port), "EVAL", script, "0", str(first), str(first + 49_999)]
        subprocess.run(command, check=True, capture_output=True)


def spread_load(file: str, count: int) -> None:
    """Every call names another DAG of so many; the upstream's answer is the same."""
    text = (FOLDER / "load.lua").read_text()
    body = bench.request()
    head, tail = body.split("analytics_daily_sales")
    lines = [
        f"local head, tail, at = [==[{head}]==], [==[{tail}]==], 0",
        f"request = function() at = (at + 7919) % {count}; return wrk.format(nil, nil, nil, head .. string.format('analytics_%07d', at) .. tail) end",
    ]
    (FOLDER / file).write_text(text + "\n".join(lines) + "\n")


def with_load(file: str, side: Side, connections: int, seconds: float) -> dict[str, float]:
    """A round under another load than the usual one."""
    usual = (FOLDER / "load.lua").read_text()
    try:
        (FOLDER / "load.lua").write_text((FOLDER / file).read_text())
        return measure(side, connections, seconds)
    finally:
        (FOLDER / "load.lua").write_text(usual)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--parts", default="busy,alone,keys")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    token = bench.make_keys()
    bench.write_load(token)
    spread_load("thousand.lua", 1_000)
    spread_load("million.lua", KEYS)
    with ExitStack() as stack:
        command, port = bench.upstream()
        start(stack, "upstream", command)
        tcp = redis(stack, "redis")
        socket = FOLDER / "redis.sock"
        redis(stack, "redis-unix", "--unixsocket", str(socket))
        full = redis(stack, "redis-full")
        if "keys" in options.parts:
            fill(full)
        sides: dict[str, Side] = {"direct": Side("direct", f"http://127.0.0.1:{port}/mcp", 0)}
        stores = {"memory": (None, bench.WIDE), "redis": (tcp, bench.WIDE), "unix": (f"unix:{socket}", bench.WIDE)}
        stores |= {"thousand": (tcp, SPREAD), "million": (full, SPREAD), "memory-thousand": (None, SPREAD), "memory-million": (None, SPREAD)}
        for name, (store, limit) in stores.items():
            program = stack.enter_context(bench.louver(port, store, name, limit))
            sides[name] = Side(name, program.url("mcp"), program.process.pid)
        for side in sides.values():
            wait_for(side, token)

        def rounds(names: list[str], connections: int, load: dict[str, str]) -> dict[str, list[dict[str, float]]]:
            seen: dict[str, list[dict[str, float]]] = {name: [] for name in names}
            for number in range(options.rounds + 1):
                for name in names:
                    found = with_load(load.get(name, "load.lua"), sides[name], connections, options.seconds if number else 1)
                    if number:
                        seen[name].append(found)
            print(f"\n{connections} connections, {options.rounds} rounds of {options.seconds} s, medians")
            print(f"{'':15}{'cpu us/req':>11}{'req/s':>9}{'p50 us':>9}{'p99 us':>9}{'errors':>8}")
            for name, found in seen.items():
                median = {what: statistics.median(one[what] for one in found) for what in ("cpu", "rate", "p50", "p99")}
                errors = sum(one["errors"] for one in found)
                print(f"{name:15}{median['cpu']:11.2f}{median['rate']:9.0f}{median['p50']:9.0f}{median['p99']:9.0f}{errors:8.0f}", flush=True)
            return seen

        def ratio(seen: dict[str, list[dict[str, float]]], one: str, other: str) -> float:
            return round(statistics.median(a["cpu"] / max(b["cpu"], 0.01) for a, b in zip(seen[one], seen[other])), 3)

        told: dict[str, dict[str, list[dict[str, float]]]] = {}
        for part in options.parts.split(","):
            match part:
                case "busy":
                    told[part] = rounds(["direct", "memory", "redis", "unix"], options.connections, {})
                case "alone":
                    told[part] = rounds(["direct", "memory", "redis", "unix"], 1, {})
                case "keys":
                    names = ["thousand", "million", "memory-thousand", "memory-million"]
                    told[part] = rounds(names, options.connections, {name: name.removeprefix("memory-") + ".lua" for name in names})
                case _:
                    raise SystemExit(f"limits: there is no part {part}")

    def added(seen: dict[str, list[dict[str, float]]], name: str) -> float:
        """How many times the median latency that memory adds to the upstream's own."""
        p50 = {name: statistics.median(one["p50"] for one in found) for name, found in seen.items()}
        return round((p50[name] - p50["direct"]) / max(p50["memory"] - p50["direct"], 1), 3)

    figures: dict[str, float] = {}
    if busy := told.get("busy"):
        figures |= {f"cpu_{name}/memory": ratio(busy, name, "memory") for name in ("redis", "unix")}
        figures |= {f"added_p50_{name}/memory": added(busy, name) for name in ("redis", "unix")}
    if alone := told.get("alone"):
        figures |= {f"added_p50_{name}/memory, alone": added(alone, name) for name in ("redis", "unix")}
    if keys := told.get("keys"):
        p50 = {name: statistics.median(one["p50"] for one in found) for name, found in keys.items()}
        figures["p50_million/memory-million"] = round(p50["million"] / max(p50["memory-million"], 1), 3)
        figures["cpu_million/memory-million"] = ratio(keys, "million", "memory-million")
        figures["cpu_million/thousand"] = ratio(keys, "million", "thousand")
        figures["cpu_memory_million/thousand"] = ratio(keys, "memory-million", "memory-thousand")
    errors = sum(one["errors"] for seen in told.values() for found in seen.values() for one in found)
    missed = [f"{name} is {figures[name]}, not at most {bar}" for name, bar in BARS.items() if figures.get(name, 0) > bar]
    for line in missed:
        print(f"missed: {line}")
    print(json.dumps({**figures, "errors": errors}))
    return 1 if missed or errors else 0


if __name__ == "__main__":
    sys.exit(main())
