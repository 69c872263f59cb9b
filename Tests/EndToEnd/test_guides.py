"""Every command and every configuration in the documents does what the page says.

A fenced block says in its first line what it is:

    yaml louver      a whole configuration: `louver check` takes it
    yaml part        keys of one: taken together with what a configuration needs besides
    yaml policy      a policy: `louver policy check` takes it and its tests pass
    yaml piece       keys of one: taken together with what a policy needs besides
    yaml values      values of the Helm chart: rendered, valid, and with a configuration that Louver takes
    yaml prometheus  part of Prometheus' configuration: `promtool check config` takes it
    json client      settings of an MCP client: what is in them gets through a running Louver
    python client    a program: run against a running Louver, with a model that calls every tool
    sh run           commands: run, all of one page as one script, in an empty network
    python run       a program within that script
    sh airflow       Airflow's settings: Airflow 3 knows each of them
    sh airflow2      settings of Airflow 2, which is not here: only their form is checked
    sh shown WHY     commands that cannot run here: only their form is checked, and they are counted
    text             what something prints

`file=NAME` writes a block to a file for the commands of its page.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import stack
import yaml
from certificates import Authority, openssl
from louver import BINARY, CHECKOUT, Louver, b64, free_port, write_secret
from raw import Connection, ask, base, wait_until
from servers import policy
from test_package import needs, run
from upstream import Upstream

POLICIES = CHECKOUT / "Policies"
PAGES = [CHECKOUT / "README.md", CHECKOUT / "Deploy" / "README.md", *sorted((CHECKOUT / "Deploy" / "guides").glob("*.md")), POLICIES / "README.md"]
# Blocks whose commands are not run, for each page. Whoever adds one changes the number and says in the block why.
SHOWN = {"README.md": 2, "Deploy/README.md": 4, "clients.md": 1, "mcp-servers.md": 7, "policies.md": 2, "troubleshooting.md": 1}
KINDS = {"louver", "part", "policy", "piece", "values", "prometheus", "client", "run", "airflow", "airflow2", "shown", "text"}


@dataclass
class Block:
    page: Path
    line: int
    language: str
    kind: str
    rest: str
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"

    @property
    def file(self) -> str | None:
        found = re.search(r"\bfile=(\S+)", self.rest)
        return found[1] if found else None


def name(page: Path) -> str:
    return str(page.relative_to(CHECKOUT)) if page.name == "README.md" else page.name


def blocks(page: Path) -> list[Block]:
    found, opened = [], None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if opened is None and line.startswith("```"):
            words = line.removeprefix("```").split(maxsplit=2)
            language, kind = (words + ["", ""])[:2]
            opened = Block(page, number, language, kind or language, words[2] if len(words) > 2 else "", "")
        elif opened and line == "```":
            found.append(opened)
            opened = None
        elif opened:
            opened.text += line + "\n"
    assert opened is None, f"{page}: a block has no end"
    return found


ALL = [block for page in PAGES for block in blocks(page)]


def of(kind: str, language: str = "") -> list[Block]:
    return [block for block in ALL if block.kind == kind and language in ("", block.language)]


# The form ------------------------------------------------------------------------------------------------------------------------------------


def test_every_block_says_what_it_is():
    assert len(ALL) > 40
    assert [str(block) for block in ALL if block.kind not in KINDS] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_has_a_fence(page):
    """What is only indented would be shown to readers and seen by no test."""
    outside, lines = True, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("```"):
            outside = not outside
        elif outside and line.startswith("    ") and line.strip():
            lines.append(f"{number}: {line}")
    assert lines == []


def test_commands_within_a_sentence_are_those_of_the_program():
    """`louver verb --flag` in a sentence or a table: the verb is there, and its help tells of the flag."""
    found = {(name(page), command) for page in PAGES for command in re.findall(r"`louver ([^`]+)`", page.read_text())}
    assert len(found) > 15
    for page, command in sorted(found):
        words = command.split()
        verb = itertools.takewhile(lambda word: re.fullmatch(r"[a-z]+", word), words)
        done = subprocess.run([BINARY, *verb, "--help"], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, f"{page}: louver {command}"
        for flag in re.findall(r"--[a-z-]+", command):
            assert flag in done.stdout, f"{page}: louver {command}"


def test_commands_that_are_not_run_are_counted_and_say_why():
    counted = {}
    for block in of("shown"):
        assert block.rest, f"{block} does not say why it cannot run"
        counted[name(block.page)] = counted.get(name(block.page), 0) + 1
    assert counted == SHOWN


@pytest.mark.parametrize("block", [block for block in ALL if block.language == "sh"], ids=str)
def test_shell_can_be_parsed(block):
    run("bash", "-n", input=block.text)


@pytest.mark.parametrize("page", PAGES + [CHECKOUT / "CONTRIBUTING.md", CHECKOUT / "ARCHITECTURE.md", CHECKOUT / "SECURITY.md"], ids=name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page.name} links to {link}"
        if anchor:
            headings = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)}
            assert anchor in headings, f"{page.name} links to {link}"


# Configurations ---------------------------------------------------------------------------------------------------------------------------------


class Estate:
    """The files that configurations on the pages name, made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def make(self, key: str, path: str) -> None:
        file = self.folder / path
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        if "jwks" in key:
            public = {"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "n": b64(b"\xc1" + secrets.token_bytes(254) + b"\x01"), "e": "AQAB"}
            file.write_text(json.dumps({"keys": [public]}))
        elif key == "policy":
            shutil.copy(CHECKOUT / "Deploy" / "policy.yaml", file)
        elif key in ("ca", "certificate"):
            shutil.copy(Authority(self.folder / "authority").certificate, file)
        elif key == "signing":
            openssl("genpkey", "-algorithm", "ed25519", "-out", str(file))
            file.chmod(0o600)
        elif key == "public_key_file":
            private = file.with_name(file.name + ".private")
            self.make("signing", private.name)
            openssl("pkey", "-in", str(private), "-pubout", "-out", str(file))
        else:
            write_secret(file, secrets.token_urlsafe(64))

    def furnish(self, value: object, key: str = "", within: str = "") -> None:
        """Makes every file that a configuration names."""
        if isinstance(value, dict):
            for inner, below in value.items():
                self.furnish(below, inner, key or within)
        elif isinstance(value, list):
            for below in value:
                self.furnish(below, key, within)
        elif isinstance(value, str) and (key.endswith("_file") or key in ("ca", "certificate", "policy")):
            is_signing = key == "signing_key_file" or (key == "key_file" and within != "sessions")
            self.make("signing" if is_signing else key, value)


SMALLEST = {
    "version": 1,
    "listen": [{"address": "127.0.0.1:8080"}],
    "external_url": "https://louver.example",
    "issuers": [{"issuer": "https://idp.example", "algorithms": ["RS256"], "jwks_file": "jwks.json"}],
    "upstreams": {"airflow": {"url": "http://127.0.0.1:8000/mcp", "reissue": {"mode": "none"}}},
}


def check(configuration: dict, folder: Path) -> None:
    estate = Estate(folder)
    estate.furnish(configuration)
    (folder / "louver.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))
    run(BINARY, "check", "--config", folder / "louver.yaml", "--policies", POLICIES)


@pytest.mark.parametrize("block", of("louver"), ids=str)
def test_whole_configurations_are_good(block, tmp_path):
    check(yaml.safe_load(block.text), tmp_path)


@pytest.mark.parametrize("block", of("part"), ids=str)
def test_parts_of_configurations_are_good(block, tmp_path):
    whole = {**SMALLEST, **yaml.safe_load(block.text)}
    whole.setdefault("routes", [{"path": f"/{each}", "upstream": each, "policy": "policy.yaml"} for each in whole["upstreams"]])
    check(whole, tmp_path)


@pytest.mark.parametrize("block", of("policy"), ids=str)
def test_policies_are_good_and_their_tests_pass(block, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(block.text)
    run(BINARY, "policy", "check", "--policies", POLICIES, file)
    if "tests" in yaml.safe_load(block.text):
        assert "0 failed" in run(BINARY, "policy", "test", "--policies", POLICIES, file)


@pytest.mark.parametrize("block", of("piece"), ids=str)
def test_pieces_of_policies_are_good(block, tmp_path):
    file = tmp_path / "policy.yaml"
    whole = {"version": 1, "name": "piece", "server": "astro-airflow-mcp", "rules": [{"id": "all", "allow": "tools/call", "tools": ["*"], "principals": ["anyone"]}]}
    file.write_text(yaml.safe_dump({**whole, **yaml.safe_load(block.text)}))
    run(BINARY, "policy", "check", "--policies", POLICIES, file)


@pytest.mark.parametrize("block", of("values"), ids=str)
def test_values_of_the_chart_are_good(block, tmp_path):
    needs("go")
    import kubernetes_validate

    sys.path.append(str(Path(__file__).resolve().parent / "chart"))
    import manifests

    (tmp_path / "values.yaml").write_text(block.text)
    done = manifests.render(tmp_path / "values.yaml")
    assert done.returncode == 0, done.stderr
    documents = [document for document in yaml.safe_load_all(done.stdout) if document]
    for document in documents:
        kubernetes_validate.validate(document, "1.37", strict=True)
    [configuration] = [document["data"]["louver.yaml"] for document in documents if "louver.yaml" in document.get("data", {})]
    folder = tmp_path / "etc"
    for file, text in yaml.safe_load(block.text)["policies"].items():
        (folder / "policies").mkdir(parents=True, exist_ok=True)
        (folder / "policies" / file).write_text(text)
    check(yaml.safe_load(configuration.replace("/run/louver/secrets/", "secrets/")), folder)


@pytest.mark.parametrize("block", of("prometheus"), ids=str)
def test_prometheus_takes_its_part(block, tmp_path):
    needs("promtool")
    shutil.copy(CHECKOUT / "Deploy" / "prometheus" / "alerts.yaml", tmp_path)
    (tmp_path / "prometheus.yaml").write_text(block.text)
    run("promtool", "check", "config", tmp_path / "prometheus.yaml")


@pytest.mark.parametrize("block", of("airflow"), ids=str)
def test_airflow_knows_its_settings(block):
    known = list((stack.ENVIRONMENTS / "airflow").glob("lib/*/site-packages/airflow/config_templates/config.yml"))
    if not known:
        pytest.skip("LOUD: Airflow is not installed here; run the tests without --no-stack once")
    sections = yaml.safe_load(known[0].read_text())
    settings = re.findall(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)=", block.text)
    assert settings
    for section, option in settings:
        assert option.lower() in sections[section.lower()]["options"], f"[{section}] {option}"


# Commands -----------------------------------------------------------------------------------------------------------------------------------


def script(page: Path) -> str:
    """Everything on a page that runs, in its order."""
    parts = []
    for block in blocks(page):
        if block.file:
            parts.append(f"cat > {block.file} <<'END OF FILE'\n{block.text}END OF FILE\n")
        elif block.kind == "run":
            parts.append(block.text if block.language == "sh" else f"{sys.executable} - <<'END OF FILE'\n{block.text}END OF FILE\n")
    return "".join(parts)


def flat(value: object, key: str = "") -> list[tuple[str, str]]:
    """Every text of a configuration with the key it stands under."""
    if isinstance(value, dict):
        return [pair for inner, below in value.items() for pair in flat(below, inner)]
    if isinstance(value, list):
        return [pair for below in value for pair in flat(below, key)]
    return [(key, value)] if isinstance(value, str) else []


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.kind == "run" for block in blocks(page))], ids=name)
def test_the_commands_of_a_page_do_what_it_says(page, tmp_path):
    needs("bwrap", "curl", "openssl", "pidof", "redis-server", "redis-cli")
    if subprocess.run(["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "true"]).returncode != 0:
        pytest.skip("LOUD: this machine lets nobody make an empty network, where the pages' ports are free")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "louver").symlink_to(BINARY)
    work = tmp_path / "work"
    estate = Estate(work)
    commands = script(page)
    typed = "".join(block.text for block in blocks(page) if block.kind == "run")
    for block in blocks(page):
        if block.kind == "louver":
            # What the page's own commands make is not made for them.
            estate.furnish({key: value for key, value in flat(yaml.safe_load(block.text)) if value not in typed})
    before = ""
    if page.name == "clients.md":
        # Clients connect to something: the deployment of the page before, as far as it is started there.
        before = script(CHECKOUT / "Deploy" / "README.md").split("louver check --config louver.yaml && kill")[0]
        estate.make("jwks_file", "jwks.json")
    box = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "--die-with-parent", "--proc", "/proc", "--chdir", str(work)]
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LOUVER_POLICIES": str(POLICIES)}
    run(*box, "bash", "-euo", "pipefail", "-c", before + commands, env=environment)


# Clients -------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(identity):
    """A Louver as the pages suppose it, at /mcp."""
    with Upstream({"list_dags": lambda turn: turn.text("finance_eod")}) as upstream:
        with Louver({"mcp": {"url": upstream.url, "wire": "both"}}, policy(["list_dags"]), identity) as louver:
            yield louver, upstream


def filled(text: str, token: str) -> str:
    return re.sub(r"\$\{(?:env:|input:)?(?:LOUVER_TOKEN|louver-token)\}", token, text)


@pytest.mark.parametrize("block", of("client", "json"), ids=str)
def test_settings_of_clients_lead_to_an_answer(block, running, identity):
    louver, _ = running
    settings = json.loads(block.text)
    [server] = (settings.get("mcpServers") or settings["servers"]).values()
    assert server.get("type", "http") == "http"
    assert server["url"] == "https://louver.example/mcp"
    token = identity.token()
    headers = {key: filled(value, token) for key, value in server["headers"].items()}
    assert headers == {"Authorization": f"Bearer {token}"}
    assert token not in block.text
    for entry in settings.get("inputs", []):
        assert entry["password"] is True and "${input:" + entry["id"] + "}" in block.text
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "guide", "version": "1"}}
    with Connection(louver.port) as connection:
        reply = connection.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}, {**base(None), **headers})
        assert reply.status == 200 and "tools" in reply.answer["result"]["capabilities"]


@pytest.mark.parametrize("block", of("client", "python"), ids=str)
def test_programs_of_clients_call_tools(block, running, identity):
    louver, upstream = running
    stack.install("pydantic-ai", "pydantic-ai", sys.executable)
    text, changed = re.subn(r'"https://louver\.example/mcp"', f'"{louver.url("mcp")}"', block.text)
    assert changed == 1
    # The model that the library brings for tests: it calls every tool it is given.
    text, changed = re.subn(r'Agent\("[^"]+"', 'Agent("test"', text)
    assert changed == 1
    called = len(upstream.calls())
    python = stack.ENVIRONMENTS / "pydantic-ai" / "bin" / "python"
    told = run(python, "-c", text, env={**os.environ, "LOUVER_TOKEN": identity.token()})
    assert "finance_eod" in told and len(upstream.calls()) == called + 1


def test_the_user_that_the_redis_guide_makes_may_do_what_louver_does(serve, identity, tmp_path):
    needs("redis-server", "redis-cli")
    page = next(page for page in PAGES if page.name == "redis.md")
    [line] = [line for line in page.read_text().splitlines() if line.startswith("redis-cli ACL SETUSER")]
    port = free_port()
    process = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True).stdout == b"PONG\n")
        run("bash", "-c", line.replace("redis-cli", f"redis-cli -p {port}"))
        limits = "limits:\n  - { id: few, per: [principal], rate: 1/min, burst: 2 }\n"
        extra = f'redis: {{ url: "redis://louver@127.0.0.1:{port}/0", password_file: redis_password, timeout: 500ms }}\n'
        upstream = serve({"fine": lambda turn: turn.text("fine")})
        louver = Louver({"scripted": {"url": upstream.url, "wire": "both"}}, policy(["fine"], limits=limits), identity, extra=extra)
        write_secret(louver.folder / "redis_password", re.search(r"'>([^']+)'", line)[1])
        with louver:
            answers = [ask(louver.port, "/scripted", identity.token(), "fine").status for _ in range(4)]
            assert answers == [200, 200, 429, 429]
            assert louver.metric("louver_store_lost_total") == 0
    finally:
        process.terminate()
        process.wait(10)
