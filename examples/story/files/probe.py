# SPDX-License-Identifier: Apache-2.0
"""The red team's probe: requests of which it is known whether the filter should stop them, each sent through the gateway.

python probe.py PROBES REVIEWS
Writes what was found of each, by the id that the gateway gave it, as `ruleout monitoring reviewed` reads it. Counts nothing itself.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import openai
import yaml
from ask import client_of, reason_of, say

HOOK = "scam-filter"
#: By whether the filter should have stopped a request, and whether it did. A false alarm is no miss, and is not filed.
FOUND = {(True, True): "caught", (False, False): "fine", (True, False): "miss", (False, True): "false alarm"}


def send(client: openai.OpenAI, text: str) -> tuple[str, bool]:
    """Return the gateway's id of a request, and whether the filter stopped it. Raises openai.APIError for any other refusal."""
    turns = [{"role": "user", "content": text}]
    try:
        answer = client.chat.completions.with_raw_response.create(model="lantern", messages=turns, max_tokens=1000)
    except openai.PermissionDeniedError as error:
        reason = reason_of(error)
        if (reason["why"], HOOK in reason["rules"]) != ("hook", True):
            raise
        return error.response.headers["x-ruleout-request"], True
    return answer.headers["x-ruleout-request"], False


def main(probes: str, reviews: str) -> None:
    """Send each request; write what was found, print how often."""
    client, sums, rows = client_of("red-team"), Counter(dict.fromkeys(FOUND.values(), 0)), []
    with Path(probes).open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            request, stopped = send(client, line["says"])
            found = FOUND[line["scam"] == "yes", stopped]
            sums[found] += 1
            if found != "false alarm":
                rows.append({"request": request, "hook": HOOK, "found": found, "by": "red-team"})
    told = {"kind": "reviewed", "reviewed": rows}
    Path(reviews).write_text(yaml.safe_dump(told, sort_keys=False), "utf-8")
    say(", ".join(f"{count} {name}" for name, count in sums.items()))


if __name__ == "__main__":
    main(*sys.argv[1:3])
