# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the test's own, behind a socket in a folder of its own; skips where this machine has none."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.kill_builders import until


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def _somebody_else() -> dict[str, int]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    person = pwd.getpwnam("nobody")
    return {"user": person.pw_uid, "group": person.pw_gid}


@contextmanager
def postgres() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server until the block ends; give its process and how it is reached."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("NOT TESTED: no PostgreSQL server (initdb, postgres) on this machine")
    folder = Path(tempfile.mkdtemp(prefix="rpg"))
    who = _somebody_else()
    if who:
        os.chown(folder, who["user"], who["group"])
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "ruleout", "-A", "trust", "--no-sync"],
        check=True,
        timeout=120,
        cwd=folder,
        **quiet,
    )
    command = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
    running = subprocess.Popen(command, cwd=folder, **quiet)
    try:
        until((folder / ".s.PGSQL.5432").exists, timeout_s=90)
        yield running, f"host={folder} user=ruleout dbname=postgres"
    finally:
        running.send_signal(signal.SIGCONT)
        running.send_signal(signal.SIGQUIT)
        running.wait(90)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standing_still(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a server and its own processes while the block runs: no connection is closed and nothing is answered."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
    family = [server.pid, *map(int, children)]
    try:
        _signal(family, signal.SIGSTOP)
        yield
    finally:
        _signal(family, signal.SIGCONT)


def _signal(family: list[int], number: int) -> None:
    for pid in family:
        with suppress(ProcessLookupError):  # a process of one connection, which has just ended
            os.kill(pid, number)
