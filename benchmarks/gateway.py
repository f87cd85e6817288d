# SPDX-License-Identifier: Apache-2.0
"""What a gateway costs beside what a user would put there instead: CPU time per request, latency added, streams.

    python benchmarks/gateway.py [--quick] [--litellm PATH/TO/litellm] [--nginx PATH/TO/nginx]

Ours enforces everything: key, strict reading, permit, kill state, lease, floor, tenant policy, budgets, and an audit record that is
on disk before the first byte. nginx passes through. LiteLLM's proxy (in a virtual environment of its own, named by --litellm)
checks its key and routes. What is measured runs on core 0, provider and clients on core 1; rounds are interleaved, and the
median round is shown. CPU time is that of all processes of the one that is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent / "material")]

from quick_upstream import CHUNKS, Asking, ask  # noqa: E402
from tests.gateway_world import KEY, free_port, make_world  # noqa: E402

#: Requests at once on one core: few, and as many as a provider's slow answers make of a modest rate.
FEW, MANY = 16, 64


def request_bytes(*, stream: bool) -> bytes:
    """A chat completion of ordinary size."""
    words = "Please tell me in two sentences what a frontier safety framework is. " * 3
    body = {"model": "helper", "messages": [{"role": "user", "content": words}], "stream": stream, "max_tokens": 200}
    data = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


def cpu_s(pid: int) -> float:
    """Seconds of CPU time of a process and everything below it, by the scheduler's own count of nanoseconds."""
    total = 0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
                waiting += [int(child) for child in (task / "children").read_text().split()]
    return total / 1e9


@contextlib.contextmanager
def running(command: list[str], port: int, *, core: int, folder: Path, seconds: float = 90) -> Iterator[int]:
    """Run a server on one core until the block ends; yield its process id once it listens."""
    log = (folder / f"{port}.log").open("wb")
    process = subprocess.Popen(["taskset", "-c", str(core), *command], cwd=ROOT, stdout=log, stderr=log)
    try:
        if not _has_started(process, port, seconds):
            sys.exit(f"{command[0]} did not start: see {log.name}")
        yield process.pid
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


def _has_started(process: subprocess.Popen[bytes], port: int, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def ours(folder: Path, upstream: int) -> tuple[list[str], int]:
    """The gateway, enforcing everything, one worker."""
    world = make_world(folder / "ours", f"http://127.0.0.1:{upstream}", lease_ms=None)
    path = world.write()
    return [sys.executable, "-m", "ruleout", "gateway", "serve", str(path)], world.settings["listen"]["port"]


def bare(upstream: int) -> tuple[list[str], int]:
    """The gateway's server and upstream client alone: nothing is enforced."""
    port = free_port()
    return [sys.executable, str(ROOT / "benchmarks" / "material" / "bare_gateway.py"), str(port), str(upstream)], port


def nginx(folder: Path, upstream: int, binary: str) -> tuple[list[str], int]:
    """Nginx as a plain proxy with kept connections and one worker."""
    port, conf = free_port(), folder / "nginx.conf"
    conf.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;\n"
        f" uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f" upstream lab {{ server 127.0.0.1:{upstream}; keepalive 64; }}\n"
        f" server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000; location / {{ proxy_pass http://lab; proxy_http_version 1.1;\n"
        '  proxy_set_header Connection ""; proxy_buffering off; } } }\n'
    )
    return [binary, "-c", str(conf), "-p", str(folder)], port


def litellm(folder: Path, upstream: int, binary: str) -> tuple[list[str], int]:
    """LiteLLM's proxy with one worker, a master key and one model."""
    port, conf = free_port(), folder / "litellm.yaml"
    base = f"http://127.0.0.1:{upstream}/v1"
    model = {"model_name": "helper", "litellm_params": {"model": "openai/helper", "api_base": base, "api_key": "k"}}
    conf.write_text(json.dumps({"model_list": [model], "general_settings": {"master_key": KEY}}))
    return [binary, "--config", str(conf), "--port", str(port), "--num_workers", "1", "--host", "127.0.0.1"], port


def measured(port: int, pid: int, *, stream: bool, count: int, at_once: int) -> tuple[float, Asking, float]:
    """CPU µs per request, what clients saw, and requests per second."""
    before, began = cpu_s(pid), time.perf_counter()
    asking = asyncio.run(ask(port, request_bytes(stream=stream), count=count, at_once=at_once))
    wall = time.perf_counter() - began
    if asking.failed:
        sys.exit(f"{asking.failed} of {count} were not answered by 200")
    return (cpu_s(pid) - before) / count * 1e6, asking, count / wall


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def main() -> int:
    """Measure and print; return 1 where a bar is not met (never with `--quick`, which measures nothing)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few requests: whether it works, not how fast")
    parser.add_argument("--litellm", default=str(ROOT / ".bench" / "litellm" / "bin" / "litellm"))
    parser.add_argument("--nginx", default=shutil.which("nginx") or "/usr/sbin/nginx")
    given = parser.parse_args()
    rounds, count = (1, 200) if given.quick else (5, 4000)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, upstream = Path(name), free_port()
        command = [sys.executable, str(ROOT / "benchmarks" / "material" / "quick_upstream.py"), str(upstream)]
        direct = stack.enter_context(running(command, upstream, core=1, folder=folder))
        servers: dict[str, tuple[int, int, float]] = {"direct": (upstream, direct, 1.0)}
        makers: list[tuple[str, Callable[[], tuple[list[str], int]], str, float]] = [
            ("ruleout, enforced", lambda: ours(folder, upstream), sys.executable, 1.0),
            ("ruleout, bare", lambda: bare(upstream), sys.executable, 1.0),
            ("nginx", lambda: nginx(folder, upstream, given.nginx), given.nginx, 1.0),
            ("LiteLLM proxy", lambda: litellm(folder, upstream, given.litellm), given.litellm, 0.02),
        ]
        for title, make, needs, share in makers:
            if not Path(needs).exists():
                print(f"skipped: {title}: no {needs}")
                continue
            made, port = make()
            servers[title] = (port, stack.enter_context(running(made, port, core=0, folder=folder)), share)
        time.sleep(2)
        is_met = [
            _bars(_table(servers, stream=False, at_once=at_once, rounds=rounds, count=count)) for at_once in (FEW, MANY)
        ]
        _table(servers, stream=True, at_once=FEW, rounds=rounds, count=count // 4)
    return 0 if given.quick or all(is_met) else 1


def _bars(found: dict[str, tuple[float, float]]) -> bool:
    """Print how ours stands to the bars, and return whether every one that could be measured is met.

    Args:
        found: CPU µs a request and p50 in ms, by contender.
    """
    (cpu, half), (_, direct) = found["ruleout, enforced"], found["direct"]
    bars = [("ms added to the p50", half - direct, 1.0, half - direct <= 1.0)]
    for name, goal in (("LiteLLM proxy", 80.0), ("nginx", 0.2)):
        if name in found and cpu:
            ratio = found[name][0] / cpu
            bars.append((f"times the requests per CPU-second of {name}", ratio, goal, ratio >= goal))
    for what, got, goal, is_met in bars:
        print(f"  {got:.3g} {what} (goal {goal:g}): {'met' if is_met else 'NOT met'}")
    return all(is_met for *_, is_met in bars)


def _table(
    servers: dict[str, tuple[int, int, float]], *, stream: bool, at_once: int, rounds: int, count: int
) -> dict[str, tuple[float, float]]:
    """Measure, print, and return the medians of CPU µs a request and of p50 in ms, by contender."""
    medians = {}
    found: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (port, pid, share) in servers.items():
            cpu, _, rate = measured(
                port, pid, stream=stream, count=max(at_once, 40, int(count * share)), at_once=at_once
            )
            _, alone, _ = measured(port, pid, stream=stream, count=max(30, int(count * share / 10)), at_once=1)
            found[name].append((cpu, rate, _quantile(alone.seconds, 0.5), _quantile(alone.seconds, 0.99)))
    what = f"streams of {CHUNKS + 2} chunks" if stream else "whole answers"
    print(f"\n{what}, {at_once} at once, median of {rounds} rounds; p50 and p99 of one at a time")
    print(f"  {'':20} {'CPU µs/request':>15} {'requests/CPU-s':>15} {'requests/s':>11} {'p50 ms':>8} {'p99 ms':>8}")
    for name, rows in found.items():
        cpu, rate, half, most = (statistics.median(column) for column in zip(*rows, strict=True))
        medians[name] = (cpu, half)
        print(f"  {name:20} {cpu:>15,.0f} {1e6 / cpu if cpu else 0:>15,.0f} {rate:>11,.0f} {half:>8.2f} {most:>8.2f}")
    return medians


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
