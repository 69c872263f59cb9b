"""`louver redact` where files, terminals and readers are not what one hopes for."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import planted
import pytest
from louver import BINARY
from test_redact import LINE, command

MB = 1024 * 1024


def test_a_file_that_cannot_be_read_does_not_keep_the_others_back(tmp_path):
    good, empty = tmp_path / "good.log", tmp_path / "empty.log"
    good.write_bytes(b"password=hunter2horse\n")
    empty.touch()
    done = subprocess.run(command(str(tmp_path), str(empty), str(tmp_path / "none"), str(good), "-"), input=b"-\n", capture_output=True)
    assert done.returncode == 1
    assert done.stdout.startswith(b"password=REDACTED_password_") and done.stdout.endswith(b"\n-\n")
    said = done.stderr.decode().splitlines()
    assert ["is a directory" in said[0], "no such file" in said[1], len(said)] == [True, True, 2]


def test_a_full_disk_is_told_and_a_reader_that_leaves_is_not(tmp_path):
    log = tmp_path / "task.log"
    log.write_bytes(LINE * 20_000)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command(str(log)), stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"cannot be written: no space left" in done.stderr
    with subprocess.Popen(command(str(log)), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as louver:
        louver.stdout.read(10)
        louver.stdout.close()
        assert louver.wait(60) == 1 and louver.stderr.read() == b""


def test_a_file_is_not_read_that_is_written_to(tmp_path):
    log, other = tmp_path / "task.log", tmp_path / "other.log"
    line = b"password=hunter2horse\n"
    log.write_bytes(line * 100)
    other.write_bytes(b"behind\n")
    with open(log, "ab") as out:
        done = subprocess.run(command(str(log), str(other)), stdout=out, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1 and b"is what is written to, too" in done.stderr
    assert log.read_bytes() == line * 100 + b"behind\n"
    with open(log, "ab") as out:
        done = subprocess.run(command("--explain", str(log)), stdout=subprocess.PIPE, stderr=out, timeout=60)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 100


def test_a_variable_that_is_not_set_is_told(tmp_path):
    done = subprocess.run(command("--known-env", "LOUVER_NO_SUCH"), input=b"x\n", capture_output=True)
    assert done.returncode == 2 and done.stdout == b"" and b"`LOUVER_NO_SUCH` is not set" in done.stderr
    done = subprocess.run(command("--known-env", "LOUVER_NO_SUCH_*"), input=b"x\n", capture_output=True)
    assert done.returncode == 0 and done.stdout == b"x\n" and done.stderr.startswith(b"warning: no environment variable begins like")
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    done = subprocess.run([str(BINARY), "redact", "enroll", "--tenant-key", str(key), "--env", "LOUVER_NO_SUCH"], capture_output=True)
    assert done.returncode == 2 and done.stdout == b""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_text_stays_readable(encoding):
    text = "password=hunter2horse\nZeile zwei, größer\n" * 2
    done = subprocess.run(command(), input=text.encode(encoding), capture_output=True)
    clean = done.stdout.decode(encoding)
    assert clean.count("REDACTED_") == 2 and "größer" in clean and clean.endswith("\n")
    again = subprocess.run(command(), input=done.stdout, capture_output=True)
    assert again.stdout == done.stdout


class Screen:
    """A terminal on standard error; standard output is read as slowly as a test wants."""

    def __init__(self, words: list[str], columns: int = 100, **environment: str) -> None:
        self.end, error = pty.openpty()
        fcntl.ioctl(error, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.louver = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=error, env={**os.environ, **environment})
        os.close(error)
        self.shown = b""
        self.output = b""

    def look(self, seconds: float = 0) -> bool:
        """Reads what is shown; false when the program is gone."""
        while select.select([self.end], [], [], seconds)[0]:
            try:
                piece = os.read(self.end, 65536)
            except OSError:
                return False
            if not piece:
                return False
            self.shown += piece
            seconds = 0
        return True

    def until(self, word: bytes, limit: float = 120) -> None:
        end = time.monotonic() + limit
        while word not in self.shown:
            assert time.monotonic() < end, self.shown
            self.output += os.read(self.louver.stdout.fileno(), 65536)
            self.look(0.05)

    def finish(self) -> int:
        while self.look(0.01):
            self.output += os.read(self.louver.stdout.fileno(), MB) if self.louver.poll() is None else b""
        self.output += self.louver.stdout.read()
        os.close(self.end)
        return self.louver.wait(60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_bar_behind(tmp_path, number):
    log = tmp_path / f"{'a-long-name-' * 12}\x1b[31m.log"
    log.write_bytes((LINE + b"password=hunter2horse\n") * 140_000)
    screen = Screen([str(log)], columns=60)
    screen.until(b" %  ")
    os.kill(screen.louver.pid, number)
    assert screen.finish() == -number, "as a shell tells: 128 and the signal"
    bars = [bar.removeprefix(b"\x1b[K") for bar in screen.shown.split(b"\r")[1:]]
    assert bars[-1] == b"", screen.shown[-200:]
    assert all(len(bar.decode()) < 60 and b"\x1b" not in bar and b"?[31m.log" in bar for bar in bars if bar), bars
    assert b"hunter2" not in screen.output and screen.output.startswith(LINE + b"password=REDACTED_password_")


def test_no_bar_where_a_line_cannot_be_drawn_over(tmp_path):
    log = tmp_path / "task.log"
    log.write_bytes(LINE * 150_000)
    screen = Screen([str(log)], TERM="dumb")
    assert screen.finish() == 0
    assert screen.shown.replace(b"\r", b"") == b"0 values replaced\n" and screen.output == LINE * 150_000


@pytest.mark.parametrize("text", ["Task finished.", "Is it done?", "Result:", "Stop!", "one, two, ", "and a line\n"])
def test_a_sentence_in_a_pipe_waits_for_nothing(text):
    with subprocess.Popen(command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as louver:
        louver.stdin.write(text.encode())
        louver.stdin.flush()
        got = b""
        while got != text.encode():
            assert select.select([louver.stdout], [], [], 60)[0], got
            got += os.read(louver.stdout.fileno(), 4096)
        louver.stdin.write(b" and on")
        louver.stdin.close()
        assert louver.stdout.read() == b" and on" and louver.wait(60) == 0


def test_odd_lines_among_json_lines():
    record = json.dumps({"password": "plainword"}).encode()
    kept = [b"", b"  ", b"12", b"null", b'"words"']
    lines = [b"\xef\xbb\xbf" + record, record + b"\r", *kept, record + b" " + record, b"[" * 100_000 + record, b'{"a":"\\ud800"}', b'{"a":"\xff"}', record]
    done = subprocess.run(command("--ndjson", "--json"), input=b"\n".join(lines), capture_output=True, check=True)
    out = done.stdout.split(b"\n")
    assert len(out) == len(lines) and b"plainword" not in done.stdout
    assert json.loads(out[0].decode("utf-8-sig"))["password"].startswith("REDACTED_password_") and out[0][:3] == b"\xef\xbb\xbf"
    assert out[1].endswith(b"\r") and out[2 : 2 + len(kept)] == kept
    assert json.loads(out[-3]) == json.loads(out[-2]) == {"a": "\ufffd"}
    assert json.loads(done.stderr)["not_json"] == 2
    end = subprocess.run(command("--ndjson"), input=record + b"\n\xef\xbb\xbf" + record, capture_output=True, check=True).stdout
    assert b"plainword" not in end.split(b"\n")[0], "a mark is one at the beginning only"


def enroll(tmp_path: Path) -> tuple[Path, Path]:
    key, hashes = tmp_path / "tenant.key", tmp_path / "enrolled.txt"
    key.write_bytes(os.urandom(32))
    key.chmod(0o600)
    # Whoever could read what stood there before cannot read this.
    hashes.write_text("old")
    hashes.chmod(0o644)
    words = [str(BINARY), "redact", "enroll", "--tenant-key", str(key), "-o", str(hashes)]
    subprocess.run(words, input=f"{planted.API_KEY}\n", text=True, check=True, capture_output=True)
    assert hashes.stat().st_mode & 0o777 == 0o600
    return key, hashes


def test_enrolled_hashes_are_kept_like_secrets(tmp_path):
    key, hashes = enroll(tmp_path)
    words = command("--tenant-key", str(key), "--enrolled", str(hashes))
    done = subprocess.run(words, input=planted.API_KEY, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("REDACTED_")
    for mode in (0o644, 0o660, 0o602, 0o620):
        hashes.chmod(mode)
        done = subprocess.run(words, input="x", capture_output=True, text=True)
        assert done.returncode == 2 and done.stdout == "" and f"(mode {mode:o})" in done.stderr and "chmod 600" in done.stderr, mode
    if os.geteuid() == 0:
        hashes.chmod(0o600)
        os.chown(hashes, 65534, 65534)
        done = subprocess.run(words, input="x", capture_output=True, text=True)
        assert done.returncode == 2 and "belongs to another user" in done.stderr


def test_hashes_can_go_into_a_pipe(tmp_path):
    key, _ = enroll(tmp_path)
    words = [str(BINARY), "redact", "enroll", "--tenant-key", str(key), "-o", "/dev/stdout"]
    done = subprocess.run(words, input=f"{planted.API_KEY}\n", capture_output=True, text=True, check=True)
    assert done.stdout.startswith("louver-enrolled 3 ")
    words = [str(BINARY), "redact", "enroll", "--tenant-key", str(key), "--env", "LOUVER_NO_SUCH_*"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1 and "no value was found" in done.stderr
