#!/usr/bin/env python3
"""What it costs to know a caller again, beside what nginx spends on a request, in one run.

    identity.py [--rounds 3] [--seconds 3] PROGRAM

PROGRAM is `identity-cost`: it finds a token that came before by its bytes, and the credential that was issued for its caller, for a
thousand callers in turn. The bar is 6 % of nginx's CPU per request (32 connections, `proxy_pass` and nothing else). The last line is the
ratio as JSON, and the exit status 1 when it is over the bar.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
from contextlib import ExitStack

import bench

BAR = 0.06


def known_caller(program: str) -> float:
    """Microseconds."""
    told = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    print(told.strip(), flush=True)
    return int(re.search(r": (\d+) ns a call", told)[1]) / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("program")
    options = parser.parse_args()
    bench.FOLDER.mkdir(parents=True, exist_ok=True)
    token = bench.make_keys()
    bench.write_load(token)
    ratios = []
    with ExitStack() as open_until_the_end:
        command, port = bench.upstream()
        bench.start(open_until_the_end, "upstream", command)
        command, own = bench.plain_nginx(port)
        side = bench.Side("nginx", f"http://127.0.0.1:{own}/mcp", bench.worker(bench.start(open_until_the_end, "nginx", command)))
        bench.wait_for(side, token)
        bench.measure(side, 32, 1)
        for _ in range(options.rounds):
            nginx = bench.measure(side, 32, options.seconds)["cpu"]
            known = known_caller(options.program)
            print(f"nginx: {nginx:.2f} us a request", flush=True)
            ratios.append(known / nginx)
    ratio = round(statistics.median(ratios), 4)
    print(json.dumps({"known_caller/nginx": ratio, "bar": BAR}))
    return 1 if ratio > BAR else 0


if __name__ == "__main__":
    sys.exit(main())
