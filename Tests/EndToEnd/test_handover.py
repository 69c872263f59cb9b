"""Reloads and handovers under load: nobody is refused, no exchange fails, none is held up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from louver import PLENTY, Louver
from raw import Connection, ask, call, modern, wait_until
from servers import policy
from upstream import Turn

RELOADS = int(os.environ.get("LOUVER_RELOADS", 10))
HANDOVERS = int(os.environ.get("LOUVER_HANDOVERS", 3))


def fine(turn: Turn) -> None:
    turn.text("fine")


class Load:
    """Clients that call without a pause, some on connections they keep, some on a new one for each call."""

    def __init__(self, louver, token: str, keeping: int = 3, fresh: int = 2) -> None:
        self.louver, self.token = louver, token
        self.failures: list[str] = []
        self.times: list[float] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number < keeping,)) for number in range(keeping + fresh)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, keeps: bool) -> None:
        connection = None
        headers = modern(self.token, "tools/call", "fine")
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                connection = connection or Connection(self.louver.port)
                reply = connection.post("/scripted", call("fine", {}), headers)
                self.times.append(time.monotonic() - began)
                if reply.status != 200 or reply.answer["result"]["content"][0]["text"] != "fine":
                    self.failures.append(f"{reply.status} {reply.body[:200]!r}")
                if not keeps or reply.headers.get("connection") == "close":
                    connection.close()
                    connection = None
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is what the test looks for
                self.failures.append(repr(failure))
                connection = None


def processes(louver) -> list[int]:
    """The processes that run with its configuration."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if str(louver.configuration).encode() in command:
                found.append(int(folder.name))
    return found


@pytest.fixture
def handing_over(serve, identity):
    """A Louver whose successors end with the test."""
    started = []

    def make(extra: str = PLENTY, workers: int = 2) -> Louver:
        upstream = serve({"fine": fine, "slow": lambda turn: (time.sleep(1), turn.text("slowly fine"))})
        louver = Louver({"scripted": {"url": upstream.url, "wire": "both"}}, policy(["fine", "slow"]), identity, extra=extra, workers=workers)
        started.append(louver)
        return louver.start()

    yield make
    for louver in started:
        for process in processes(louver):
            os.kill(process, signal.SIGTERM)
        wait_until(lambda louver=louver: not processes(louver), seconds=20)
        louver.forget()


def hand_over(louver) -> int:
    """Has it hand over, waits until its successor serves alone, and answers who that is."""
    (old,) = processes(louver)
    os.kill(old, signal.SIGUSR2)

    def is_alone() -> bool:
        if louver.process.pid == old:
            louver.process.poll()
        return len(now := processes(louver)) == 1 and now[0] != old

    wait_until(is_alone, seconds=30)
    return processes(louver)[0]


def test_a_handover_refuses_nobody(handing_over, identity):
    louver = handing_over()
    with Load(louver, identity.token()) as load:
        seen = {louver.process.pid}
        for _ in range(HANDOVERS):
            seen.add(hand_over(louver))
            time.sleep(0.2)
    assert load.failures == [] and len(load.times) > 20 * HANDOVERS
    assert len(seen) == HANDOVERS + 1
    assert louver.process.poll() == 0, "the first one ended in order"
    assert json.loads(louver.admin("/readyz"))["status"] == "ready"


def test_a_running_call_ends_where_it_began(handing_over, identity):
    louver = handing_over(workers=1)
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("slow", {}), modern(identity.token(), "tools/call", "slow"))
        wait_until(lambda: louver.metric("louver_active_exchanges") == 1)
        os.kill(louver.process.pid, signal.SIGUSR2)
        wait_until(lambda: len(processes(louver)) == 2)
        reply = connection.reply()
        assert reply.answer["result"]["content"][0]["text"] == "slowly fine"
    assert louver.process.wait(20) == 0
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200


def test_a_successor_that_cannot_start_changes_nothing(handing_over, identity):
    louver = handing_over()
    good = louver.configuration.read_text()
    louver.configuration.write_text(good.replace("version: 1", "version: 1\nwatch_files: false") + "nonsense: 1\n")
    os.kill(louver.process.pid, signal.SIGUSR2)
    wait_until(lambda: louver.metric("louver_handovers_failed_total") == 1, seconds=10)
    assert louver.is_running and ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    louver.configuration.write_text(good)
    assert hand_over(louver) != louver.process.pid
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200


def test_the_audit_chain_holds_over_a_handover(handing_over, identity):
    louver = handing_over(extra=PLENTY + "audit: { file: audit.log }\n")
    with Load(louver, identity.token()) as load:
        hand_over(louver)
        time.sleep(0.2)
    assert load.failures == []
    for process in processes(louver):
        os.kill(process, signal.SIGTERM)
    wait_until(lambda: not processes(louver), seconds=20)
    from louver import BINARY

    done = subprocess.run([str(BINARY), "audit", "verify", str(louver.folder / "audit.log")], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and f"{len(load.times)} decisions" in done.stdout and "2 runs" in done.stdout, done.stdout + done.stderr


def test_reloads_hold_up_no_exchange(front, serve, identity):
    louver = front(serve({"fine": fine}), workers=2)
    with Load(louver, identity.token(), keeping=2, fresh=1) as load:
        for number in range(RELOADS):
            (louver.folder / "policy.yaml").write_text(policy(["fine", f"tool_{number}"]))
            louver.signal(signal.SIGHUP)
            wait_until(lambda number=number: louver.metric("louver_reloads_total", outcome="applied") >= number + 1)
    assert load.failures == [] and len(load.times) > RELOADS
    assert louver.metric("louver_reloads_total", outcome="refused") == 0


# A changed file -----------------------------------------------------------------------------------------------------------------------


def is_allowed(louver, token: str, tool: str) -> bool:
    return not ask(louver.port, "/scripted", token, tool).answer["result"].get("isError")


def test_a_changed_file_takes_effect_by_itself(front, serve, identity):
    louver = front(serve({"fine": fine, "also": fine}), tools=["fine"])
    token = identity.token()
    assert not is_allowed(louver, token, "also")
    (louver.folder / "policy.yaml").write_text(policy(["fine", "also"]))
    wait_until(lambda: is_allowed(louver, token, "also"), seconds=10)
    # A faulty one changes nothing, once; a file put in its place by a rename is noticed too.
    (louver.folder / "policy.yaml").write_text("version: 1\nbroken: true\n")
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="refused") == 1, seconds=10)
    assert is_allowed(louver, token, "also")
    time.sleep(2.5)
    assert louver.metric("louver_reloads_total", outcome="refused") == 1, "it is told once, not each second"
    (louver.folder / "fresh.yaml").write_text(policy(["fine"]))
    (louver.folder / "fresh.yaml").rename(louver.folder / "policy.yaml")
    wait_until(lambda: not is_allowed(louver, token, "also"), seconds=10)


def test_files_are_left_alone_where_the_operator_wants_it(front, serve, identity):
    louver = front(serve({"fine": fine, "also": fine}), tools=["fine"], extra=PLENTY + "watch_files: false\n")
    (louver.folder / "policy.yaml").write_text(policy(["fine", "also"]))
    time.sleep(3.5)
    assert not is_allowed(louver, identity.token(), "also")
    assert louver.metric("louver_reloads_total", outcome="applied") == 0
