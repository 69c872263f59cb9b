"""An upstream that does what a test tells it, byte by byte, and remembers what it heard. Standard library only.

A test gives the tools, each a function of one `Turn`. Everything else of both wires is answered as a well-behaved server would, unless the
test takes it over.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable

MODERN, SESSION = "2026-07-28", "2025-11-25"


class Request:
    """One request as it came."""

    def __init__(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.method, self.path, self.body = method, path, body
        self.lines = headers
        self.headers = {name.lower(): value for name, value in headers}
        self.at = time.monotonic()
        try:
            self.message = json.loads(body) if body else {}
        except ValueError:
            self.message = {}

    @property
    def claims(self) -> dict:
        """The claims of the Bearer token that came with it."""
        part = self.headers["authorization"].removeprefix("Bearer ").split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Turn:
    """One request, and the means to answer it in any way, right or wrong."""

    def __init__(self, request: Request, connection: socket.socket, upstream: "Upstream") -> None:
        self.request, self.connection, self.upstream = request, connection, upstream
        self.keeps_alive = True

    @property
    def id(self) -> object:
        return self.request.message.get("id")

    @property
    def arguments(self) -> dict:
        return self.request.message.get("params", {}).get("arguments", {})

    @property
    def is_modern(self) -> bool:
        return self.request.headers.get("mcp-protocol-version") == MODERN

    # Well-behaved answers.

    def reply(self, status: int, body: bytes = b"", content_type: str = "application/json", **headers: str) -> None:
        lines = {"Content-Type": content_type, "Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.raw(f"HTTP/1.1 {status} Whatever\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode() for k, v in lines.items()) + b"\r\n" + body)

    def json(self, message: object, status: int = 200, **headers: str) -> None:
        self.reply(status, json.dumps(message).encode(), **headers)

    def answer(self, result: dict) -> dict:
        """The message that answers the request."""
        return {"jsonrpc": "2.0", "id": self.id, "result": {"resultType": "complete", **result}}

    def result(self, result: dict, **headers: str) -> None:
        self.json(self.answer(result), **headers)

    def text(self, text: str) -> None:
        self.result(content(text))

    def events(self) -> None:
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n")

    def event(self, message: object) -> None:
        self.chunk(b"event: message\r\ndata: " + json.dumps(message).encode() + b"\r\n\r\n")

    def chunk(self, data: bytes) -> None:
        self.raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self) -> None:
        self.raw(b"0\r\n\r\n")

    # And the rest.

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hang_up(self) -> None:
        self.keeps_alive = False

    def until_closed(self, seconds: float = 30) -> float | None:
        """Waits for the other side to close the connection, and answers when it did; None when it did not."""
        self.keeps_alive = False
        self.connection.settimeout(seconds)
        try:
            while self.connection.recv(65536):
                pass
        except TimeoutError:
            return None
        except OSError:
            pass
        return time.monotonic()


def content(text: str) -> dict:
    return {"content": [{"type": "text", "text": text}], "isError": False}


Tool = Callable[[Turn], None]


class Upstream:
    """A server on a port of its own, one thread for each connection."""

    def __init__(
        self,
        tools: dict[str, Tool],
        *,
        instead: Tool | None = None,
        tls: ssl.SSLContext | None = None,
        modern: bool = True,
        port: int = 0,
        greeting: bytes = b"",
        schemas: dict[str, dict] | None = None,
    ) -> None:
        self.tools, self.instead, self.tls, self.modern, self.greeting = tools, instead, tls, modern, greeting
        self.schemas = schemas or {}
        # What the list says of a tool beyond its name.
        self.definitions: dict[str, dict] = {}
        # Tools that run and are not listed.
        self.hidden: set[str] = set()
        self.requests: list[Request] = []
        self.opened = 0
        self.resumed = 0
        self.faults: list[str] = []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=2048)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}/mcp" if self.tls else f"http://127.0.0.1:{self.port}/mcp"

    def __enter__(self) -> "Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the listener; a later connection is refused, open ones are closed when their turn is over."""
        self._stopped.set()
        # Without the shutdown the thread that accepts would keep the port.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def calls(self, method: str = "tools/call") -> list[Request]:
        return [request for request in self.requests if request.message.get("method") == method]

    # Connections

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.opened += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(self.greeting)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self.resumed += connection.session_reused
            reader = connection.makefile("rb", buffering=65536)
            while not self._stopped.is_set() and (request := read_request(reader)):
                self.requests.append(request)
                turn = Turn(request, connection, self)
                (self.instead or self.respond)(turn)
                if not turn.keeps_alive:
                    break
        except (OSError, ValueError) as error:
            self.faults.append(f"{type(error).__name__}: {error}")
        finally:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    # What a well-behaved server says

    def respond(self, turn: Turn) -> None:
        request = turn.request
        if request.method == "GET":
            turn.events()
            turn.until_closed()
        elif request.method == "DELETE":
            turn.reply(200)
        elif "method" not in request.message or "id" not in request.message:
            turn.reply(202)
        else:
            self._answer(turn, request.message["method"])

    def _answer(self, turn: Turn, method: str) -> None:
        match method:
            case "initialize":
                turn.result(
                    {"protocolVersion": SESSION, "capabilities": {"tools": {}}, "serverInfo": {"name": "scripted", "version": "1"}},
                    Mcp_Session_Id="0123456789abcdef",
                )
            case "server/discover" if self.modern:
                turn.result({"supportedVersions": [MODERN], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "public"})
            case "tools/list":
                plain = {name: {"description": "scripted", "inputSchema": self.schemas.get(name, {"type": "object"})} for name in self.tools}
                tools = [{"name": name, **plain[name], **self.definitions.get(name, {})} for name in self.tools if name not in self.hidden]
                turn.result({"tools": tools, "ttlMs": 60_000, "cacheScope": "public"})
            case "tools/call":
                self.tools[turn.request.message["params"]["name"]](turn)
            case "subscriptions/listen":
                turn.events()
                meta = {"io.modelcontextprotocol/subscriptionId": turn.id}
                turn.event({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": {"notifications": {}, "_meta": meta}})
                turn.until_closed(120)
            case "ping":
                turn.result({})
            case _:
                error = {"code": -32601, "message": "Method not found"}
                turn.json({"jsonrpc": "2.0", "id": turn.id, "error": error}, 404 if turn.is_modern else 400)


def read_request(reader) -> Request | None:
    """The next request of a connection; None when it is over."""
    first = reader.readline(65536)
    if not first:
        return None
    method, path, version = first.decode("latin-1").split(" ", 2)
    # The greeting of TLS may hold blanks where a request has them: it is no request.
    if not version.startswith("HTTP/1."):
        raise ValueError("no request line of HTTP")
    headers = []
    while (line := reader.readline(65536)) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name, value.strip()))
    lower = {name.lower(): value for name, value in headers}
    if lower.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(reader.readline(32), 16):
            body += reader.read(size)
            reader.readline(2)
        reader.readline(2)
    else:
        body = reader.read(int(lower.get("content-length", 0)))
    return Request(method, path, headers, body)
