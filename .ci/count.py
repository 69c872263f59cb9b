"""Adds up the reports of a test run and prints `N passed, N failed` as the last line.

Both parts must have left a report with tests in it: a part that never ran is a failure, not a zero.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as xml
from pathlib import Path

PARTS = {"unit tests": "unit*.xml", "end-to-end tests": "e2e.xml"}


def count(file: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped of one report. A case is counted by what it holds, not by the totals that its suite claims.

    A case that stands there twice was tried again; its last try counts, and one that needed it is named, because it hides a fault.
    """
    tries: dict[tuple[str, str], list[set[str]]] = {}
    for case in xml.parse(file).getroot().iter("testcase"):
        tries.setdefault((case.get("classname", ""), case.get("name", "")), []).append({child.tag for child in case})
    passed = failed = skipped = 0
    for (where, name), marks in tries.items():
        if marks[-1] & {"failure", "error"}:
            failed += 1
        elif "skipped" in marks[-1]:
            skipped += 1
        else:
            passed += 1
            if len(marks) > 1:
                print(f"UNSTEADY, passed only at try {len(marks)}: {where}.{name}")
    return passed, failed, skipped


def main(folder: Path) -> int:
    passed = failed = 0
    missing = []
    for part, pattern in PARTS.items():
        try:
            counts = [count(file) for file in sorted(folder.glob(pattern))]
        except (OSError, xml.ParseError) as error:
            print(f"{part}: the report cannot be read: {error}")
            counts = []
        here, wrong, left_out = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
        print(f"{part}: {here} passed, {wrong} failed, {left_out} skipped")
        if here + wrong == 0:
            missing.append(part)
        passed, failed = passed + here, failed + wrong
    for part in missing:
        print(f"{part}: NO TESTS WERE COUNTED")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
