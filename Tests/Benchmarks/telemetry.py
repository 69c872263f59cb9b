#!/usr/bin/env python3
"""What it costs to see what Louver does, measured in one run on one machine.

    telemetry.py [--seconds 4] [--rounds 3]

- CPU per request with metrics alone, and with access log, audit log (chained) and both: the share that each adds.
- A scrape of /metrics, in requests' CPU.
- The time /metrics takes, 99 of 100 times, while more clients call than Louver can serve.
- CPU at rest.

One worker; an nginx answers as the upstream. Each figure is the median over rounds; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import bench
from bench import FOLDER, Side, start, used
from louver import Program


def variant(port: int, access: bool, audit: bool) -> Program:
    """The Louver of the benchmark with these logs."""
    program = bench.louver(port, None)
    folder = program.configuration.parent
    text = program.configuration.read_text()
    text = "\n".join(line for line in text.splitlines() if not line.startswith("logs:"))
    text += f"\nlogs: {{ level: warn, access: {folder / 'access.log' if access else 'off'} }}\n"
    text += f"audit: {{ file: {folder / 'audit.log'}, arguments: [dag_id] }}\n" if audit else ""
    program.configuration.write_text(text)
    return program


def scrapes(program: Program, seconds: int, connections: int) -> list[float]:
    """How long /metrics takes while so many connections call without a pause."""
    times: list[float] = []
    stop = threading.Event()

    def scrape() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            program.admin("/metrics")
            times.append(time.perf_counter() - began)
            time.sleep(0.02)

    thread = threading.Thread(target=scrape)
    thread.start()
    script = FOLDER / "load.lua"
    subprocess.run(
        ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-s", str(script), program.url("mcp")], capture_output=True, text=True, check=True
    )
    stop.set()
    thread.join()
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures: dict[str, float] = {}
    with ExitStack() as stack:
        token = bench.make_keys()
        bench.write_load(token)
        command, port = bench.upstream()
        start(stack, "upstream", command)
        variants = {"metrics": (False, False), "access": (True, False), "audit": (False, True), "both": (True, True)}
        costs: dict[str, list[float]] = {name: [] for name in variants}
        scrape_cost, rest, tail = [], [], []
        for _ in range(asked.rounds):
            for name, (access, audit) in variants.items():
                with variant(port, access, audit) as program:
                    side = Side(name, program.url("mcp"), program.process.pid)
                    bench.wait_for(side, token)
                    bench.measure(side, 32, 1)
                    costs[name].append(bench.measure(side, 32, asked.seconds)["cpu"])
                    if name != "both":
                        continue
                    before = used(program.process.pid)
                    for _ in range(200):
                        program.admin("/metrics")
                    scrape_cost.append((used(program.process.pid) - before) / 200 / bench.TICKS * 1e6 / costs[name][-1])
                    times = sorted(scrapes(program, asked.seconds, 320))
                    tail.append(times[int(len(times) * 0.99)] * 1e3)
                    time.sleep(2)
                    before, began = used(program.process.pid), time.monotonic()
                    time.sleep(10)
                    rest.append((used(program.process.pid) - before) / bench.TICKS / (time.monotonic() - began) * 100)
        for name in ("access", "audit", "both"):
            figures[f"{name}_adds_percent"] = statistics.median(100 * (a / b - 1) for a, b in zip(costs[name], costs["metrics"]))
        figures["cpu_us_metrics_only"] = statistics.median(costs["metrics"])
        figures["scrape_in_requests"] = statistics.median(scrape_cost)
        figures["metrics_p99_ms_at_320_connections"] = statistics.median(tail)
        figures["idle_cpu_percent"] = statistics.median(rest)
    for name, value in figures.items():
        print(f"{name:40} {value:10.2f}")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
