# SPDX-License-Identifier: Apache-2.0
"""What an assessment costs: a cold process beside an empty interpreter, its steps in one process, a wide framework.

Run: python benchmarks/assess.py [--quick] [--runs N] [--rounds N]. The two commands alternate, so that both meet the
same machine; figures are medians. CPU is user plus system time of the child.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "examples" / "public-record" / "cases" / "claude-opus-4-biology.yaml"
FRAMEWORK = ROOT / "frameworks" / "anthropic-rsp" / "2.2.yaml"
COLD = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "ruleout assess --json": [sys.executable, "-m", "ruleout", "assess", str(CASE), "-f", str(FRAMEWORK), "--json"],
}


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="What an assessment costs.")
    parser.add_argument("--quick", action="store_true", help="few runs: shows that it works, not more")
    parser.add_argument("--runs", type=int, help="cold processes of each command")
    parser.add_argument("--rounds", type=int, help="rounds of each step in one process")
    given = parser.parse_args()
    runs, rounds = (3, 20) if given.quick else (25, 400)
    show_cold(cold(given.runs or runs))
    show_warm(warm(given.rounds or rounds))
    show_wide(wide(100, 1 if given.quick else 5))


def cold(runs: int) -> dict[str, tuple[float, float]]:
    """Median (CPU, wall) in ms of each command, run in turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in COLD}
    for _ in range(runs):
        for name, command in COLD.items():
            taken[name].append(one_process(command))
    return {name: tuple(map(statistics.median, zip(*times, strict=True))) for name, times in taken.items()}


def one_process(command: list[str]) -> tuple[float, float]:
    """CPU and wall time in ms of one child; a child that fails ends the benchmark."""
    before, start = children_s(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    return 1000 * (children_s() - before), 1000 * wall


def children_s() -> float:
    """CPU time in s of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def warm(rounds: int) -> dict[str, float]:
    """Median of each step in µs, in one process, after one round that does not count."""
    from ruleout.engine.decide import decide
    from ruleout.framework import parse_case, parse_framework
    from ruleout.model.canonical import canonical
    from ruleout.model.plain import plain

    framework_text, case_text = FRAMEWORK.read_bytes(), CASE.read_bytes()
    framework = parse_framework(framework_text, file="framework")
    case = parse_case(case_text, file="case")

    def decided() -> object:
        return decide(framework, case, activity=case.subject.activity, at=case.at)

    decision = decided()
    steps: dict[str, Callable[[], object]] = {
        "parse the framework": lambda: parse_framework(framework_text, file="framework"),
        "parse the case": lambda: parse_case(case_text, file="case"),
        "decide": decided,
        "canonical bytes": lambda: canonical(plain(decision)),
    }
    return {name: step_us(step, rounds) for name, step in steps.items()}


def wide(count: int, rounds: int) -> float:
    """Median CPU time in ms of a decision on a framework of four times `count` clauses, of which nothing is known."""
    from ruleout.engine.decide import decide
    from ruleout.framework import parse_case, parse_framework

    case = parse_case(CASE.read_bytes(), file="case")
    framework = parse_framework(wide_framework(count).encode(), file="framework")
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        decision = decide(framework, case, activity=case.subject.activity, at=case.at)
        taken.append(1000 * (time.process_time() - start))
    if len(decision.rules) != count or decision.outcome.opens:
        raise SystemExit("expected every rule of the wide framework to be decided, and to hold")
    return statistics.median(taken)


def wide_framework(count: int) -> str:
    """A framework file in which each rule asks for one of two safeguards, and for an answer or an approval."""
    said = f"says: It is said., section: '1', anchor: {'ab' * 32}"
    lines = [
        "{framework: wide, version: '1', title: Wide, developer: Wide, effective: 2026-01-01, force: binding,",
        f"document: {{sha256: {'ab' * 32}, url: 'https://example.org/wide.pdf'}}, roles: {{ceo: Chief}}, thresholds: {{",
        *(
            f"t-{n}: {{{said}, title: T, domain: cbrn, decides: ceo, when-unknown: {{treat-as: reached}}}},"
            for n in range(count)
        ),
        "}, safeguards: {",
        *(f"s-{n}: {{{said}, title: S}}," for n in range(count)),
        "}, questions: {",
        *(f"q-{n}: {{{said}}}," for n in range(count)),
        "}, gates: {deploy-external: [",
    ]
    for n in range(count):
        require = f"{{all-of: [{{any-of: [s-{n}, s-{(n + 1) % count}]}}, {{any-of: [q-{n}, {{approved: ceo}}]}}]}}"
        lines.append(f"{{id: g-{n}, {said}, if: t-{n}, require: {require}, otherwise: hold}},")
    return "\n".join([*lines, "]}}"])


def show_wide(decided_ms: float) -> None:
    print(f"\na decision on 100 thresholds, safeguards, questions and rules each: {decided_ms:.0f} ms of CPU time")


def step_us(step: Callable[[], object], rounds: int) -> float:
    """Median time of one step in µs."""
    step()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        step()
        taken.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(taken)


def show_cold(found: dict[str, tuple[float, float]]) -> None:
    floor_cpu, floor_wall = found["python -c pass"]
    print(f"{'cold process':<24} {'CPU ms':>9} {'wall ms':>9} {'CPU x':>7} {'wall x':>7}")
    for name, (cpu, wall) in found.items():
        print(f"{name:<24} {cpu:>9.1f} {wall:>9.1f} {ratio(cpu, floor_cpu)} {ratio(wall, floor_wall)}")


def ratio(value: float, floor: float) -> str:
    """The ratio; a floor below the clock's own step gives none."""
    return f"{value / floor:>7.1f}" if floor > 0 else f"{'-':>7}"


def show_warm(found: dict[str, float]) -> None:
    print(f"\n{'in one process':<24} {'µs':>9} {'share':>9}")
    total = sum(found.values())
    for name, us in {**found, "together": total}.items():
        print(f"{name:<24} {us:>9.0f} {us / total:>9.0%}")


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
