#!/usr/bin/env python3
"""A guided tour: real Airflow, real MCP servers, an official MCP client, and Louver between them.

    demo.py [--once]

Each step shows what happens without Louver and what happens with it, and checks that it did. Afterwards everything is served until Ctrl-C;
with --once it ends after the tour, with status 0 only if every step showed what it should. Nothing is left running.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "stack"), str(HERE / "stack" / "dags")]

import leaks
import planted
import stack
from louver import Identity, Program, free_port, write_secret

SERVERS = ["astro", "msaa"]
FOLDER = stack.HOME.parent / "demo"
LOG = {"dag_id": "leaky_log", "dag_run_id": stack.RUN_ID, "task_id": "prints"}
RENDERED = {"dag_id": "leaky_render", "dag_run_id": stack.RUN_ID, "task_id": "shell"}
XCOM = {"dag_id": "leaky_render", "dag_run_id": stack.RUN_ID, "task_id": "call", "xcom_key": "return_value"}
HALF_A_DAY = 12 * 3600


# Showing ---------------------------------------------------------------------------------------------------------------------------

IS_TERMINAL = sys.stdout.isatty() and "NO_COLOR" not in os.environ
BOLD, RED, GREEN, YELLOW, FAINT = ("1", "31", "32", "33", "2")


def paint(text: str, *styles: str) -> str:
    return f"\033[{';'.join(styles)}m{text}\033[0m" if IS_TERMINAL and styles else text


def show(label: str, text: str, *styles: str) -> None:
    """A labelled paragraph. Lines too long for the screen are cut, not wrapped: they are log lines."""
    width = max(60, shutil.get_terminal_size((120, 24)).columns)
    for number, line in enumerate(text.splitlines() or [""]):
        room = width - 20
        cut = line if len(line) <= room else line[: room - 1] + "…"
        name = paint(f"{'' if number else label:15}", FAINT)
        print(f"   {name} {paint(cut, *styles)}", flush=True)


def say(label: str, text: str, *styles: str) -> None:
    """A labelled paragraph in full: words are wrapped."""
    width = max(60, shutil.get_terminal_size((120, 24)).columns) - 20
    show(label, "\n".join(textwrap.wrap(text, width)), *styles)


def tell(text: str) -> None:
    for line in textwrap.wrap(text, 110):
        print("   " + line)


# Calling ---------------------------------------------------------------------------------------------------------------------------


class Caller:
    """The official MCP client, in an environment of its own."""

    def __init__(self, python: str) -> None:
        self.python = python

    def play(self, url: str, token: str | None, *steps: dict, wire: str = "auto") -> dict:
        script = json.dumps({"url": url, "token": token, "mode": wire, "steps": list(steps)})
        done = subprocess.run([self.python, str(HERE / "clients" / "official2.py")], input=script, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        played = json.loads(done.stdout)
        if "failed" in played:
            raise RuntimeError(played["failed"]["message"])
        return played


def call(tool: str, **arguments: object) -> dict:
    return {"call": tool, "with": arguments}


def text_of(answer: dict) -> str:
    return "".join(block.get("text", "") for block in answer.get("content", []))


def log_lines(answer: dict, *marks: str) -> str:
    """The messages of an Airflow log that hold one of the marks."""
    events = [str(entry.get("event", "")) for entry in json.loads(text_of(answer)).get("content", [])]
    return "\n".join(event for event in events if any(mark in event for mark in marks))


def redactions(answer: dict) -> str:
    """What Louver says it removed."""
    told = answer.get("_meta", {}).get("io.louver/redactions", {})
    return json.dumps(told)


# The tour --------------------------------------------------------------------------------------------------------------------------


class Tour:
    """The steps, each a method that shows something and answers whether it is as it should be."""

    def __init__(self, places: dict, louver: Program, identity: Identity) -> None:
        self.places, self.louver = places, louver
        self.client = Caller(places["client2"])
        self.analyst = identity.token("alice@example.com", ("analytics",), HALF_A_DAY)
        self.operator = identity.token("olga@example.com", ("platform",), HALF_A_DAY)
        self.direct = places["urls"]

    def steps(self) -> list[tuple[str, Callable[[], bool]]]:
        return [
            ("Nobody gets in without a token", self.stranger),
            ("What is not allowed is not even listed", self.listing),
            ("An allowed call just works", self.allowed),
            ("A refused call says why, and what to do instead", self.refused),
            ("Identifiers that climb out of their place are stopped", self.climbing),
            ("A task log, scrubbed", self.log),
            ("A rendered template, scrubbed", self.rendered),
            ("A burst is limited, and the client is told when to come back", self.burst),
            ("The caller's token never reaches Airflow; Airflow still knows who calls", self.reissued),
            ("The same on the stateless wire of 2026-07-28", self.stateless),
            ("And everything is on record", self.recorded),
        ]

    def through(self, token: str, *steps: dict, route: str = "astro", wire: str = "auto") -> list[dict]:
        return self.client.play(self.louver.url(route), token, *steps, wire=wire)["answers"]

    def without(self, *steps: dict, server: str = "astro", token: str | None = None, wire: str = "auto") -> list[dict]:
        return self.client.play(self.direct[server], token, *steps, wire=wire)["answers"]

    def stranger(self) -> bool:
        [before] = self.without(call("list_connections"))
        show(
            "without", "anybody who reaches the server's port is its administrator: " + ", ".join(re.findall(r'"connection_id": "(\w+)"', text_of(before))), RED
        )
        try:
            self.through("not a token", {"list": "tools"})
        except RuntimeError as error:
            say("with Louver", str(error), GREEN)
            return "warehouse" in text_of(before) and self.louver.metric("louver_exchanges_total", outcome="unauthenticated") > 0
        return False

    def listing(self) -> bool:
        before = {tool["name"] for tool in self.without({"list": "tools"})[0]["tools"]}
        after = {tool["name"] for tool in self.through(self.analyst, {"list": "tools"})[0]["tools"]}
        show("without", f"{len(before)} tools, among them " + ", ".join(sorted(before - after)[:6]) + " …", RED)
        show("with Louver", f"{len(after)} tools: " + ", ".join(sorted(after)), GREEN)
        return after < before and "delete_dag_run" in before - after and "get_task_logs" in after

    def allowed(self) -> bool:
        [answer] = self.through(self.analyst, call("list_dags"))
        names = re.findall(r'"dag_id": "(\w+)"', text_of(answer))
        show("list_dags", ", ".join(names), GREEN)
        return not answer.get("isError") and {"steady", "leaky_log"} <= set(names)

    def refused(self) -> bool:
        [answer] = self.through(self.analyst, call("delete_dag_run", dag_id="steady", dag_run_id=stack.RUN_ID))
        say("delete_dag_run", text_of(answer), GREEN)
        [run] = self.without(call("get_dag_run", dag_id="steady", dag_run_id=stack.RUN_ID))
        return answer.get("isError") is True and "no-deleting" in text_of(answer) and '"state": "success"' in text_of(run)

    def climbing(self) -> bool:
        trick = call("get_dag_details", dag_id="../connections/warehouse")
        [before], [after] = self.without(trick), self.through(self.analyst, trick)
        show("get_dag_details", json.dumps(trick["with"]))
        show("without", "a connection comes back: " + " ".join(text_of(before).split())[:200], RED)
        say("with Louver", text_of(after), GREEN)
        return "warehouse" in text_of(before) and after.get("isError") is True and "db.internal" not in text_of(after)

    def log(self) -> bool:
        marks = ("aws_secret", "connecting to", "git clone", "PRIVATE KEY", "loaded 18231")
        [before], [after] = self.without(call("get_task_logs", **LOG)), self.through(self.analyst, call("get_task_logs", **LOG))
        show("without", log_lines(before, *marks), RED)
        show("with Louver", log_lines(after, *marks), GREEN)
        show("", "removed: " + redactions(after), FAINT)
        return len(leaks.survivors(before)) > 5 and leaks.survivors(after) == [] and "loaded 18231 rows" in text_of(after)

    def rendered(self) -> bool:
        [before], [after] = self.without(call("get_task_instance", **RENDERED)), self.through(self.analyst, call("get_task_instance", **RENDERED))
        for label, answer, style in (("without", before, RED), ("with Louver", after, GREEN)):
            fields = json.loads(text_of(answer))["rendered_fields"]
            show(label, "bash_command  " + fields["bash_command"] + "\nenv.DEPLOY    " + fields["env"]["DEPLOY"], style)
        return len(leaks.survivors(before)) > 1 and leaks.survivors(after) == []

    def burst(self) -> bool:
        asked = [call("get_dag_details", dag_id="steady")] * 7
        answers = self.through(self.analyst, *asked)
        passed = [answer for answer in answers if "error" not in answer]
        limited = [answer["error"] for answer in answers if "error" in answer]
        show("7 at once", f"{len(passed)} answered, {len(limited)} refused", GREEN)
        if limited:
            say("", f"{limited[0].get('code')}: {limited[0]['message']}", YELLOW)
        return len(passed) >= 3 and bool(limited) and all(error.get("code") == 4290 for error in limited)

    def reissued(self) -> bool:
        [before] = self.without(call("list_dags"), server="plugin", token=self.analyst)
        show("without", "Airflow does not know alice's token: " + " ".join(text_of(before).split())[:110], RED)
        dags, connections = self.through(self.analyst, call("list_dags"), call("list_connections"), route="airflow")
        show("alice", "list_dags: " + ", ".join(re.findall(r'"dag_id": "(\w+)"', text_of(dags))), GREEN)
        show("", "list_connections: " + " ".join(text_of(connections).split())[:110], GREEN)
        tell("alice became a viewer, because her group is `analytics`: Airflow itself refuses her the connections.")
        [operators] = self.through(self.operator, call("list_connections"), route="airflow")
        show("olga", " ".join(text_of(operators).split())[:300], GREEN)
        tell("olga's group is `platform`, which is an admin; but even she sees no secret.")
        is_right = "403" in text_of(before) and "steady" in text_of(dags) and "403" in text_of(connections)
        return is_right and "warehouse" in text_of(operators) and leaks.survivors(operators) == []

    def stateless(self) -> bool:
        steps = [{"list": "tools"}, call("fetch_dags"), call("delete_dag", dag_id="steady"), call("get_xcom_entry", **XCOM)]
        played = self.client.play(self.louver.url("apache"), self.analyst, *steps, wire="2026-07-28")
        listed, dags, refused, after = played["answers"]
        [before] = self.without(call("get_xcom_entry", **XCOM), server="msaa", wire="2026-07-28")
        show("tools/list", ", ".join(sorted(tool["name"] for tool in listed["tools"])), GREEN)
        say("delete_dag", text_of(refused), GREEN)
        value = re.compile(r"'value': '([^']*)'")
        for label, answer, style in (("without", before, RED), ("with Louver", after, GREEN)):
            show(label, "xcom " + "".join(value.findall(text_of(answer))), style)
        is_right = played["version"] == "2026-07-28" and "steady" in text_of(dags) and refused.get("isError") is True
        return is_right and planted.GITHUB in text_of(before) and leaks.survivors(after) == []

    def recorded(self) -> bool:
        time.sleep(0.3)
        lines = [json.loads(line) for line in self.louver.access_file.read_text().splitlines()]
        for outcome in ("denied", "limited", "answered"):
            line = next((line for line in reversed(lines) if line["outcome"] == outcome and line.get("object")), None)
            if line:
                show("access log", json.dumps({key: line[key] for key in ("principal", "object", "outcome", "rule", "redactions") if key in line}), FAINT)
        told = {outcome: int(self.louver.metric("louver_exchanges_total", outcome=outcome)) for outcome in ("answered", "denied", "limited", "unauthenticated")}
        show("metrics", f"exchanges {json.dumps(told)}, values redacted {int(self.louver.metric('louver_redactions_total'))}", FAINT)
        everything = self.louver.access_file.read_text() + self.louver.log_file.read_text() + self.louver.admin("/metrics")
        return all(told.values()) and leaks.survivors(everything) == [] and self.analyst not in everything


def guide(tour: Tour) -> list[str]:
    """Walks through the steps; answers the ones that did not show what they should."""
    wrong = []
    for number, (title, step) in enumerate(tour.steps(), 1):
        print(f"\n{paint(f'{number:2} {title}', BOLD)}", flush=True)
        try:
            is_right = step()
        except Exception as error:
            show("failed", f"{type(error).__name__}: {error}", RED)
            is_right = False
        if not is_right:
            show("", "this is NOT what should be seen here", RED, BOLD)
            wrong.append(title)
    return wrong


# Everything around it --------------------------------------------------------------------------------------------------------------


def usable(port: int) -> int:
    """The port that the demonstration's files name, or another where that one is taken."""
    return port if stack.is_free(port) else free_port()


def prepare(identity: Identity) -> Program:
    """Puts the configuration and what it names into a folder: the files in demo/, with the ports that are used here."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    ports = {"8080": usable(8080), "9464": usable(9464)}
    for name, port in stack.ports().items():
        ports[str(stack.USUAL_PORTS[name])] = port
    for file in (HERE / "demo").glob("*.yaml"):
        text = re.sub(r"127\.0\.0\.1:(\d+)", lambda found: f"127.0.0.1:{ports.get(found[1], found[1])}", file.read_text())
        if file.name == "louver.yaml" and ports["9464"] != 9464:
            text += f"\nadmin: {{ address: 127.0.0.1:{ports['9464']} }}\n"
        (FOLDER / file.name).write_text(text)
    write_secret(FOLDER / "identity_secret", identity.secret)
    write_secret(FOLDER / "airflow_jwt_secret", (stack.HOME / "jwt_secret").read_text())
    return Program(FOLDER / "louver.yaml", ports["8080"], ports["9464"])


def serve(tour: Tour) -> None:
    """Tells how to connect an assistant, and waits for Ctrl-C."""
    headers = {"Authorization": "Bearer " + tour.analyst}
    servers = {"airflow": {"type": "http", "url": tour.louver.url("airflow"), "headers": headers}}
    print("\n" + paint("Connect your assistant or IDE", BOLD))
    tell("Put this into its MCP settings. The token is alice's and good for twelve hours; try another tool, or ask for something forbidden.")
    print("\n" + json.dumps({"mcpServers": servers}, indent=2) + "\n")
    show("Airflow", f"{tour.places['airflow']} (user admin, password in {stack.HOME / 'passwords.json'})")
    show("metrics", f"http://127.0.0.1:{tour.louver.admin_port}/metrics")
    show("files", f"{FOLDER} (change policy.yaml, then: kill -HUP {tour.louver.process.pid})")
    print("\nServing until Ctrl-C.", flush=True)
    while tour.louver.is_running:
        time.sleep(0.5)
    raise RuntimeError(f"louver has ended: {tour.louver.log_file.read_text()[-2000:]}")


def end(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    is_once = "--once" in sys.argv[1:]
    # A closed terminal or a `kill` end it as Ctrl-C does.
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    was_up = stack.alive("api")
    louver: Program | None = None
    status = 1
    try:
        stack.up(SERVERS, seeds=True)
        identity = Identity(secrets.token_urlsafe(48))
        louver = prepare(identity).start()
        tour = Tour(stack.places(), louver, identity)
        steps = len(tour.steps())
        wrong = guide(tour)
        print("\n" + (paint(f"{steps - len(wrong)} of {steps} steps showed what they should.", RED if wrong else GREEN, BOLD)), flush=True)
        status = 1 if wrong else 0
        if not is_once:
            serve(tour)
    except KeyboardInterrupt:
        print()
    finally:
        # A second Ctrl-C must not leave anything running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if louver and louver.stop() != 0:
            status = 1
        if not was_up:
            stack.down()
    return status


if __name__ == "__main__":
    sys.exit(main())
