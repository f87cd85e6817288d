# SPDX-License-Identifier: Apache-2.0
"""What limits, rules of tools and hooks cost a request: CPU time of each step, the best of several runs.

    python benchmarks/controls.py [--quick]

`take`: four limits at once, with and without a stream, settled again. `judge`: a call with a URL under two rules. `ask`: a question to
a hook in another process over a kept socket, and the verdict; CPU of the asking side, and time from question to verdict.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from ruleout.adapters.hooks import HookClient, parse_target
from ruleout.adapters.limits import Page, create_page
from ruleout.serving.hooks import Question, Stage
from ruleout.serving.limits import Budget, Budgets, Line, lines_of
from ruleout.serving.tools import judge, parse_tool_rules
from ruleout.serving.tools.call import Call

ROOT = Path(__file__).resolve().parents[1]
BOOT = "0f2f4c2e-6a0e-4a55-9f47-5d2a4cf0a001"
QUESTION = Question("1", "bio", Stage.INPUT, "r", "acme", "standard", "lumen-2", "", "hello " * 40)
_RUNS = 5


def best(step: Callable[[int], object], times: int) -> float:
    """Return microseconds of CPU of one step, the best of several runs."""
    found = []
    for _ in range(_RUNS):
        begun = time.process_time_ns()
        for i in range(times):
            step(i)
        found.append((time.process_time_ns() - begun) / times / 1000)
    return min(found)


def limits(times: int) -> dict[str, float]:
    """Measure taking from limits that are far away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "limits"
        create_page(path, boot_id=BOOT)
        budgets = {Line("acme", "lumen-2"): Budget(10**8, 10**9, 10**5, 10**13, 1000, 10)}
        page = Page(path, boot_id=BOOT, now_ns=0)
        mine = Budgets(budgets, page, page.rows_for(lines_of(budgets)))

        def whole(i: int) -> None:
            mine.take("acme", "lumen-2", i, 0, tokens=500, stream=True)
            mine.settle("acme", "lumen-2", 0, tokens=500, used=90, has_place=True)

        return {
            "take, requests": best(lambda i: mine.take("acme", "lumen-2", i, 0), times),
            "take, requests and tokens": best(lambda i: mine.take("acme", "lumen-2", i, 0, tokens=500), times),
            "take and settle, with tokens and a stream": best(whole, times),
        }


def tools(times: int) -> dict[str, float]:
    """Measure judging a call."""
    rules = parse_tool_rules((ROOT / "examples" / "gateway" / "tools.yaml").read_bytes(), file="tools.yaml")
    call = Call("read_manual", '{"url": "https://docs.example/manual/start", "depth": 2}', whole=True)
    plain = Call("weather", '{"city": "Oslo"}', whole=True)
    return {
        "judge, a URL under two rules": best(lambda _: judge(call, rules, "standard"), times),
        "judge, an ordinary tool": best(lambda _: judge(plain, rules, "standard"), times),
    }


async def hooks(times: int) -> dict[str, float]:
    """Measure asking a hook in another process."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "h.sock"
        hook = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fake_hook", str(socket), cwd=ROOT)
        try:
            return await asked(socket, times)
        finally:
            hook.terminate()
            await hook.wait()


async def asked(socket: Path, times: int) -> dict[str, float]:
    """Measure the asking side once the hook listens."""
    async with asyncio.timeout(30):
        while not socket.exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.05)
    client = HookClient(parse_target(f"unix:{socket}"), deadline_s=5)
    cpu, passed = [], []
    for _ in range(_RUNS):
        begun, since = time.process_time_ns(), time.perf_counter_ns()
        answers = [await client.ask(QUESTION) for _ in range(times)]
        cpu.append((time.process_time_ns() - begun) / times / 1000)
        passed.append((time.perf_counter_ns() - since) / times / 1000)
        if not all(answer.allowed for answer in answers):
            raise SystemExit("the hook denied")
    client.close()
    return {"ask, CPU": min(cpu), "ask, question to verdict": min(passed)}


def main() -> None:
    """Print microseconds per step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    times = 2_000 if parser.parse_args().quick else 20_000
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(hooks(times // 10))
    for name, us in {**limits(times), **tools(times), **found}.items():
        sys.stdout.write(f"{us:8.2f} us  {name}\n")


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
