"""Which system calls a request takes: on the hot path a loop neither wakes another thread nor asks a socket that has nothing to say."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from raw import Connection, call, modern, wait_until
from upstream import Turn

REQUESTS = 10_000
LINE = re.compile(r"^(?:\d+ +)?(?:<\.\.\. )?(\w+)(?:\(| resumed)")


def fine(turn: Turn) -> None:
    turn.text("fine")


def event_descriptors(pid: int) -> set[str]:
    """The descriptors that wake a loop from another thread."""
    return {entry.name for entry in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(entry).startswith("anon_inode:[eventfd")}


def sort_out(trace: Path, wakers: set[str]) -> Counter:
    """Counts calls by name, and by the three kinds that should not be there."""
    seen: Counter = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found or "resumed>" in line:
            continue
        name = found[1]
        seen["all"] += 1
        seen[name] += 1
        if name == "futex":
            seen["wasted: futex"] += 1
        elif name == "write" and (to := re.search(r"write\((\d+),", line)) and to[1] in wakers:
            seen["wasted: eventfd"] += 1
        elif name in ("read", "recvfrom", "recvmsg", "readv") and "EAGAIN" in line:
            seen["wasted: read"] += 1
    return seen


def test_syscalls(front, serve, identity, tmp_path):
    if not os.environ.get("LOUVER_SYSCALLS"):
        pytest.skip("runs with `make syscalls`")
    assert shutil.which("strace"), "strace is missing"
    louver = front(serve({"fine": fine}), workers=1)
    token = identity.token()
    with Connection(louver.port) as connection:

        def ask(count: int) -> None:
            for number in range(count):
                assert connection.post("/scripted", call("fine", {}, number), modern(token, "tools/call", "fine")).status == 200

        ask(100)
        wakers, trace = event_descriptors(louver.process.pid), tmp_path / "trace"
        tracer = subprocess.Popen(["strace", "-f", "-q", "-o", str(trace), "-p", str(louver.process.pid)], stderr=subprocess.DEVNULL)
        wait_until(lambda: trace.exists() and trace.stat().st_size > 0)
        ask(REQUESTS)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
    seen = sort_out(trace, wakers)
    wasted = sum(count for name, count in seen.items() if name.startswith("wasted"))
    print("\n" + "\n".join(f"{name:20} {count / REQUESTS:8.3f} per request" for name, count in seen.most_common()))
    assert seen["all"] >= 2 * REQUESTS, "the trace holds too little to say anything"
    assert wasted <= 0.01 * seen["all"], f"{wasted} of {seen['all']}"
