"""`louver redact` as people use it: pipes of any length in constant memory, and what it says on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import threading
from pathlib import Path

import planted
import pytest
from louver import BINARY, CHECKOUT

MB = 1024 * 1024
LINE = b"[2026-11-20T00:00:00+00:00] {task.py:1157} INFO - loaded partition 18231 of warehouse.sales_daily, 4711 rows in 4.2 s\n"
# A debug build takes a hundred times as long and shows the same.
SIZE = 1024 * MB if "release" in str(BINARY) else 48 * MB
# `make long-line` asks for a gigabyte.
ONE_LINE = int(os.environ.get("LOUVER_LINE_MB", "64" if "release" in str(BINARY) else "8")) * MB


def command(*words: str) -> list[str]:
    return [str(BINARY), "redact", "--policies", str(CHECKOUT / "Policies"), *words]


def peak(pid: int) -> int:
    """The most memory a process had so far; 0 once it has ended."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def watch(pid: int, seen: list[int], has_ended: threading.Event) -> None:
    """Looks at the memory of a process, which never goes down, until it has ended."""
    while not has_ended.wait(0.01):
        seen.append(peak(pid))


def pump(words: list[str], block: bytes, size: int = SIZE) -> tuple[int, int, int]:
    """Feeds that many bytes through a pipe; answers the bytes and placeholders that came back, and the peak of memory."""
    with subprocess.Popen(command(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as louver:
        child = os.fork()
        if child == 0:
            louver.stdout.close()
            for _ in range(size // len(block)):
                louver.stdin.write(block)
            louver.stdin.flush()
            os._exit(0)
        louver.stdin.close()
        seen, has_ended = [peak(louver.pid)], threading.Event()
        watcher = threading.Thread(target=watch, args=(louver.pid, seen, has_ended))
        watcher.start()
        count = placeholders = 0
        tail = b""
        while piece := louver.stdout.read(MB):
            placeholders += (tail + piece).count(b"REDACTED_") - tail.count(b"REDACTED_")
            count += len(piece)
            tail = piece[-8:]
        os.waitpid(child, 0)
        has_ended.set()
        watcher.join()
        assert louver.wait() == 0
    assert max(seen) > MB, "its memory was never seen"
    return count, placeholders, max(seen)


def test_a_pipe_of_a_gigabyte_takes_constant_memory():
    block = LINE * (MB // len(LINE)) + b"using " + planted.GITHUB.encode() + b"\n"
    count, placeholders, most = pump([], block)
    assert placeholders == SIZE // len(block)
    assert abs(count - SIZE) < 64 * (SIZE // len(block)) + len(block)
    assert most <= 40 * MB, f"{most / MB:.1f} MB"


@pytest.mark.parametrize("words", [[], ["--ndjson"]])
@pytest.mark.parametrize(
    ("piece", "found"),
    [
        (LINE.replace(b"\n", b" ") * 64 + b"using " + planted.GITHUB.encode() + b" ", 1),
        (b"aGVsbG8gd29ybGQg" * 4096, 0),
        (b"\\\"" * 32768, 0),
    ],
    ids=["text", "base64", "escapes"],
)
def test_a_line_without_end_takes_constant_memory(words, piece, found):
    block = piece * (MB // len(piece))
    count, placeholders, most = pump(words, block, ONE_LINE)
    # What is too long to be looked at is withheld, and nothing passes unseen.
    assert placeholders >= (ONE_LINE // len(block) * (MB // len(piece)) if found and not words else 0)
    assert count <= ONE_LINE + 64 * max(placeholders, 1)
    assert most <= 40 * MB, f"{most / MB:.1f} MB"


def test_json_lines_stay_json_lines():
    record = {"ts": 1.5, "msg": "using " + planted.GITHUB, "password": "plainword", "rows": [1, None, True]}
    text = "".join(json.dumps(record) + "\n" for _ in range(50)) + "no json\n"
    done = subprocess.run(command("--ndjson", "--json"), input=text, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == "no json"
    for line in lines[:-1]:
        clean = json.loads(line)
        assert clean["rows"] == [1, None, True] and clean["ts"] == 1.5
        assert clean["password"].startswith("REDACTED_password_") and planted.GITHUB not in line
    said = json.loads(done.stderr)
    assert said["replaced"] == 100 and said["not_json"] == 1


def test_a_terminal_is_told_what_was_replaced(tmp_path):
    log = tmp_path / "task.log"
    log.write_bytes(LINE + b"password=hunter2horse\n")
    screen, end = pty.openpty()
    with open(tmp_path / "clean.log", "wb") as clean:
        subprocess.run(command(str(log)), stdout=clean, stderr=end, check=True)
    os.close(end)
    assert os.read(screen, 4096).replace(b"\r", b"") == b"1 value replaced\n  1  password\n"
    os.close(screen)
    assert (tmp_path / "clean.log").read_bytes().startswith(LINE + b"password=REDACTED_password_")


def test_help_teaches():
    page = subprocess.run([str(BINARY), "redact", "--help"], capture_output=True, text=True, check=True).stdout
    for word in ("--ndjson", "--explain", "examples:", "exit status: 0"):
        assert word in page
