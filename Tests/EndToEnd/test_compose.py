"""The compose file. There is no Docker engine in CI: what it names is run without one, as far as that goes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from louver import BINARY, CHECKOUT, free_port
from raw import wait_until
from test_package import needs, needs_root

FOLDER = CHECKOUT / "Deploy" / "compose"


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((FOLDER / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def keys():
    """The secrets, made by the script of the container `keys`, at the paths it knows."""
    needs("bwrap")
    needs_root()
    folder = Path(tempfile.mkdtemp(prefix="louver-compose-"))
    folder.chmod(0o755)
    for name in ("louver", "airflow", "redis"):
        (folder / name).mkdir()
    command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--tmpfs", "/mnt", "--bind", str(folder), "/mnt", "sh", "-euc"]
    script = (FOLDER / "keys.sh").read_text().replace("/keys/", "/mnt/")
    for _ in range(2):
        done = subprocess.run([*command, script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


def test_services_run_without_privileges_and_hold_no_secret(compose):
    for name in ("louver", "redis"):
        service = compose["services"][name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published and all(port.startswith("127.0.0.1:") for port in published)
    assert "ports" not in compose["services"]["airflow"], "only Louver reaches Airflow"
    for held in compose["configs"].values():
        assert (FOLDER / held["file"]).is_file()
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for config in service.get("configs", []):
            assert config["source"] in compose["configs"]
        assert ":latest" not in service["image"] or service.get("build")
    build = compose["services"]["louver"]["build"]
    assert (FOLDER / build["context"] / build["dockerfile"]).is_file()


def test_each_secret_is_for_one_reader(keys):
    for name, owner in (("louver", 65532), ("airflow", 50000), ("redis", 999)):
        files = list((keys / name).iterdir())
        assert files
        for file in files:
            status = file.stat()
            assert (status.st_uid, status.st_mode & 0o777) == (owner, 0o400), file
    assert (keys / "louver" / "airflow_jwt_secret").read_text() == (keys / "airflow" / "jwt_secret").read_text()
    assert (keys / "louver" / "redis_password").read_text() in (keys / "redis" / "redis.conf").read_text()


def test_louver_takes_the_configuration(compose, keys):
    needs("bwrap", "setpriv")
    mounts = {config["target"]: FOLDER / compose["configs"][config["source"]]["file"] for config in compose["services"]["louver"]["configs"]}
    # Read as the container's user from places it may read, which a checkout need not be.
    etc = keys / "etc"
    etc.mkdir()
    for target, source in mounts.items():
        shutil.copy(source, etc / Path(target).name)
    shutil.copytree(CHECKOUT / "Policies", etc / "policies")
    shutil.copy(BINARY, etc / "louver")
    user = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"]
    view = ["bwrap", "--ro-bind", "/", "/", "--tmpfs", "/run", "--ro-bind", str(keys / "louver"), "/run/louver/secrets", "--ro-bind", str(etc), "/mnt", "--proc", "/proc"]
    check = ["/mnt/louver", "check", "--config", "/mnt/louver.yaml", "--policies", "/mnt/policies"]
    done = subprocess.run([*user, *view, *check], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_redis_takes_its_configuration_and_asks_for_the_password(compose, keys):
    needs("redis-server", "redis-cli")
    port = free_port()
    text = (keys / "redis" / "redis.conf").read_text().replace("bind 0.0.0.0", f"bind 127.0.0.1\nport {port}")
    [_, path] = compose["services"]["redis"]["command"]
    assert f"redis-keys:{os.path.dirname(path)}:ro" in compose["services"]["redis"]["volumes"]
    process = subprocess.Popen(["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    process.stdin.write(text)
    process.stdin.close()
    try:

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_until(answers, 10)
        probe = compose["services"]["redis"]["healthcheck"]["test"][1].replace("redis-cli", f"redis-cli -p {port}")
        assert subprocess.run(["sh", "-c", probe]).returncode == 0
        refused = subprocess.run(["redis-cli", "-p", str(port), "get", "x"], capture_output=True, text=True)
        assert "NOAUTH" in refused.stdout
    finally:
        process.terminate()
        process.wait(10)
