"""Starts the real program for a test or the demonstration, and makes the tokens that its callers show.

Standard library only: it runs in any of the environments, whatever else they hold.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
BINARY = Path(os.environ.get("LOUVER_BINARY", CHECKOUT / ".build" / "release" / "louver")).resolve()
ISSUER, AUDIENCE = "https://idp.test", "louver"
# Tests share one caller; the admission bucket of a person would stop them.
PLENTY = "limits: { admission: { rate: 1000000/min, burst: 1000000 } }\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Identity:
    """A stand-in for an organisation's identity provider: signs tokens with a secret that Louver shares."""

    def __init__(self, secret: str | None = None) -> None:
        self.secret = secret or secrets.token_urlsafe(48)

    def token(self, subject: str = "alice", groups: tuple[str, ...] = ("analytics",), lifetime: int = 3600, **claims: object) -> str:
        now = int(time.time())
        body = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "groups": list(groups), "iat": now, "nbf": now, "exp": now + lifetime, "client_id": "tests"}
        head = {"alg": "HS256", "typ": "JWT"}
        signed = b64(json.dumps(head).encode()) + "." + b64(json.dumps({**body, **claims}).encode())
        return signed + "." + b64(hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest())


class Program:
    """The real program with a configuration file, while it runs."""

    def __init__(self, configuration: Path, port: int, admin_port: int, environment: dict | None = None) -> None:
        self.configuration, self.port, self.admin_port = configuration, port, admin_port
        self.folder = configuration.parent
        self.log_file = self.folder / "louver.log"
        self.access_file = self.folder / "access.log"
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen | None = None

    def url(self, route: str) -> str:
        return f"http://127.0.0.1:{self.port}/{route}"

    def start(self) -> Self:
        """Starts it and waits until it is ready. A session of its own keeps the terminal's Ctrl-C from it: who started it ends it."""
        command = [str(BINARY), "run", "--config", str(self.configuration)]
        with open(self.log_file, "w") as log, open(self.access_file, "w") as access:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=access, stderr=log, env=self.environment, start_new_session=True)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"louver ended with {self.process.returncode}:\n{self.log_file.read_text()}")
            try:
                if json.loads(self.admin("/readyz"))["status"] == "ready":
                    return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"louver was not ready in time:\n{self.log_file.read_text()}")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """Ends it in order, and answers its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return self.process.returncode

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def admin(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=5) as reply:
            return reply.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a family's samples that carry these labels."""
        total = 0.0
        for line in self.admin("/metrics").splitlines():
            sample, _, value = line.rpartition(" ")
            family, _, rest = sample.partition("{")
            if family == name and all(f'{key}="{wanted}"' in rest for key, wanted in labels.items()):
                total += float(value)
        return total

    def expect(self, wanted: float, name: str, **labels: str) -> None:
        """Waits for a metric to have this value: Louver counts an exchange after the client has its answer."""
        self._await(lambda value: value == wanted, f"{wanted}", name, labels)

    def expect_at_least(self, wanted: float, name: str, **labels: str) -> None:
        self._await(lambda value: value >= wanted, f"at least {wanted}", name, labels)

    def expect_some(self, name: str, **labels: str) -> None:
        self._await(lambda value: value > 0, "more than 0", name, labels)

    def _await(self, holds, wanted: str, name: str, labels: dict[str, str]) -> None:
        end = time.monotonic() + 20
        while not holds(value := self.metric(name, **labels)):
            assert time.monotonic() < end, f"{name}{labels or ''} is {value}, not {wanted}"
            time.sleep(0.02)

    @property
    def resident_bytes(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def write_secret(file: Path, text: str) -> None:
    """A file that only its owner reads: Louver takes no other."""
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)


class Louver(Program):
    """A Louver of a test, with a route for each upstream, in a folder of its own."""

    def __init__(
        self, upstreams: dict[str, dict], policy: str, identity: Identity, *, extra: str = "", workers: int = 2, environment: dict | None = None
    ) -> None:
        folder = Path(tempfile.mkdtemp(prefix="louver-"))
        super().__init__(folder / "louver.yaml", free_port(), free_port(), environment)
        write_secret(folder / "identity_secret", identity.secret)
        (folder / "policy.yaml").write_text(policy)
        lines = ["version: 1", "listen:", f"  - address: 127.0.0.1:{self.port}", f"admin: {{ address: 127.0.0.1:{self.admin_port} }}", f"workers: {workers}"]
        lines += ["issuers:", f"  - issuer: {ISSUER}", f"    audiences: [{AUDIENCE}]", "    algorithms: [HS256]", "    secret_file: identity_secret"]
        lines.append("routes:")
        lines += [f"  - {{ path: /{name}, upstream: {name}, policy: policy.yaml }}" for name in upstreams]
        lines.append("upstreams:")
        for name, settings in upstreams.items():
            lines.append(f"  {name}:")
            for key, value in {"reissue": {"mode": "none"}, **settings}.items():
                lines.append(f"    {key}: {value if isinstance(value, str) else json.dumps(value)}")
        self.configuration.write_text("\n".join(lines) + "\n" + extra)

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.forget()

    def forget(self) -> None:
        """Removes its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
