# SPDX-License-Identifier: Apache-2.0
"""How often a model at the bar is ruled out all the same, by our rule and by what one would use instead (S-6).

Run: python benchmarks/calibration.py [--quick] [--runs N] [--seed N] [--json FILE] [--picture FILE.svg].

Three tables. *Grid*: simulated runs over tasks, repeats, bar and how task difficulties vary, the true rate being the
bar exactly; a nominal 5 % method may be wrong in 5 % of them. *Search*: no simulation but exact sums, over
difficulties of two values and many repeats, for the worst of each method. *Peeking*: the run is looked at after every
task from the fifth on, and stopped at the first look that rules out.

Our rule is simulated by a float twin of `ruleout.stats.bounds_by_design`; before anything is printed, the twin's
verdicts are compared with the decimal ones on a random part of the runs, and one difference ends the benchmark.

Exit code 1 if a cell of ours lies above 5 % by more than three of its own standard errors, or a searched worst above
5 % at all. A cell above 5 % within three standard errors is marked `*` and counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import binom, t

from ruleout.stats import TaskShares, anytime_upper, bounds_by_design, count_shares

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
#: Tasks, repeats, bar, and the correlation within tasks or `MINORITY`.
Design = tuple[int, int, float, float | str]

ALPHA, Z = 0.05, 1.6448536269514722
FIRST_LOOK, LAST_LOOK = 5, 100
RESAMPLES, COMPARED = 200, 6
MINORITY = "minority"
METHODS = ("ours", "task as unit", "KG as published", "cluster-z", "bootstrap", "CP, n = attempts", "Wilson", "Wald")
BETS = np.arange(20) / 20
#: What the specification (S-2) says was measured: method, design, rate.
WRITTEN: tuple[tuple[str, Design, float], ...] = (
    ("Wald", (20, 1, 0.05, 0.0), 0.358),
    ("Wald", (10, 1, 0.1, 0.0), 0.349),
    ("CP, n = attempts", (40, 10, 0.2, 0.6), 0.272),
    ("cluster-z", (40, 10, 0.2, 0.6), 0.085),
    ("KG as published", (40, 10, 0.2, 0.6), 0.040),
    ("KG as published", (12, 10, 0.1, 0.6), 0.114),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One design with the share of simulated runs that rule out: at the bar (false), and at a quarter of it (power)."""

    tasks: int
    repeats: int
    bar: float
    spread: float | str
    false: dict[str, float]
    power: dict[str, float] = field(default_factory=dict)


def designs(*, quick: bool) -> Iterator[Design]:
    """Every (tasks, repeats, bar, spread) of the grid; spread is the correlation within tasks, or `minority`.

    A single attempt has no correlation within its task, so there is one cell for it.
    """
    tasks = (12, 40, 80) if quick else (12, 20, 40, 80, 160)
    bars = (0.1, 0.2, 0.5) if quick else (0.05, 0.1, 0.2, 0.5, 0.8, 0.9)
    spreads = (0.2, 0.6, MINORITY) if quick else (0.0, 0.2, 0.4, 0.6, 0.75, 0.9, MINORITY)
    yield from ((20, 1, 0.05, 0.0), (10, 1, 0.1, 0.0))
    for n in tasks:
        for bar in bars:
            yield n, 1, bar, 0.0
            yield from ((n, repeats, bar, spread) for repeats in ((10,) if quick else (2, 10)) for spread in spreads)


def simulate(rng: np.random.Generator, runs: int, design: Design, rate: float) -> Floats:
    """Shares of successes, one row per run: beta-binomial, or few tasks that always succeed among easy-looking ones."""
    tasks, repeats, _, spread = design
    if spread == MINORITY:
        # Most tasks succeed at two fifths of the rate; the rest of it comes from tasks that succeed every time.
        low = 0.4 * rate
        rates = np.where(rng.random((runs, tasks)) < (rate - low) / (1 - low), 1.0, low)
    elif spread == 0 or repeats == 1:
        rates = np.full((runs, tasks), rate)
    else:
        size = 1 / float(spread) - 1
        rates = rng.beta(rate * size, (1 - rate) * size, (runs, tasks))
    return rng.binomial(repeats, rates) / repeats


def verdicts(shares: Floats, design: Design, resampling: Floats) -> dict[str, Truths]:
    """Which runs each method rules out."""
    tasks, repeats, bar, _ = design
    mean, variance = shares.mean(axis=1), shares.var(axis=1, ddof=1)
    attempts = tasks * repeats
    spread_z = Z * np.sqrt(variance / tasks)
    return {
        "ours": by_design(mean, variance, tasks, repeats, bar),
        "task as unit": task_as_unit(mean, tasks, bar),
        "KG as published": korn_graubard(mean, variance, tasks, attempts, bar),
        "cluster-z": mean + spread_z < bar,
        "bootstrap": np.quantile(shares @ resampling, 1 - ALPHA, axis=1) < bar,
        "CP, n = attempts": below(mean * attempts, np.full_like(mean, attempts), bar, ALPHA),
        "Wilson": wilson(mean, attempts) < bar,
        "Wald": mean + Z * np.sqrt(mean * (1 - mean) / attempts) < bar,
    }


def by_design(mean: Floats, variance: Floats, tasks: int, repeats: int, bar: float, alpha: float = ALPHA) -> Truths:
    """The float twin of our rule for complete runs with equal repeats."""
    plain = task_as_unit(mean, tasks, bar, alpha)
    if repeats == 1 or round(tasks * min(bar, 1 - bar), 9) < 8 or alpha < 0.01:
        return plain
    return plain | with_one_more(mean, variance, tasks, tasks * repeats, bar, alpha)


def with_one_more(mean: Floats, variance: Floats, tasks: int, attempts: int, bar: float, alpha: float) -> Truths:
    """Korn-Graubard with one task added that always succeeds, worth at most one and a half answers a task."""
    more = tasks + 1
    p = (tasks * mean + 1) / more
    squares = variance * (tasks - 1) + tasks * mean**2 + 1
    spread = (squares - more * p**2) / (more - 1)
    ratio = (t.ppf(1 - alpha, max(attempts - 1, tasks)) / t.ppf(1 - alpha, tasks)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.minimum(p * (1 - p) * more / spread * ratio, 1.5 * tasks)
    return below(worth * p, worth, bar, alpha)


def korn_graubard(
    mean: Floats, variance: Floats, tasks: int, attempts: int, bar: float, alpha: float = ALPHA
) -> Truths:
    """Korn and Graubard (1998), truncated at the number of attempts; without spread, tasks count."""
    ratio = (t.ppf(1 - alpha, attempts - 1) / t.ppf(1 - alpha, tasks - 1)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = mean * (1 - mean) * tasks / variance * ratio
    worth = np.where(variance > 0, np.minimum(worth, attempts), tasks)
    return below(worth * mean, worth, bar, alpha)


def task_as_unit(mean: Floats, tasks: int, bar: float, alpha: float = ALPHA) -> Truths:
    """Clopper-Pearson of the rounded-up sum of shares out of the tasks."""
    return below(np.ceil(mean * tasks - 1e-9), np.full_like(mean, tasks), bar, alpha)


def below(x: Floats, n: Floats, bar: float, alpha: float) -> Truths:
    """Whether the Clopper-Pearson upper bound of x out of n, both real, lies below the bar."""
    failing = n - x
    tail = betainc(x + 1, np.maximum(failing, 1e-12), bar)
    return np.asarray((failing > 1e-9) & (tail > 1 - alpha))


def wilson(mean: Floats, n: int) -> Floats:
    """Upper Wilson score bound (Wilson 1927)."""
    centre = mean + Z**2 / (2 * n)
    return np.asarray((centre + Z * np.sqrt(mean * (1 - mean) / n + Z**2 / (4 * n**2))) / (1 + Z**2 / n))


def check_twin(rng: np.random.Generator, shares: Floats, design: Design) -> None:
    """End the benchmark where the float twin and the decimal rule disagree on one of a few random runs."""
    tasks, repeats, bar, _ = design
    chosen = shares[rng.integers(len(shares), size=COMPARED)]
    twin = by_design(chosen.mean(axis=1), chosen.var(axis=1, ddof=1), tasks, repeats, bar)
    for row, expected in zip(chosen, twin, strict=True):
        counted = count_shares((round(share * repeats), repeats) for share in row)
        whole = TaskShares(low=counted, high=counted, attempts=tasks * repeats, unscored=0, repeated=repeats > 1)
        line = Decimal(str(bar))
        ours = bounds_by_design(whole, alpha=Decimal("0.05"), bars=[line], continuing=False).bounds.upper < line
        if ours != bool(expected):
            raise SystemExit(f"the float twin is wrong in {design}: expected {ours}, got {expected}, of {counted}")


def grid(rng: np.random.Generator, runs: int, *, quick: bool) -> list[Cell]:
    """Simulate every design."""
    cells = []
    for design in designs(quick=quick):
        tasks, repeats, bar, spread = design
        resampling = rng.multinomial(tasks, np.full(tasks, 1 / tasks), RESAMPLES).T / tasks
        at_bar = simulate(rng, runs, design, bar)
        check_twin(rng, at_bar, design)
        easier = simulate(rng, runs, design, bar / 4)
        false = {name: float(found.mean()) for name, found in verdicts(at_bar, design, resampling).items()}
        power = {name: float(found.mean()) for name, found in verdicts(easier, design, resampling).items()}
        cells.append(Cell(tasks=tasks, repeats=repeats, bar=bar, spread=spread, false=false, power=power))
    return cells


def search(*, quick: bool) -> dict[str, dict[str, float]]:
    """The worst false rule-out per level and method over two-valued difficulties, exactly, repeats without end."""
    found: dict[str, dict[str, float]] = {}
    for alpha in (0.05,) if quick else (0.05, 0.025, 0.01):
        worst = dict.fromkeys(("ours", "task as unit", "KG as published"), 0.0)
        for difficulty in difficulties(quick=quick):
            rates = two_valued(*difficulty, alpha)
            worst = {name: max(rate, rates[name]) for name, rate in worst.items()}
        found[str(alpha)] = worst
    return found


def difficulties(*, quick: bool) -> Iterator[tuple[int, float, float, float]]:
    """Every (tasks, bar, low, high) of the search, from the fewest tasks for which spread may be used on."""
    for bar in (0.1, 0.5) if quick else (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95):
        fewest = math.ceil(round(8 / min(bar, 1 - bar), 6))
        sizes = sorted({fewest, fewest + 1, fewest * 11 // 10, fewest * 3 // 2, fewest * 4, fewest * 8})
        highs = sorted({1.0, (1 + bar) / 2, min(1.0, 2 * bar)})
        lows = [bar * part / 20 for part in range(20)]
        yield from ((tasks, bar, low, high) for tasks, low, high in itertools.product(sizes, lows, highs))


def two_valued(tasks: int, bar: float, low: float, high: float, alpha: float) -> dict[str, float]:
    """Chance of a false rule-out if shares are `low` or `high` exactly, with their mean at the bar."""
    count = np.arange(tasks + 1)
    chance = binom.pmf(count, tasks, (bar - low) / (high - low))
    mean = (count * high + (tasks - count) * low) / tasks
    variance = (high - low) ** 2 * count * (tasks - count) / tasks / (tasks - 1)
    many = 1000
    ruled = {
        "ours": by_design(mean, variance, tasks, many, bar, alpha),
        "task as unit": task_as_unit(mean, tasks, bar, alpha),
        "KG as published": korn_graubard(mean, variance, tasks, tasks * many, bar, alpha),
    }
    return {name: float(chance[found].sum()) for name, found in ruled.items()}


def peeking(rng: np.random.Generator, runs: int, *, quick: bool) -> list[Cell]:
    """Simulate runs that are looked at after every task from the fifth to the hundredth."""
    cells = []
    for repeats, spread in ((1, 0.0), (10, 0.6), (10, MINORITY)):
        for bar in (0.1,) if quick else (0.05, 0.1, 0.2, 0.5, 0.8):
            design = (LAST_LOOK, repeats, bar, spread)
            false = ever(simulate(rng, runs, design, bar), bar, rng)
            power = ever(simulate(rng, runs, design, bar / 4), bar, rng)
            cells.append(Cell(tasks=LAST_LOOK, repeats=repeats, bar=bar, spread=spread, false=false, power=power))
    return cells


def ever(shares: Floats, bar: float, rng: np.random.Generator) -> dict[str, float]:
    """Share of runs that some look rules out, by our e-process and by Clopper-Pearson at each look."""
    wealth = np.full(shares.shape, -np.inf)
    with np.errstate(divide="ignore"):
        for bet in BETS:
            made = np.log(shares * bet + (1 - shares) * (1 - bet * bar) / (1 - bar)).cumsum(axis=1)
            wealth = np.logaddexp(wealth, made)
    reached = wealth - math.log(len(BETS)) >= -math.log(ALPHA)
    check_looks(rng, shares, reached, bar)
    looks = np.arange(1, shares.shape[1] + 1)
    counts = np.ceil(shares.cumsum(axis=1) - 1e-9)
    tested = below(counts, np.broadcast_to(looks, counts.shape).astype(float), bar, ALPHA)
    first = FIRST_LOOK - 1
    return {
        "ours": float(reached[:, first:].any(axis=1).mean()),
        "CP at each look": float(tested[:, first:].any(axis=1).mean()),
        "CP once, at the end": float(tested[:, -1].mean()),
    }


def check_looks(rng: np.random.Generator, shares: Floats, reached: Truths, bar: float) -> None:
    """End the benchmark where the float e-process and the decimal bound disagree at one of a few random looks."""
    for _ in range(COMPARED):
        run, look = int(rng.integers(len(shares))), int(rng.integers(FIRST_LOOK, shares.shape[1]))
        row = [Fraction(float(share)).limit_denominator(1000) for share in shares[run, :look]]
        counted = count_shares((share.numerator, share.denominator) for share in row)
        ours = anytime_upper(counted, alpha=Decimal("0.05")) < Decimal(str(bar))
        if ours != bool(reached[run, look - 1]):
            raise SystemExit(f"the float e-process is wrong at {bar}: expected {ours} for {counted}")


def error_of(rate: float, runs: int) -> float:
    """Monte-Carlo standard error of a rate; of one that never occurred, as if it had once."""
    rate = max(rate, 1 / runs)
    return math.sqrt(rate * (1 - rate) / runs)


def show(title: str, cells: list[Cell], runs: int, power_of: tuple[str, ...]) -> None:
    """Print one table, rates in percent."""
    names = list(cells[0].false)
    print(f"\n{title}; percent of {runs} runs, ± one standard error of ours; then power at a quarter of the bar")
    powers = "".join(f"  {name[:12]:>12}" for name in power_of)
    print(
        f"{'tasks':>5} {'reps':>4} {'bar':>5} {'spread':>8} "
        + "".join(f"{name[:16]:>17}" for name in names)
        + " |"
        + powers
    )
    for cell in cells:
        ours = cell.false["ours"]
        mark = "*" if ours > ALPHA else " "
        first = f"{100 * ours:>9.2f} ±{100 * error_of(ours, runs):.2f}{mark} "
        rest = "".join(f"{100 * cell.false[name]:>17.2f}" for name in names[1:])
        powers = "".join(f"  {100 * cell.power[name]:>12.1f}" for name in power_of)
        print(f"{cell.tasks:>5} {cell.repeats:>4} {cell.bar:>5} {cell.spread!s:>8} {first:>17}{rest} |{powers}")


def summary(name: str, cells: list[Cell], runs: int) -> bool:
    """Print the worst cell of every method; return whether ours failed."""
    print(f"\n{name}: worst cell of each method, and how many of {len(cells)} cells lie above 5 % by three errors")
    for method in cells[0].false:
        rates = [cell.false[method] for cell in cells]
        above = sum(rate - 3 * error_of(rate, runs) > ALPHA for rate in rates)
        print(f"  {method:<20} {100 * max(rates):>6.2f} %  {above:>4}")
    marked = sum(cell.false["ours"] > ALPHA for cell in cells)
    failed = [c for c in cells if c.false["ours"] - 3 * error_of(c.false["ours"], runs) > ALPHA]
    print(f"  ours: {marked} cell(s) above 5 % within three standard errors, {len(failed)} beyond")
    return bool(failed)


def compare_written(cells: list[Cell], runs: int) -> None:
    """Print what the specification says beside what came out here."""
    found = {(cell.tasks, cell.repeats, cell.bar, cell.spread): cell.false for cell in cells}
    print("\nAs written in the specification, and found here")
    for method, design, written in WRITTEN:
        rate = found[design][method]
        tasks, repeats, bar, spread = design
        words = f"{tasks} tasks x {repeats}, bar {bar}, correlation {spread}"
        print(f"  {method:<18} {words:<42} {written:.3f}  {rate:.3f} ± {error_of(rate, runs):.3f}")


#: The picture follows the reader's light or dark, in the colours of the other pictures.
DARK_STYLE = (
    "<style>text{fill:#1a1d21}@media screen and (prefers-color-scheme:dark){text{fill:#e6e9ec}rect{fill:#14171a}"
    "path{stroke:#7db8ff}line{stroke:#ff9a5c}}</style>"
)


def picture(cells: list[Cell]) -> str:
    """An SVG with one row per method and one dot per cell, the level as a line."""
    width, row, left = 760, 34, 150
    scale = (width - left - 30) / 0.7
    marks = []
    for index, method in enumerate(METHODS):
        y = 40 + index * row
        marks.append(f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{method}</text>')
        # One path of dots per row: a line of no length with a round end.
        dots = "".join(
            f"M{left + min(cell.false[method], 0.7) * scale:.0f} {y + place * 7 % 15 - 7}h0"
            for place, cell in enumerate(cells)
        )
        marks.append(f'<path d="{dots}" stroke="#1f5fa8" stroke-opacity="0.45" stroke-width="4"/>')
    height = 60 + len(METHODS) * row
    level = left + ALPHA * scale
    ticks = "".join(
        f'<text x="{left + part / 10 * scale:.0f}" y="{height - 8}" text-anchor="middle">{part * 10} %</text>'
        for part in range(8)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f"<title>False rule-outs of a model at the bar</title>{DARK_STYLE}"
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="{left}" y="18">False rule-outs of a model at the bar, one dot per design; nominal 5 %</text>'
        f'<line x1="{level:.1f}" x2="{level:.1f}" y1="26" y2="{height - 24}" stroke="#b3261e"/>'
        f'<g stroke-linecap="round">{"".join(marks)}</g>{ticks}</svg>\n'
    )


def main() -> int:
    """Run the three tables; return the exit code."""
    parser = argparse.ArgumentParser(description="False rule-outs of our rule beside others.")
    parser.add_argument("--quick", action="store_true", help="few designs and runs: shows that it works, not more")
    parser.add_argument("--runs", type=int, help="simulated runs per cell")
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the grid there")
    given = parser.parse_args()
    runs, rng, start = (
        given.runs or (1000 if given.quick else 8000),
        np.random.default_rng(given.seed),
        time.process_time(),
    )
    print(f"seed {given.seed}, {runs} runs per cell, standard error at 5 %: {100 * error_of(0.05, runs):.2f} %")
    cells, looks, worst = (
        grid(rng, runs, quick=given.quick),
        peeking(rng, runs, quick=given.quick),
        search(quick=given.quick),
    )
    show("Grid: the model is at the bar", cells, runs, ("ours", "task as unit", "KG as published"))
    show(f"Peeking: looks after tasks {FIRST_LOOK} to {LAST_LOOK}", looks, runs, ("ours", "CP once, at the end"))
    failed = [summary("Grid", cells, runs), summary("Peeking", looks, runs)]
    compare_written(cells, runs)
    print("\nSearch: worst exact false rule-out over two-valued difficulties, percent")
    for alpha, rates in worst.items():
        print(f"  level {alpha:<6}" + "".join(f"  {name} {100 * rate:.2f}" for name, rate in rates.items()))
        failed.append(rates["ours"] > float(alpha) * (1 + 1e-6))
    print(f"\n{time.process_time() - start:.0f} s of processor time")
    if given.json:
        rows = {"grid": [asdict(c) for c in cells], "peeking": [asdict(c) for c in looks], "search": worst}
        given.json.write_text(json.dumps({"seed": given.seed, "runs": runs, **rows}, indent=1) + "\n", encoding="utf-8")
    if given.picture:
        given.picture.write_text(picture(cells), encoding="utf-8")
    return int(any(failed))


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
