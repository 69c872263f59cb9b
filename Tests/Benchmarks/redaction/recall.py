#!/usr/bin/env python3
"""How many of the secrets of an independent corpus `louver redact` finds, by tier and label.

    recall.py [--seed N] [--misses N]

A secret counts as found when no eight of its characters in a row survive, in the text as it stands or in any decoding of it that a reader
would think of. What stands at the beginning of a long credential is public and does not count.
"""

from __future__ import annotations

import argparse
import base64
import collections
import gzip
import html
import json
import os
import re
import subprocess
import urllib.parse
import zlib
from pathlib import Path

from corpus import Corpus, Row

ROOT = Path(__file__).resolve().parents[3]
LOUVER = os.environ.get("LOUVER_BINARY") or str(ROOT / ".build/release/louver")
PUBLIC = 8
WINDOW = 8


def scrub(rows: list[Row]) -> list[str]:
    given = "".join(json.dumps({"t": row.text}, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "surrogatepass")
    done = subprocess.run([LOUVER, "redact", "--ndjson", "-"], input=given, capture_output=True, check=True, cwd=ROOT)
    texts = [json.loads(line)["t"] for line in done.stdout.decode().split("\n") if line]
    assert len(texts) == len(rows)
    return texts


def decoded(run: str) -> list[bytes]:
    found = []
    text = run.rstrip("=").replace("-", "+").replace("_", "/")
    for decode in (lambda: base64.b64decode(text + "=" * (-len(text) % 4)), lambda: bytes.fromhex(run), lambda: base64.b32decode(run)):
        try:
            found.append(decode())
        except ValueError:
            pass
    for raw in list(found):
        try:
            found.append(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else zlib.decompress(raw))
        except (OSError, EOFError, zlib.error):
            pass
    return found


def readings(text: str) -> set[str]:
    """The text and what becomes of it by undoing up to three disguises."""
    seen, fresh = {text}, {text}
    for _ in range(3):
        made: set[str] = set()
        for view in fresh:
            if len(view) > 20_000:
                continue
            made |= {
                urllib.parse.unquote(view), html.unescape(view), re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), view),
                re.sub(r"\\+x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), view), re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), view),
                re.sub(r'\\+([/"])', r"\1", view), re.sub(r"(?:\x1b|\\x1b|\\u001b|\\033)\[[0-9;]*m", "", view),
                "".join(letter for letter in view if " " <= letter < "\x7f"), re.sub(r"\s*\\?\n\s*", "", view), re.sub(r"'\s*\+?\s*'", "", view),
                "".join(chr(ord(letter) - 0xFEE0) if "\uff01" <= letter <= "\uff5e" else letter for letter in view),
                re.sub(r"=\n", "", view), re.sub(r"=([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), view), re.sub(r"\|\n[0-9a-f]{8}.*?\|", "", view),
            }
            for run in re.findall(r"[A-Za-z0-9+/_-]{16,}={0,2}", view) + re.findall(r"0[xX]([0-9a-fA-F]{16,})", view):
                made |= {raw.decode("latin1") for raw in decoded(run)}
        fresh = made - seen
        seen |= fresh
        if len(seen) > 400:
            break
    return seen


def survives(row: Row, text: str) -> bool:
    views = readings(text)
    for secret in row.secrets:
        start = PUBLIC if len(secret) >= 3 * PUBLIC else 0
        width = min(WINDOW, len(secret))
        for at in range(start, len(secret) - width + 1):
            piece = secret[at : at + width]
            if "REDACTED" not in piece and any(piece in view for view in views):
                return True
    return False


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--misses", type=int, default=0, help="how many misses of a label are shown")
    given = options.parse_args()
    rows = Corpus(given.seed).rows
    tiers: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    labels: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for row, text in zip(rows, scrub(rows)):
        is_found = not survives(row, text)
        label = f"{row.tier}/{row.label}"
        for count in (tiers[row.tier], labels[label]):
            count[0] += is_found
            count[1] += 1
        if not is_found and labels[label][1] - labels[label][0] <= given.misses:
            print(f"missed {label}\n  {row.text!r}\n  {text!r}")
    print(f"independent corpus, seed {given.seed}: {len(rows)} texts")
    for label, (found, count) in sorted(labels.items()):
        if found < count:
            print(f"  {label}: {found} of {count}")
    for tier, (found, count) in tiers.items():
        print(f"recall {tier}: {100 * found / count:.2f} % ({found} of {count})")


if __name__ == "__main__":
    main()
