#!/usr/bin/env python3
"""How fast `louver redact` is beside Kingfisher, and its search for literals beside Hyperscan's; what long texts cost.

    bench.py [--rounds 3]

- A clean log as tasks write it. Louver reads one file; Kingfisher the same log in pieces of 200 KB, of which it takes most, with one job and
  without validating. Processor time of each program: for 120 MB less what it takes for nothing at all, and for 20 MB with its start.
- 200 MB beside 1 MB; one line of a gigabyte; one value of 64 MB.
- The same literals in the same log, by Hyperscan and by CScan, in one program.

Absolute figures drift with the machine: read the ratios. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "Tests/EndToEnd/stack")]

import stack

LOUVER = ROOT / ".build/release/louver"
REPORT = ROOT / ".build/release/redaction-report"
LOG_BYTES = 120_000_000
PIECE_BYTES = 200_000
SHORT_BYTES = 20_000_000


def run(command: list[str]) -> float:
    """Runs a program and answers its processor time in seconds."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    # Kingfisher says by its exit status whether it found anything.
    if child.returncode < 0 or (command[0] == str(LOUVER) and child.returncode):
        raise SystemExit(f"bench: {' '.join(command[:3])} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def best(command: list[str], rounds: int) -> float:
    return min(run(command) for _ in range(rounds))


def feed(log: Path, count: int, *, is_one_line: bool = False) -> tuple[float, int]:
    """Writes that many bytes of the log, over and over, to `louver redact`; seconds until all were taken, and its most memory in KiB."""
    with log.open("rb") as file:
        piece = file.read(1_000_000)
    piece = piece.replace(b"\n", b" ") if is_one_line else piece
    child = subprocess.Popen([str(LOUVER), "redact", "--quiet", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT)
    start = time.monotonic()
    for _ in range(count // len(piece)):
        child.stdin.write(piece)
    child.stdin.flush()
    took = time.monotonic() - start
    # Until it has scrubbed what it read.
    time.sleep(0.3)
    status = Path(f"/proc/{child.pid}/status").read_text()
    child.stdin.close()
    if child.wait():
        raise SystemExit("bench: louver redact did not read to the end")
    return took, int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def kingfisher(folder: Path) -> list[str]:
    program = stack.ENVIRONMENTS / "redaction" / "bin" / "kingfisher"
    return [str(program), "scan", "--no-validate", "--jobs", "1", str(folder)]


def beside_kingfisher(log: Path, folder: Path, rounds: int) -> dict[str, float]:
    stack.install("redaction", "redaction", sys.executable)
    pieces, empty, nothing = folder / "pieces", folder / "empty", folder / "nothing"
    pieces.mkdir()
    empty.mkdir()
    nothing.touch()
    text = log.read_bytes()
    for number, at in enumerate(range(0, len(text), PIECE_BYTES)):
        (pieces / f"{number:05}.log").write_bytes(text[at : at + PIECE_BYTES])
    louver = [str(LOUVER), "redact", "--quiet"]
    # Once before, so that both have their files and rules at hand.
    run(louver + [str(log)]), run(kingfisher(pieces))
    idle, other_idle = best(louver + [str(nothing)], rounds), best(kingfisher(empty), rounds)
    took, other = 1e9, 1e9
    for _ in range(rounds):
        took = min(took, run(louver + [str(log)]))
        other = min(other, run(kingfisher(pieces)))
    # The first 20 MB of it, with all that it takes to start.
    for piece in sorted(pieces.iterdir())[SHORT_BYTES // PIECE_BYTES :]:
        piece.unlink()
    short = folder / "short.log"
    short.write_bytes(text[:SHORT_BYTES])
    whole, other_whole = 1e9, 1e9
    for _ in range(rounds):
        whole = min(whole, run(louver + [str(short)]))
        other_whole = min(other_whole, run(kingfisher(pieces)))
    megabytes = len(text) / 1e6
    return {
        "louver_start_ms": round(idle * 1e3),
        "kingfisher_start_ms": round(other_idle * 1e3),
        "louver_mb_s": round(megabytes / (took - idle)),
        "kingfisher_mb_s": round(megabytes / (other - other_idle)),
        "louver/kingfisher": round((other - other_idle) / (took - idle), 1),
        "louver_20_mb_ms": round(whole * 1e3),
        "kingfisher_20_mb_ms": round(other_whole * 1e3),
        "louver/kingfisher_20_mb_with_start": round(other_whole / whole, 1),
    }


def long_texts(log: Path, folder: Path, rounds: int) -> dict[str, float]:
    louver = [str(LOUVER), "redact", "--quiet"]
    nothing, short, long = folder / "nothing2", folder / "1mb", folder / "200mb"
    nothing.touch()
    with log.open("rb") as file, long.open("wb") as out:
        short.write_bytes(file.read(1_000_000))
        for _ in range(10):
            file.seek(0)
            out.write(file.read(20_000_000))
    idle = best(louver + [str(nothing)], 5)
    # A megabyte takes a millisecond, which is too little to be seen beside the start: a hundred names for it are a hundred files.
    one = best(louver + [str(short)] * 100, rounds) - idle
    took = best(louver + [str(long)], rounds) - idle
    _, least = feed(log, 1_000_000)
    _, most = feed(log, 200_000_000)
    seconds, line = feed(log, 1_000_000_000, is_one_line=True)
    return {
        "1_mb_mb_s": round(100 / one),
        "200_mb_mb_s": round(200 / took),
        "1_mb_kib": least,
        "200_mb_kib": most,
        "line_of_1_gb_kib": line,
        "line_of_1_gb_wall_mb_s": round(1000 / seconds),
    }


def beside_hyperscan(log: Path, folder: Path) -> dict[str, dict]:
    program = folder / "prefix_scan"
    sources = [str(ROOT / "Sources/CScan" / name) for name in ("search.c", "literals.c", "runs.c", "encoded.c", "decode.c")]
    own = str(Path(__file__).parent / "prefix_scan.c")
    subprocess.run(["clang", "-O3", f"-I{ROOT}/Sources/CScan/include", own, *sources, "-lhs", "-o", str(program)], check=True)
    literals = subprocess.run([str(REPORT), "1", "--literals"], capture_output=True, check=True, cwd=ROOT, text=True).stdout.splitlines()
    measured = {}
    for search in ("format", "name"):
        lines = "\n".join(line for line in literals if line.startswith(search + " "))
        told = subprocess.run([str(program), str(log)], input=lines, capture_output=True, check=True, text=True).stdout
        measured[search] = json.loads(told)
    return measured


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "clean.log"
        with log.open("wb") as file:
            subprocess.run([str(REPORT), "1", "--log", str(LOG_BYTES)], stdout=file, check=True, cwd=ROOT)
        figures: dict[str, object] = {}
        print("the same literals by Hyperscan and by CScan ...", flush=True)
        figures["literals"] = beside_hyperscan(log, folder)
        print("long texts ...", flush=True)
        figures["long"] = long_texts(log, folder, rounds)
        print(subprocess.run([str(REPORT), "1", "--reply"], capture_output=True, check=True, cwd=ROOT, text=True).stdout.splitlines()[-1])
        print("Louver and Kingfisher by turns ...", flush=True)
        figures["redact"] = beside_kingfisher(log, folder, rounds)
        print(json.dumps(figures, indent=1))
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
