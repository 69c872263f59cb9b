"""Prints line coverage by room, and the files that are covered least, from what `swift test --enable-code-coverage` left behind."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LEAST = 15


def main(scratch: Path) -> int:
    reports = sorted(scratch.glob("*/debug/codecov/louver.json"))
    if not reports:
        print(f"no coverage in {scratch}", file=sys.stderr)
        return 1
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    files: list[tuple[float, str]] = []
    for entry in json.loads(reports[-1].read_text())["data"][0]["files"]:
        path = Path(entry["filename"])
        if not path.is_relative_to(CHECKOUT / "Sources"):
            continue
        name = path.relative_to(CHECKOUT / "Sources")
        lines = entry["summary"]["lines"]
        for total in (rooms[name.parts[0]], rooms["all"]):
            total[0] += lines["covered"]
            total[1] += lines["count"]
        files.append((lines["percent"], str(name)))
    print("\nlines covered, by room")
    for room, (covered, count) in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        print(f"  {room:16}{100 * covered / max(count, 1):6.1f} %   {covered} of {count}")
    print(f"\nthe {LEAST} files covered least")
    for percent, name in sorted(files)[:LEAST]:
        print(f"  {percent:6.1f} %   {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
