"""Requests as bytes on a socket, for what no well-behaved client would send."""

from __future__ import annotations

import json
import socket
import ssl
import time
from contextlib import closing

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
SESSION_VERSION = "2025-11-25"
HELLO = {"protocolVersion": SESSION_VERSION, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}


class Reply:
    """A response: status, headers by lower-case name, and the body with its chunking taken off."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def messages(self) -> list[dict]:
        """The JSON-RPC messages in it, whether they came as JSON or as events."""
        if "text/event-stream" not in self.headers.get("content-type", ""):
            return [json.loads(self.body)] if self.body else []
        return [json.loads(line[6:]) for line in self.body.decode().splitlines() if line.startswith("data: ")]

    @property
    def answer(self) -> dict:
        return self.messages[-1]


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int, timeout: float = 30, tls: ssl.SSLContext | None = None, session: ssl.SSLSession | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost", session=session)
        self.buffer = b""
        self.stream = b""
        self.port = port

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def _more(self) -> bool:
        got = self.socket.recv(65536)
        self.buffer += got
        return bool(got)

    def head(self) -> tuple[int, dict[str, str]]:
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                raise ConnectionError(f"closed with {self.buffer!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def chunk(self) -> bytes:
        """The next chunk of a chunked body; empty at its end."""
        while b"\r\n" not in self.buffer:
            if not self._more():
                raise ConnectionError("closed inside a chunked body")
        size, self.buffer = self.buffer.split(b"\r\n", 1)
        count = int(size, 16)
        while len(self.buffer) < count + 2:
            if not self._more():
                raise ConnectionError("closed inside a chunk")
        data, self.buffer = self.buffer[:count], self.buffer[count + 2 :]
        return data

    def reply(self) -> Reply:
        status, headers = self.head()
        if headers.get("transfer-encoding") == "chunked":
            pieces = []
            while piece := self.chunk():
                pieces.append(piece)
            return Reply(status, headers, b"".join(pieces))
        count = int(headers.get("content-length", 0))
        while len(self.buffer) < count:
            if not self._more():
                raise ConnectionError("closed inside a body")
        body, self.buffer = self.buffer[:count], self.buffer[count:]
        return Reply(status, headers, body)

    def event(self) -> dict | None:
        """The next message of an event stream; None at its end. Comments and events without data are passed over."""
        while True:
            while b"\n\n" not in self.stream.replace(b"\r", b""):
                piece = self.chunk()
                if not piece:
                    return None
                self.stream += piece
            text, _, rest = self.stream.replace(b"\r", b"").partition(b"\n\n")
            self.stream = rest
            data = [line[5:].removeprefix(b" ") for line in text.split(b"\n") if line.startswith(b"data:")]
            if data and data != [b""]:
                return json.loads(b"\n".join(data))

    def post(self, path: str, body: bytes | dict, headers: dict[str, str]) -> Reply:
        self.start(path, body, headers)
        return self.reply()

    def start(self, path: str, body: bytes | dict, headers: dict[str, str]) -> bytes:
        """Sends a POST without waiting for its answer, and says what was sent. A header whose value is None is left out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        whole = self._head("POST", path, {"Content-Length": str(len(raw)), **headers}) + raw
        self.send(whole)
        return whole

    def get(self, path: str, headers: dict[str, str], method: str = "GET") -> None:
        """Sends a request without a body."""
        self.send(self._head(method, path, headers))

    def _head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        lines = {"Host": f"127.0.0.1:{self.port}", **headers}
        return f"{method} {path} HTTP/1.1\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode() for k, v in lines.items() if v is not None) + b"\r\n"

    def is_closed(self, seconds: float = 5) -> bool:
        """Waits for the other side to close the connection, throwing away what still comes."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True


def base(token: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers


def modern(token: str | None, method: str, name: str | None = None) -> dict[str, str]:
    """The headers of a stateless request."""
    headers = {**base(token), "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
    return {**headers, "Mcp-Name": name} if name else headers


def call(tool: str, arguments: dict, id: object = 1) -> dict:
    """A stateless tool call."""
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": META}}


def legacy_call(tool: str, arguments: dict, id: object = 1) -> dict:
    """A tool call of a session."""
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def ask(port: int, path: str, token: str, tool: str, arguments: dict | None = None, id: object = 1, timeout: float = 30) -> Reply:
    """One stateless call on a connection of its own."""
    with closing(Connection(port, timeout)) as connection:
        return connection.post(path, call(tool, arguments or {}, id), modern(token, "tools/call", tool))


def wait_until(check, seconds: float = 20) -> None:
    """Waits for something that must come true."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def ask_in_session(port: int, path: str, token: str, tool: str, timeout: float = 30) -> Reply:
    """One call in a session of its own; where the session is refused, that refusal."""
    with closing(Connection(port, timeout)) as connection:
        reply = connection.post(path, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO}, base(token))
    is_open = reply.status == 200 and "result" in reply.answer
    return Session(port, path, token).call(tool, {}, 1) if is_open else reply


class Session:
    """A legacy session, opened."""

    def __init__(self, port: int, path: str, token: str) -> None:
        self.port, self.path, self.token = port, path, token
        with closing(Connection(port)) as connection:
            reply = connection.post(path, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO}, base(token))
            assert reply.status == 200, reply.body
            self.id = reply.headers.get("mcp-session-id")
            self.headers = {**base(token), "MCP-Protocol-Version": reply.answer["result"]["protocolVersion"]}
            if self.id:
                self.headers["Mcp-Session-Id"] = self.id
            done = connection.post(path, {"jsonrpc": "2.0", "method": "notifications/initialized"}, self.headers)
            assert (done.status, done.body) == (202, b""), (done.status, done.body)

    def call(self, tool: str, arguments: dict, id: object) -> Reply:
        with closing(Connection(self.port)) as connection:
            return connection.post(self.path, legacy_call(tool, arguments, id), self.headers)

    def notify(self, method: str, params: dict) -> Reply:
        with closing(Connection(self.port)) as connection:
            return connection.post(self.path, {"jsonrpc": "2.0", "method": method, "params": params}, self.headers)
