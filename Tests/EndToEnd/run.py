#!/usr/bin/env python3
"""Runs the end-to-end tests: starts the stack if it is not up, runs pytest in an environment of its own, ends what was started here.

    run.py [--no-stack] [arguments of pytest]

With --no-stack only tests that need no Airflow can run. A stack that was up before stays up, which makes repeated runs by hand quick.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "stack"))

import stack


def tests(arguments: list[str]) -> int:
    """Runs pytest and answers its exit status."""
    for folder in (stack.ENVIRONMENTS, stack.HOME / "home"):
        folder.mkdir(parents=True, exist_ok=True)
    stack.install("tests", "tests", sys.executable)
    python = str(stack.ENVIRONMENTS / "tests" / "bin" / "python")
    command = [python, "-m", "pytest", "-c", str(HERE / "pytest.ini"), str(HERE), *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode


def main() -> int:
    arguments = sys.argv[1:]
    if "--no-stack" in arguments:
        arguments.remove("--no-stack")
        return tests(arguments)
    was_up = stack.alive("api")
    if not was_up or not all(stack.alive(server) for server in stack.SERVERS):
        stack.up(list(stack.SERVERS), seeds=True)
    try:
        return tests(arguments)
    finally:
        if not was_up:
            stack.down()


if __name__ == "__main__":
    sys.exit(main())
