# SPDX-License-Identifier: Apache-2.0
"""Requests of every wire: read the same in each format, never weakened by a field of a client, and what reading costs.

    python benchmarks/wires.py [--payloads N] [--spoilt N] [--seed N]

Three parts. (1) One drawn request written in each format is read the same, apart from the endpoint. (2) Spoilt requests (fields
changed, added, renamed, in other letters, twice) are refused, or forwarded so that reading the forwarded bytes again, also by a
careless reader, finds nothing that was not judged. (3) CPU time per request on small and 20 kB bodies, beside ways to find keys
that come twice. Exit 1 where a reading differs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.wire_builders import MODELS, drawn, lenient_tools, rendered, spoilt

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import BadRequest, read_request

_ROUNDS = 15


def main() -> int:
    """Run all parts; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", type=int, default=5_000)
    parser.add_argument("--spoilt", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    wrong = same(rng, options.payloads) + unweakened(rng, options.spoilt)
    costs()
    return 1 if wrong else 0


def same(rng: random.Random, payloads: int) -> int:
    """Read each payload in every format; return how many were read differently."""
    differ, seen = 0, Counter[str]()
    for _ in range(payloads):
        one = drawn(rng)
        read = [read_request(endpoint, json.dumps(rendered(endpoint, one)).encode()) for endpoint in MODELS]
        differ += len({request.asked[1:] for request in read}) != 1
        seen.update(
            tools=bool(one.tools), results=bool(read[0].asked.results), streams=one.stream, images=bool(one.image)
        )
    print(f"{payloads} payloads in {len(MODELS)} formats: {differ} read differently; of them {dict(seen)}")
    return differ


def unweakened(rng: random.Random, requests: int) -> int:
    """Spoil requests; return how many were read as less than what is forwarded says."""
    counts = Counter[str]()
    for _ in range(requests):
        endpoint = rng.choice(MODELS)
        body = spoilt(rng, rendered(endpoint, drawn(rng)))
        try:
            request = read_request(endpoint, body)
        except BadRequest:
            counts["refused"] += 1
            continue
        again = read_request(endpoint, request.forward)
        weaker = again.asked != request.asked or not lenient_tools(request.forward) <= set(request.asked.tools)
        counts["weaker" if weaker else "read as forwarded"] += 1
    print(f"{requests} spoilt requests: {dict(counts)}")
    return counts["weaker"]


def costs() -> None:
    """Print CPU time per request."""
    for label, body in (
        ("small", _small()),
        ("20 kB, few turns", _large(4)),
        ("20 kB, many turns and tools", _large(80)),
    ):
        spaced = json.dumps(json.loads(body)).encode()
        print(f"{label}: {len(body)} bytes")
        ways: tuple[tuple[str, Callable[[], object]], ...] = (
            ("read_request, as SDKs write", lambda body=body: read_request(Endpoint.OPENAI_CHAT_COMPLETIONS, body)),
            ("read_request, with blanks", lambda body=spaced: read_request(Endpoint.OPENAI_CHAT_COMPLETIONS, body)),
            ("  msgspec decode alone", lambda body=body: msgspec.json.decode(body)),
            ("  and written anew", lambda body=body: msgspec.json.encode(msgspec.json.decode(body))),
            ("  instead: json, keys looked at", lambda body=body: json.loads(body, object_pairs_hook=_once)),
            ("texts()", read_request(Endpoint.OPENAI_CHAT_COMPLETIONS, body).texts),
        )
        for name, way in ways:
            print(f"  {name:34} {_micros(way):8.2f} us")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told


def _micros(way: Callable[[], object], calls: int = 500) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        begun = time.process_time_ns()
        for _ in range(calls):
            way()
        best = min(best, (time.process_time_ns() - begun) / calls / 1000)
    return best


def _small() -> bytes:
    turns = [
        {"role": "system", "content": "You are helpful. Answer short and say when you are not certain."},
        {
            "role": "user",
            "content": "What is the capital of Norway, and at which fjord does it lie? One sentence, please.",
        },
    ]
    told = {"model": "northlight-2", "messages": turns, "temperature": 0.7, "max_tokens": 256, "stream": False}
    return msgspec.json.encode(told)


def _large(turns: int) -> bytes:
    text = "The quick brown fox jumps over the lazy dog. " * (360 // turns)
    tools = [
        {"type": "function", "function": {"name": f"tool_{n}", "parameters": {"type": "object", "properties": {}}}}
        for n in range(turns // 4)
    ]
    said = [{"role": "assistant" if n % 2 else "user", "content": text} for n in range(turns)]
    return msgspec.json.encode({"model": "northlight-2", "messages": said, "tools": tools, "max_tokens": 256})


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
