#!/usr/bin/env python3
"""What a decision costs beside what nginx uses for a whole request, measured in turns in one run on one machine.

    decision.py PROGRAM POLICIES [--rounds 5]

PROGRAM is `policy-cost`, which decides calls under policies of 10, 200 and 1,000 rules. nginx forwards the call of `bench.py` and does
nothing else. Two promises are held, and the exit status tells: a decision under 200 rules takes at most a tenth of what nginx uses for a
request, and under 1,000 rules for 10,000 principals as good as no more than under 10 for 10.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from contextlib import ExitStack

import bench

SHARE_MAX, GROWTH_MAX = 0.1, 1.15


def decide(program: str, policies: str) -> dict[str, list[float]]:
    told = subprocess.run([program, policies], check=True, capture_output=True, text=True).stdout
    return json.loads(told.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("policies")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    bench.FOLDER.mkdir(parents=True, exist_ok=True)
    # nginx asks nobody who he is.
    bench.write_load("nobody")
    shares, growths, proxied, decisions, tokens = [], [], [], [], []
    with ExitStack() as open_until_the_end:
        command, port = bench.upstream()
        bench.start(open_until_the_end, "upstream", command)
        command, own = bench.plain_nginx(port)
        side = bench.Side("nginx", f"http://127.0.0.1:{own}/mcp", bench.worker(bench.start(open_until_the_end, "nginx", command)))
        bench.wait_for(side, "nobody")
        bench.measure(side, 32, 1)
        for _ in range(options.rounds):
            proxied.append(bench.measure(side, 32, 3)["cpu"])
            found = decide(options.program, options.policies)
            small, middle, large = found["decision_ns"]
            decisions.append((small, middle, large))
            tokens.append(found["token_ns"])
            shares.append(middle / 1000 / proxied[-1])
            growths.append(large / small)
    share, growth = statistics.median(shares), statistics.median(growths)
    for at, name in enumerate(("10 rules, 10 principals", "200 rules, 50 principals", "1,000 rules, 10,000 principals")):
        decision, token = (statistics.median(one[at] for one in some) for some in (decisions, tokens))
        print(f"{name:31} {decision:6.0f} ns a decision, {token / 1000:7.1f} us once for each token")
    print(f"nginx                           {statistics.median(proxied) * 1000:6.0f} ns of CPU a request")
    print(json.dumps({"share_of_nginx_200_rules": round(share, 4), "growth_1000_rules": round(growth, 3)}))
    return 0 if share <= SHARE_MAX and growth <= GROWTH_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
