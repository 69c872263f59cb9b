"""Tasks of 2025-11-25 before a scripted upstream that keeps them for everybody alike, as the SDKs' own stores do."""

from __future__ import annotations

import json
import signal
from contextlib import closing

import pytest
from raw import SESSION_VERSION, Connection, Session, base, call, modern, wait_until
from upstream import SESSION, Turn, content

KEY = "AKIA" + "Q4M7NVX2KPL5WZ3R"
ALL = "  - { id: tasks, allow: [tasks/get, tasks/result, tasks/cancel, tasks/list], principals: [analysts] }\n"
RELATED = "io.modelcontextprotocol/related-task"
OFFER = {"tools": {}, "tasks": {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}}


class Keeper:
    """Tasks by number, known to whoever asks; no caller is ever told apart."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict] = {}

    def work(self, turn: Turn) -> None:
        task = turn.request.message["params"].get("task")
        if task is None:
            return turn.text(f"at once {KEY}")
        id = f"task-{len(self.tasks) + 1}"
        self.tasks[id] = {"taskId": id, "status": "working", "statusMessage": f"with {KEY}", "createdAt": "2026-11-21T10:00:00Z", "ttl": task.get("ttl")}
        turn.result({"task": self.tasks[id], "_meta": {RELATED: {"taskId": id}}})

    def __call__(self, turn: Turn) -> None:
        method, params = turn.request.message.get("method"), turn.request.message.get("params", {})
        match method:
            case "initialize":
                turn.result({"protocolVersion": SESSION, "capabilities": OFFER, "serverInfo": {"name": "keeper", "version": "1"}}, Mcp_Session_Id="0123456789abcdef")
            case "tasks/list":
                turn.result({"tasks": list(self.tasks.values())})
            case "tasks/get" | "tasks/cancel" | "tasks/result" if params["taskId"] not in self.tasks:
                turn.json({"jsonrpc": "2.0", "id": turn.id, "error": {"code": -32602, "message": "no such task"}})
            case "tasks/get":
                turn.result(self.tasks[params["taskId"]])
            case "tasks/cancel":
                self.tasks[params["taskId"]]["status"] = "cancelled"
                turn.result(self.tasks[params["taskId"]])
            case "tasks/result":
                turn.result({**content(f"later {KEY}"), "_meta": {RELATED: {"taskId": params["taskId"]}}})
            case _:
                turn.upstream.respond(turn)


@pytest.fixture
def keeper(serve):
    keeper = Keeper()
    return serve({"work": keeper.work, "other": keeper.work}, instead=keeper)


def send(session: Session, method: str, params: dict) -> dict:
    with closing(Connection(session.port)) as connection:
        return connection.post(session.path, {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}, session.headers).answer


def begin(session: Session, tool: str = "work") -> dict:
    return send(session, "tools/call", {"name": tool, "arguments": {}, "task": {"ttl": 60_000, "extra": "x"}})["result"]


def capabilities(louver, identity) -> dict:
    hello = {"protocolVersion": SESSION_VERSION, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    with closing(Connection(louver.port)) as connection:
        return connection.post("/scripted", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}, base(identity.token())).answer["result"]["capabilities"]


def test_without_a_rule_there_are_no_tasks(front, keeper, identity):
    """The promise is stripped, a call runs at once, and the methods are unknown."""
    louver = front(keeper)
    assert "tasks" not in capabilities(louver, identity)
    session = Session(louver.port, "/scripted", identity.token())
    assert "at once" in json.dumps(begin(session)) and KEY not in json.dumps(begin(session))
    for method, params in [("tasks/get", {"taskId": "task-1"}), ("tasks/result", {"taskId": "task-1"}), ("tasks/cancel", {"taskId": "task-1"}), ("tasks/list", {})]:
        assert send(session, method, params)["error"]["code"] == -32601, method
    assert all("task" not in request.message["params"] for request in keeper.calls())
    assert not [request for request in keeper.requests if str(request.message.get("method")).startswith("tasks/")]


def test_a_task_from_its_call_to_its_result(front, keeper, identity):
    louver = front(keeper, rules=ALL, extra="audit: { file: audit.log }\n")
    assert capabilities(louver, identity)["tasks"] == OFFER["tasks"]
    session = Session(louver.port, "/scripted", identity.token())
    made = begin(session)
    id = made["task"]["taskId"]
    assert id != "task-1" and made["_meta"][RELATED]["taskId"] == id and made["task"]["status"] == "working"
    assert keeper.calls()[-1].message["params"]["task"] == {"ttl": 60_000}
    # Another session of the same person, as after a broken connection.
    session = Session(louver.port, "/scripted", identity.token())
    told = send(session, "tasks/get", {"taskId": id})["result"]
    assert told["taskId"] == id and told["status"] == "working"
    result = send(session, "tasks/result", {"taskId": id})["result"]
    assert "later" in json.dumps(result) and result["_meta"][RELATED]["taskId"] == id
    cancelled = send(session, "tasks/cancel", {"taskId": id})["result"]
    assert (cancelled["taskId"], cancelled["status"]) == (id, "cancelled")
    for answer in (made, told, result, cancelled):
        assert KEY not in json.dumps(answer)
    assert [request.message["params"]["taskId"] for request in keeper.requests if str(request.message.get("method")).startswith("tasks/")] == ["task-1"] * 3
    log = louver.folder / "audit.log"
    wait_until(lambda: '"method":"tasks/cancel"' in log.read_text())
    line = next(json.loads(line) for line in log.read_text().splitlines() if '"method":"tasks/cancel"' in line)
    assert (line["kind"], line["object"], line["rule"], line["decision"]) == ("task", "work", "tasks", "allow")


def test_a_task_belongs_to_who_began_it(front, keeper, identity):
    louver = front(keeper, rules=ALL)
    ann, bob = (Session(louver.port, "/scripted", identity.token(name)) for name in ("ann", "bob"))
    id = begin(ann)["task"]["taskId"]
    mine = begin(bob)["task"]["taskId"]
    seen = len(keeper.requests)
    for guess in (id, "task-1", "", id[:-2] + "AA", mine[:20] + id[20:]):
        for method in ("tasks/get", "tasks/result", "tasks/cancel"):
            assert send(bob, method, {"taskId": guess})["error"]["code"] == -32602, (method, guess)
    assert len(keeper.requests) == seen, "nothing of it reached the server"
    assert [task["taskId"] for task in send(bob, "tasks/list", {})["result"]["tasks"]] == [mine]
    assert [task["taskId"] for task in send(ann, "tasks/list", {})["result"]["tasks"]] == [id]


def test_only_what_a_rule_names(front, keeper, identity):
    louver = front(keeper, rules="  - { id: some, allow: [tasks/get, tasks/result], principals: [analysts] }\n")
    assert capabilities(louver, identity)["tasks"] == {"requests": {"tools": {"call": {}}}}
    session = Session(louver.port, "/scripted", identity.token())
    id = begin(session)["task"]["taskId"]
    assert send(session, "tasks/get", {"taskId": id})["result"]["taskId"] == id
    assert send(session, "tasks/cancel", {"taskId": id})["error"]["data"]["code"] == 4031
    assert send(session, "tasks/list", {})["error"]["data"]["code"] == 4031
    visitor = Session(louver.port, "/scripted", identity.token("eve", groups=("analytics", "contractors")))
    assert send(visitor, "tasks/get", {"taskId": id})["error"]["code"] == -32602


def test_a_task_ends_with_the_right_to_its_tool(front, keeper, identity):
    louver = front(keeper, rules=ALL)
    session = Session(louver.port, "/scripted", identity.token())
    id = begin(session, "other")["task"]["taskId"]
    policy = louver.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("tools: [work, other]", "tools: [work]"))
    louver.signal(signal.SIGHUP)
    wait_until(lambda: send(session, "tasks/get", {"taskId": id}).get("error", {}).get("code") == -32602)
    assert send(session, "tasks/result", {"taskId": id})["error"]["code"] == -32602
    assert send(session, "tasks/list", {})["result"]["tasks"] == []


def test_the_stateless_wire_has_no_tasks(front, keeper, identity):
    """The extension of 2026-07-28 is another dialect, and is stripped whatever the rules say."""
    louver = front(keeper, rules=ALL)
    with closing(Connection(louver.port)) as connection:
        message = call("work", {})
        message["method"], message["params"] = "tasks/get", {"taskId": "task-1", "_meta": message["params"]["_meta"]}
        reply = connection.post("/scripted", message, modern(identity.token(), "tasks/get", "task-1"))
    assert (reply.status, reply.answer["error"]["code"]) == (404, -32601)
    listen = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {"notifications": {"taskIds": ["task-1"]}, "_meta": message["params"]["_meta"]}}
    with closing(Connection(louver.port)) as connection:
        connection.start("/scripted", listen, modern(identity.token(), "subscriptions/listen"))
        assert connection.reply().answer["error"]["data"]["code"] == 4031
    assert not [request for request in keeper.requests if "task-1" in json.dumps(request.message)]


def test_an_older_session_has_no_tasks(front, keeper, identity):
    louver = front(keeper, rules=ALL)
    with closing(Connection(louver.port)) as connection:
        headers = {**base(identity.token()), "MCP-Protocol-Version": "2025-06-18"}
        answer = connection.post("/scripted", {"jsonrpc": "2.0", "id": 7, "method": "tasks/list", "params": {}}, headers).answer
    assert answer["error"]["code"] in (-32601, -32600), answer


def test_another_task_than_the_one_asked_about_is_withheld(front, serve, identity):
    keeper = Keeper()

    def confused(turn: Turn) -> None:
        if turn.request.message.get("method") == "tasks/get":
            return turn.result({"taskId": "somebody-elses", "status": "completed", "statusMessage": "not yours"})
        keeper(turn)

    louver = front(serve({"work": keeper.work}, instead=confused), rules=ALL)
    session = Session(louver.port, "/scripted", identity.token())
    answer = send(session, "tasks/get", {"taskId": begin(session)["task"]["taskId"]})
    assert "not yours" not in json.dumps(answer) and answer["error"]["data"]["code"] == 5020
