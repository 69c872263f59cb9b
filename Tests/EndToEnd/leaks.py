"""Finds planted values in what a client received, in every form they can hide in."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import urllib.parse

import planted


def views(text: str, depth: int = 3) -> set[str]:
    """The text and whatever its parts decode to."""
    seen = {text}
    fresh = {text}
    for _ in range(depth):
        found: set[str] = set()
        for view in fresh:
            found.add(urllib.parse.unquote(view))
            found.add(html.unescape(view))
            found.add(view.replace("\\n", "\n").replace('\\"', '"').replace("\\/", "/").replace("\\\\", "\\"))
            found.add(re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), view))
            for run in re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", view):
                for decode in (base64.b64decode, base64.urlsafe_b64decode):
                    try:
                        found.add(decode(run + "=" * (-len(run) % 4)).decode())
                    except (ValueError, binascii.Error):
                        pass
            for run in re.findall(r"(?:[0-9a-fA-F]{2}){12,}", view):
                try:
                    found.add(bytes.fromhex(run).decode())
                except ValueError:
                    pass
        fresh = found - seen
        seen |= fresh
    return seen


def survivors(received: object) -> list[str]:
    """The names of the planted values of which any eight characters in a row are left."""
    text = received if isinstance(received, str) else json.dumps(received, ensure_ascii=False)
    everything = "\n".join(views(text))
    left = []
    for name, value in planted.ALL.items():
        secret = secret_part(name, value)
        if any(secret[at : at + 8] in everything for at in range(len(secret) - 7)):
            left.append(name)
    return left


def secret_part(name: str, value: str) -> str:
    """What of a value is secret: not the public prefix, and not the head of a JWT, which is the same in every token."""
    if name == "jwt":
        return value.split(".", 1)[1]
    for prefix in ("AKIA", "ghp_", "xoxb-"):
        if value.startswith(prefix):
            return value[len(prefix) :]
    return value
