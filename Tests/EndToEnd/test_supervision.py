"""What a supervisor sees and gives: notifications, the watchdog, sockets that it opened; and what the process denies itself."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest
from louver import BINARY, CHECKOUT, Louver, free_port
from raw import Connection, ask, call, modern, wait_until
from servers import policy
from upstream import Turn

UNIT = CHECKOUT / "Deploy" / "systemd" / "louver.service"


class Supervisor:
    """The socket that systemd would have opened for notifications."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))

    def next(self, seconds: float = 10) -> dict[str, str]:
        self.socket.settimeout(seconds)
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def until(self, key: str, seconds: float = 10) -> dict[str, str]:
        """The next message that holds `key`; signs of life in between are passed over."""
        while key not in (message := self.next(seconds)):
            assert set(message) == {"WATCHDOG"}, message
        return message

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes for so long, what has come already aside."""
        with contextlib.suppress(BlockingIOError):
            self.socket.setblocking(False)
            while self.socket.recv(4096):
                pass
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(4096)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(tmp_path)
    yield made
    made.socket.close()


def make(upstream, identity, environment=None, extra: str = "", workers: int = 2) -> Louver:
    rules = policy(["fine", "slow"])
    return Louver({"scripted": {"url": upstream.url, "wire": "both"}}, rules, identity, environment=environment, extra=extra, workers=workers)


def fine(turn: Turn) -> None:
    turn.text("fine")


# Notifications ---------------------------------------------------------------------------------------------------------------------


def test_ready_reloading_and_stopping_are_told(serve, identity, supervisor):
    louver = make(serve({"fine": fine}), identity, {"NOTIFY_SOCKET": str(supervisor.path)})
    with louver:
        assert supervisor.next()["READY"] == "1"
        assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200, "ready means that calls are served"
        louver.signal(signal.SIGHUP)
        assert (reloading := supervisor.next())["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) > 0
        assert supervisor.next()["READY"] == "1"
        louver.configuration.write_text(louver.configuration.read_text() + "\nno_such_key: 1\n")
        louver.signal(signal.SIGHUP)
        assert supervisor.next()["RELOADING"] == "1"
        assert supervisor.next()["READY"] == "1"
        assert "refused" in supervisor.next()["STATUS"]
        assert louver.stop() == 0
        told = supervisor.next()
        assert told["STOPPING"] == "1" and int(told["EXTEND_TIMEOUT_USEC"]) >= 30_000_000, "a drain is not taken for a hang"


def test_nothing_is_told_before_the_start_succeeded(serve, identity, supervisor, tmp_path):
    louver = make(serve({"fine": fine}), identity)
    louver.configuration.write_text("version: 1\n")
    done = subprocess.run([str(BINARY), "run", "--config", str(louver.configuration)], env={**os.environ, "NOTIFY_SOCKET": str(supervisor.path)}, capture_output=True)
    assert done.returncode == 2
    assert supervisor.is_silent(0.1)
    louver.forget()


def test_a_supervisor_that_cannot_be_reached_is_told_of_and_changes_nothing(serve, identity):
    louver = make(serve({"fine": fine}), identity, {"NOTIFY_SOCKET": "vsock:2:1"})
    with louver:
        wait_until(lambda: "supervisor_unreachable" in louver.log_file.read_text())
        assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200


def test_the_watchdog_is_fed_while_the_process_turns(serve, identity, supervisor):
    louver = make(serve({"fine": fine}), identity, {"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "600000"})
    with louver:
        supervisor.until("READY")
        for _ in range(4):
            assert supervisor.next(5) == {"WATCHDOG": "1"}
        louver.signal(signal.SIGSTOP)
        try:
            assert supervisor.is_silent(1)
        finally:
            louver.signal(signal.SIGCONT)
        assert supervisor.next(5) == {"WATCHDOG": "1"}


def test_the_watchdog_is_fed_through_a_long_drain(serve, identity, supervisor):
    louver = make(
        serve({"slow": lambda turn: turn.until_closed(20)}),
        identity,
        {"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "300000"},
        extra="limits: { drain_timeout: 2s }\n",
    )
    with louver, Connection(louver.port) as connection:
        supervisor.until("READY")
        connection.start("/scripted", call("slow", {}), modern(identity.token(), "tools/call", "slow"))
        wait_until(lambda: louver.metric("louver_active_exchanges") == 1)
        louver.signal(signal.SIGTERM)
        supervisor.until("STOPPING")
        for _ in range(5):
            assert supervisor.next(5) == {"WATCHDOG": "1"}
        assert louver.process.wait(10) == 0


# Sockets -------------------------------------------------------------------------------------------------------------------------------


def start_with(louver: Louver, *sockets: socket.socket) -> None:
    """Starts it as systemd does, with sockets from descriptor 3 on, and waits until it is ready."""
    script = f'LISTEN_PID=$$ LISTEN_FDS={len(sockets)} exec "$@"'
    moved = [os.dup2(sock.fileno(), 40 + index) for index, sock in enumerate(sockets)]
    redirect = " ".join(f"{3 + index}<&{number}" for index, number in enumerate(moved))
    command = ["bash", "-c", f"{script} {redirect}", "start", str(BINARY), "run", "--config", str(louver.configuration)]
    with open(louver.log_file, "w") as log, open(louver.access_file, "w") as access:
        louver.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=access, stderr=log, pass_fds=moved, start_new_session=True)
    for number in moved:
        os.close(number)


def ready(louver: Louver) -> bool:
    assert louver.process.poll() is None, louver.log_file.read_text()
    with contextlib.suppress(OSError):
        return json.loads(louver.admin("/readyz"))["status"] == "ready"
    return False


def listening(port: int = 0) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(512)
    return made


def test_it_listens_on_the_sockets_it_is_handed_and_a_restart_refuses_nobody(serve, identity):
    louver = make(serve({"fine": fine}), identity)
    token = identity.token()
    with listening(louver.port) as held, listening(louver.admin_port) as admin:
        for _ in range(2):
            start_with(louver, held, admin)
            wait_until(lambda: ready(louver), 20)
            assert ask(louver.port, "/scripted", token, "fine").status == 200
            louver.signal(signal.SIGTERM)
            assert louver.process.wait(20) == 0
        # Nobody serves now. A client that comes waits in the socket's queue for the next process.
        with Connection(louver.port) as early:
            early.start("/scripted", call("fine", {}), modern(token, "tools/call", "fine"))
            start_with(louver, held, admin)
            assert early.reply().status == 200
        for _ in range(40):
            assert ask(louver.port, "/scripted", token, "fine").status == 200
        assert louver.stop() == 0
    louver.forget()


def test_a_socket_that_the_configuration_does_not_name_fails_the_start(serve, identity):
    louver = make(serve({"fine": fine}), identity)
    with listening() as stranger:
        start_with(louver, stranger)
        assert louver.process.wait(20) == 1
        assert f"127.0.0.1:{stranger.getsockname()[1]}" in louver.log_file.read_text()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        start_with(louver, datagrams)
        assert louver.process.wait(20) == 1
        assert "no listening TCP socket" in louver.log_file.read_text()
    louver.forget()


def test_systemds_own_activation(serve, identity):
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        pytest.skip("LOUD: systemd-socket-activate is not here (Debian package systemd)")
    louver = make(serve({"fine": fine}), identity)
    command = [activate, "-l", f"127.0.0.1:{louver.port}", str(BINARY), "run", "--config", str(louver.configuration)]
    with open(louver.log_file, "w") as log:
        louver.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    wait_until(lambda: "Listening" in louver.log_file.read_text(), 20)
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200, "the first client starts it"
    assert louver.stop() == 0
    louver.forget()


# What the process denies itself ------------------------------------------------------------------------------------------------------------


def deny_prctl() -> None:
    """Makes the kernel refuse prctl(PR_SET_DUMPABLE), as an odd container runtime might: a seccomp filter of eight instructions."""
    number = {"x86_64": 157, "aarch64": 167}[platform.machine()]
    load, equal, answer = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 0),  # the number of the call
        (equal, 0, 3, number),
        (load, 0, 0, 16),  # its first argument
        (equal, 0, 1, 4),  # PR_SET_DUMPABLE
        (answer, 0, 0, 0x00050000 | 1),  # EPERM
        (answer, 0, 0, 0x7FFF0000),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_void_p] * 4
    assert libc.prctl(38, 1, None, None, None) == 0
    assert libc.prctl(22, 2, ctypes.addressof(header), None, None) == 0, ctypes.get_errno()


def test_what_the_process_denies_itself_is_told(serve, identity):
    with make(serve({"fine": fine}), identity, extra="hardening: require\n") as louver:
        wait_until(lambda: "process_hardened" in louver.log_file.read_text())
        status = Path(f"/proc/{louver.process.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        limits = Path(f"/proc/{louver.process.pid}/limits").read_text()
        assert next(line for line in limits.splitlines() if line.startswith("Max core file size")).split()[4:6] == ["0", "0"]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="LOUD: the seccomp filter of this test knows two architectures")
@pytest.mark.parametrize("mode", ["report", "require"])
def test_a_kernel_that_does_not_go_along_is_told_of_or_fails_the_start(serve, identity, mode):
    louver = make(serve({"fine": fine}), identity, extra=f"hardening: {mode}\n")
    with open(louver.log_file, "w") as log:
        louver.process = subprocess.Popen(
            [str(BINARY), "run", "--config", str(louver.configuration)], stdout=subprocess.DEVNULL, stderr=log, preexec_fn=deny_prctl, start_new_session=True
        )
    if mode == "require":
        assert louver.process.wait(20) == 1
        assert "hardening: require" in louver.log_file.read_text() and "undumpable" in louver.log_file.read_text()
    else:
        wait_until(lambda: ready(louver), 20)
        wait_until(lambda: "process_not_hardened" in louver.log_file.read_text())
        events = [json.loads(line) for line in louver.log_file.read_text().splitlines()]
        assert any(event.get("event") == "process_not_hardened" and event.get("refused") == "undumpable" for event in events)
        assert louver.stop() == 0
    louver.forget()


def test_too_few_descriptors_for_the_connections_are_told_of(serve, identity):
    louver = make(serve({"fine": fine}), identity, extra="limits: { connections: 10000 }\n")
    with open(louver.log_file, "w") as log:
        command = ["bash", "-c", 'ulimit -n 512; exec "$@"', "start", str(BINARY), "run", "--config", str(louver.configuration)]
        louver.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
    wait_until(lambda: "descriptors_few" in louver.log_file.read_text(), 20)
    assert louver.stop() == 0
    louver.forget()


# Health, and the unit -------------------------------------------------------------------------------------------------------------------


def health(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(BINARY), "health", *arguments], capture_output=True, text=True, timeout=20)


def test_the_health_verb_asks_the_admin_listener(serve, identity):
    with make(serve({"fine": fine}), identity) as louver:
        done = health("--admin", f"127.0.0.1:{louver.admin_port}")
        assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "ready"), done.stderr
        assert json.loads(health("--live", "--admin", f"0.0.0.0:{louver.admin_port}").stdout) == {"status": "alive"}
        assert health("--admin", f"127.0.0.1:{louver.port}").returncode == 1, "what is no admin listener is not healthy"
    done = health("--admin", f"127.0.0.1:{free_port()}")
    assert done.returncode == 1 and "nothing answers" in done.stderr
    assert health("--admin", "localhost").returncode == 2


def test_a_draining_process_is_not_ready_but_alive(serve, identity):
    louver = make(serve({"slow": lambda turn: turn.until_closed(20)}), identity, extra="limits: { drain_timeout: 2s }\n")
    with louver, Connection(louver.port) as connection:
        connection.start("/scripted", call("slow", {}), modern(identity.token(), "tools/call", "slow"))
        wait_until(lambda: louver.metric("louver_active_exchanges") == 1)
        louver.signal(signal.SIGTERM)
        wait_until(lambda: health("--admin", f"127.0.0.1:{louver.admin_port}").returncode == 1)
        assert health("--live", "--admin", f"127.0.0.1:{louver.admin_port}").returncode == 0
        assert louver.process.wait(10) == 0


def test_silence_at_the_admin_port_is_not_health():
    with listening() as silent:
        began = time.monotonic()
        done = health("--admin", f"127.0.0.1:{silent.getsockname()[1]}")
        assert done.returncode == 1 and time.monotonic() - began < 10
