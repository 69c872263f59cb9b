#!/usr/bin/env python3
"""Writes the manual page, louver(1), from what the program itself says of its verbs: manual.py BINARY > louver.1"""

from __future__ import annotations

import re
import subprocess
import sys


def ask(*words: str) -> str:
    return subprocess.run([*words], capture_output=True, text=True, check=True).stdout


def escape(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def code(text: str) -> str:
    """Escaped, with `words in backticks` set in bold."""
    return re.sub(r"`([^`]+)`", r"\\fB\1\\fR", escape(text))


def verb(name: str, page: str) -> list[str]:
    lines = page.splitlines()
    usage = next(at for at, line in enumerate(lines) if line.startswith("usage:"))
    examples = lines.index("examples:")
    summary = re.sub(r"^louver [^:]*: ", "", lines[0])
    out = [f".SS {escape(name)}", f"{code(summary[0].upper() + summary[1:])}.", ".PP", f"\\fB{escape(lines[usage].removeprefix('usage: '))}\\fR"]
    prose: list[str] = []
    for line in lines[usage + 1 : examples]:
        if flag := re.match(r"  ((?:-\w, )?--[a-z-]+(?: \S+)?) {2,}(\S.*)", line):
            out += [".TP", f".B {escape(flag[1])}", code(flag[2])]
        elif line:
            prose.append(code(line))
    out += [".PP", *prose, ".PP", ".EX"]
    for line in lines[examples + 1 :]:
        if not line.startswith("  "):
            break
        out.append(escape(line))
    return [*out, ".EE"]


def main(binary: str) -> None:
    version = ask(binary, "version").split()[1]
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?) {2,}\S", ask(binary, "--help"), re.MULTILINE)
    out = [f'.TH LOUVER 1 "" "louver {version}" "User Commands"', ".SH NAME", "louver \\- security proxy between AI assistants and Airflow MCP servers"]
    out += [".SH SYNOPSIS", ".B louver", ".I VERB", "[\\fIFLAGS\\fR]", ".SH DESCRIPTION"]
    out += ["Louver stands between MCP clients and an Airflow MCP server. It authenticates every call, asks a policy, limits, sends the call on"]
    out += ["with a credential of its own, and takes secrets out of what comes back. What no rule allows is refused.", ".SH VERBS"]
    for name in verbs:
        out += verb(name, ask(binary, *name.split(), "--help"))
    out += [".SH EXIT STATUS", "0 when all went well, 1 when not, 2 when the command line or a file it names is wrong."]
    out += [".SH SIGNALS", ".TP", ".B SIGHUP", "Read the configuration and all it names again, all or nothing."]
    out += [".TP", ".B SIGTERM\\fR, \\fBSIGINT", "Stop listening, let running calls end within \\fBlimits.drain_timeout\\fR, and exit with 0."]
    out += [".SH ENVIRONMENT", ".TP", ".B LOUVER_POLICIES", "Where the shipped policies and detectors are."]
    out += [".TP", ".B NOTIFY_SOCKET\\fR, \\fBWATCHDOG_USEC\\fR, \\fBLISTEN_FDS", "What a supervisor passes; see \\fBsd_notify\\fR(3), \\fBsd_listen_fds\\fR(3)."]
    out += [".SH FILES", ".TP", ".I /etc/louver/louver.yaml", "The configuration, every key with its default and its reason."]
    out += [".TP", ".I /etc/louver/policy.yaml", "A first policy.", ".TP", ".I /usr/share/louver/policies", "Packs, profiles of servers, detectors."]
    out += [".SH SEE ALSO", ".BR systemctl (1),", ".I /usr/share/doc/louver"]
    print("\n".join(out))


if __name__ == "__main__":
    main(sys.argv[1])
