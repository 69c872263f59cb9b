#!/usr/bin/env python3
"""Writes Deploy/kubernetes from the chart, so that the two never differ: manifests.py"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
CHART = CHECKOUT / "Deploy" / "helm" / "louver"
MANIFESTS = CHECKOUT / "Deploy" / "kubernetes"
SHAPES = ("gateway", "sidecar")


def renderer() -> Path:
    """The program that renders the chart, built when it is missing or older than its source."""
    program = CHECKOUT / ".louver" / "render"
    source = HERE / "render.go"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        # Debian's Go packages are sources under one path, and need no module proxy.
        quiet = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "-buildvcs=false", "GOCACHE": str(CHECKOUT / ".louver" / "go"), "GOTOOLCHAIN": "local"}
        subprocess.run(["go", "build", "-o", str(program), str(source)], check=True, env={**os.environ, **quiet})
    return program


def render(*values: Path, service: str = "Helm") -> subprocess.CompletedProcess:
    return subprocess.run([str(renderer()), str(CHART), "louver", service, *map(str, values)], capture_output=True, text=True)


def manifest(shape: str) -> str:
    done = render(CHART / "ci" / f"{shape}.yaml", service="kubectl")
    done.check_returncode()
    head = f"# Louver as a {shape}, for `kubectl apply --filename`. Written by `make manifests` from Deploy/helm/louver with ci/{shape}.yaml: change those, or\n"
    return head + "# copy this file and make it yours. The Secret `louver-secrets` is yours to make; the guide in Deploy/README.md says what is in it.\n" + done.stdout


if __name__ == "__main__":
    MANIFESTS.mkdir(exist_ok=True)
    for shape in SHAPES:
        (MANIFESTS / f"{shape}.yaml").write_text(manifest(shape))
