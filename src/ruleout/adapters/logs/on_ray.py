# SPDX-License-Identifier: Apache-2.0
"""Reading thousands of logs on Ray: on this machine, or on a cluster that sees the same files or addresses (E-1).

Answers come in the order of the orders. No more orders than the machines can take are under way, so neither they nor
their answers pile up. What is lost with a machine is tried again. Ray's reports to its makers and its dashboard are off.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ruleout.adapters.logs.orders import Answer, Order, answer_order
from ruleout.errors import LedgerError, RuleoutError

_AHEAD = 4
_RETRIES = 3
_CONNECT_S = 10.0
#: For answers under way; Ray's own default is a third of the machine.
_STORE_BYTES = 256 << 20
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def answers_by_ray(orders: Sequence[Order], *, address: str = "", jobs: int = 0) -> Iterator[Answer]:
    """Yield the answer to each order, in order. Effect: starts Ray or connects to it; leaves it at the end.

    Args:
        address: a running cluster's; "" starts Ray on this machine and ends it again.
        jobs: processors to use on this machine, 0 for all; a cluster uses what it has.

    Raises:
        RuleoutError: Ray is not installed, or there is no cluster at the address.
        LedgerError: a log could not be kept.
    """
    ray = _library()
    _require_listener(address)
    with _connected(ray, address, jobs):
        work = ray.remote(max_retries=_RETRIES)(answer_order)
        most = max(int(ray.cluster_resources().get("CPU", 1)), 1) * _AHEAD
        waiting, under_way = deque(orders), deque[Any]()
        while waiting or under_way:
            while waiting and len(under_way) < most:
                under_way.append(work.remote(waiting.popleft()))
            yield _answer(ray, under_way.popleft())


def _answer(ray: Any, reference: Any) -> Answer:
    try:
        answer: Answer = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, LedgerError):
            raise error.cause from error
        return Answer(failure=str(error))
    except ray.exceptions.RayError as error:
        return Answer(failure=f"lost by Ray after {_RETRIES} retries: {error}")
    return answer


def _library() -> Any:
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise RuleoutError(
            "reading in bulk needs ray, which is not installed",
            hint="Install it with `pip install ruleout[bulk]`, or use --jobs.",
        ) from error


def _require_listener(address: str) -> None:
    """Refuse an address at which nothing answers: Ray itself would go on trying for many minutes.

    Raises:
        RuleoutError: an address of host and port does not take a connection.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise RuleoutError(
            f"cannot use Ray at {address}: {error}", hint="Check the cluster's address, or use --jobs."
        ) from error


@contextmanager
def _connected(ray: Any, address: str, jobs: int) -> Iterator[None]:
    local = {"num_cpus": jobs or None, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
    options = {"address": address} if address else {"address": "local", **local}
    with _environment(_SETTINGS):
        try:
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            where = f"at {address}" if address else "on this machine"
            raise RuleoutError(
                f"cannot use Ray {where}: {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}",
                hint="Check the cluster's address, or use --jobs.",
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Set what Ray reads from the environment only, and nothing else does."""
    before = {name: os.environ.get(name) for name in settings}  # noqa: TID251 - Ray's switches are there only
    os.environ.update(settings)  # noqa: TID251 - as above
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})  # noqa: TID251 - as above
