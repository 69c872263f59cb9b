"""Real Redis servers for tests: one, one behind a socket, TLS and a login, with sentinels, or a cluster. All end with their test (`conftest.py`)."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

from louver import free_port
from raw import Connection, wait_until

# Every server of this process that was started, whatever became of the test that did.
STARTED: list[subprocess.Popen] = []
LIMITS = "limits: { admission: { rate: 1000000/min, burst: 1000000 } }\n"


def program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"{name} is missing; `make setup` installs it"
    return path


def launch(command: list[str]) -> subprocess.Popen:
    """Starts a server that ends with its test, also where that fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    STARTED.append(process)
    return process


def end_all() -> None:
    """Ends what is left, frozen or not."""
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
        process.wait()


class Server:
    """One redis-server or redis-sentinel on a port of its own."""

    def __init__(self, folder: Path, *arguments: str, port: int | None = None, sentinel: str | None = None) -> None:
        self.port = port or free_port()
        self.folder = folder / f"redis-{self.port}"
        self.folder.mkdir(exist_ok=True)
        self.arguments, self.sentinel = list(arguments), sentinel
        self.process: subprocess.Popen | None = None

    def start(self) -> "Server":
        common = ["--port", str(self.port), "--dir", str(self.folder), "--logfile", str(self.folder / "log")]
        if self.sentinel is not None:
            file = self.folder / "sentinel.conf"
            file.write_text(self.sentinel)
            command = [program("redis-server"), str(file), "--sentinel", *common]
        else:
            command = [program("redis-server"), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *common, *self.arguments]
        self.process = launch(command)
        wait_until(lambda: self.say("PING").startswith(("+PONG", "-NOAUTH")), 10)
        return self

    def say(self, *words: str) -> str:
        """Sends one command and answers what comes back at once, a character for each byte; empty while there is nobody."""
        try:
            with Connection(self.port, 2) as connection:
                connection.send(f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
                return connection.socket.recv(262_144).decode("latin-1")
        except OSError:
            return ""

    def bucket(self, key: str) -> tuple[float, float]:
        """What a bucket holds, in units, and when that was."""
        level, stamp = struct.unpack("<dd", self.say("GET", key).split("\r\n", 1)[1][:16].encode("latin-1"))
        return level, stamp

    @property
    def extra(self) -> str:
        return self.extra_within("100ms")

    def extra_within(self, timeout: str) -> str:
        """What a configuration says to keep limits here, with so much time for an answer."""
        return LIMITS + f'redis: {{ url: "redis://127.0.0.1:{self.port}", timeout: {timeout} }}\n'

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Sentinels:
    """A primary, a replica of it, and three sentinels that watch them."""

    def __init__(self, folder: Path) -> None:
        self.primary = Server(folder).start()
        self.replica = Server(folder, "--replicaof", "127.0.0.1", str(self.primary.port)).start()
        wait_until(lambda: "master_link_status:up" in self.replica.say("INFO", "replication"), 20)
        watch = f"""sentinel monitor main 127.0.0.1 {self.primary.port} 2
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 3000
"""
        self.sentinels = [Server(folder, sentinel=watch).start() for _ in range(3)]
        wait_until(lambda: all(self._knows(sentinel) for sentinel in self.sentinels), 30)

    @staticmethod
    def _knows(sentinel: Server) -> bool:
        said = sentinel.say("SENTINEL", "MASTER", "main")
        return bool(re.search(r"num-slaves\r\n\$\d+\r\n1\r", said)) and bool(re.search(r"num-other-sentinels\r\n\$\d+\r\n2\r", said))

    @property
    def extra(self) -> str:
        nodes = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return LIMITS + f'redis: {{ url: "redis-sentinel://{nodes}/0#main", timeout: 100ms }}\n'

    def stop(self) -> None:
        for server in [*self.sentinels, self.primary, self.replica]:
            server.stop()


class Cluster:
    """Three primaries that share the slots."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [Server(folder, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", port=self._port()).start() for _ in range(3)]
        self.addresses = [f"127.0.0.1:{node.port}" for node in self.nodes]
        subprocess.run([program("redis-cli"), "--cluster", "create", *self.addresses, "--cluster-yes"], check=True, capture_output=True, timeout=60)
        wait_until(lambda: all("cluster_state:ok" in node.say("CLUSTER", "INFO") for node in self.nodes), 30)

    @staticmethod
    def _port() -> int:
        """Its bus is 10,000 above the port."""
        while (port := free_port()) > 55_000:
            pass
        return port

    @property
    def extra(self) -> str:
        return LIMITS + f'redis: {{ url: "redis-cluster://{",".join(self.addresses)}", timeout: 100ms }}\n'

    def id(self, node: Server) -> str:
        return node.say("CLUSTER", "MYID").split("\r\n")[1]

    def move(self, slots: int, source: Server, target: Server) -> None:
        """Moves slots from one node to another, keys and all, while they are used."""
        command = [program("redis-cli"), "--cluster", "reshard", self.addresses[0], "--cluster-from", self.id(source), "--cluster-to", self.id(target)]
        subprocess.run([*command, "--cluster-slots", str(slots), "--cluster-yes"], check=True, capture_output=True, timeout=120)

    def keys(self) -> list[int]:
        return [int(node.say("DBSIZE")[1:]) for node in self.nodes]

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()
