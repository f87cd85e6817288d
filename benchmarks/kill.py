# SPDX-License-Identifier: Apache-2.0
"""What a kill and a lease cost and how fast they are on this machine, from the page to the clients of live streams.

    python benchmarks/kill.py [--quick] [--json] [--rounds N] [--streams N] [--realtime]

Streams: a gateway with two workers, a provider that streams for ever (a chunk every 20 ms) or falls silent, 100 clients. Kill by model, by tenant,
of everything, from just before the kill is written to each client's sight of its stream's end; bytes that arrived after both workers had
acknowledged; the host's agent stopped, from the lease's end to the streams' end; a boot without state. Page: the same without a
gateway, seen by eight processes. The last row is the machine's own: where it is not far below a bar, the bar says little of us. Exit code: 0 every bar met, 1 one not met.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent / "material")]

from kill_figures import Figure, table  # noqa: E402
from kill_page import costs, spread  # noqa: E402
from kill_streams import measure  # noqa: E402
from stalls import watched  # noqa: E402


def main() -> int:
    """Measure and print; return 0 where every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds: whether it works, not how fast")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--rounds", type=int, default=10, help="rounds of each kind of kill with live streams")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--only", choices=("streams", "page"), help="one half alone")
    parser.add_argument(
        "--realtime", action="store_true", help="before everybody else on a busy machine (SCHED_RR; as root)"
    )
    given = parser.parse_args()
    if given.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    rounds = 1 if given.quick else given.rounds
    before, figures = os.getloadavg(), list[Figure]()
    with tempfile.TemporaryDirectory() as name, watched(figures):
        folder = Path(name)
        if given.only != "page":
            leases = max(1, rounds // 2)
            figures += measure(folder, rounds=rounds, streams=given.streams, leases=leases)
        if given.only != "streams":
            figures += costs(folder / "costs", 20_000 if given.quick else 200_000)
            figures += spread(folder / "spread", rounds=rounds * 10, leases=rounds)
    loads = [tuple(round(one, 1) for one in load) for load in (before, os.getloadavg())]
    fails = any(not one.holds for one in figures)
    if given.json:
        told = {
            "load": loads,
            "cores": os.cpu_count(),
            "realtime": given.realtime,
            "figures": [one.value() for one in figures],
            "met": not fails,
        }
        print(json.dumps(told, indent=2))
    else:
        how = "before everybody else" if given.realtime else "at ordinary priority"
        print(
            f"{given.streams} live streams, {os.cpu_count()} cores, {how}; load before {loads[0]}, after {loads[1]}\n"
        )
        print(table(figures))
    return int(fails)


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
