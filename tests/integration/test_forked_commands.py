# SPDX-License-Identifier: Apache-2.0
"""A command in a forked process does, says and returns what it does in a Python of its own."""

import json
import os
import subprocess
import sys

import pytest

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": "80", "LANG": "C.UTF-8"}
FORKS = "import json, os, sys; from ruleout.cli import forked; given = json.loads(sys.argv[1]);"


def alone(*command):
    """Run a Python without other threads, as whoever forks must be."""
    return subprocess.run(
        [sys.executable, *command],
        check=False,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def forked(script, given):
    """What a script says that forks."""
    done = alone("-c", FORKS + script, json.dumps(given))
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("schema", "case"),
        ("assess", "no-such-case.yaml", "-f", "anthropic-rsp@2.2"),
        ("key", "new", "somebody", "--role", "ceo", "--person", "ada"),
        ("no-such-verb",),
        ("verify", "/dev/null"),
    ],
    ids=["good", "no file", "asks", "no verb", "empty"],
)
def test_it_ends_and_says_the_same(arguments):
    """Output, talk and exit code; a question finds nobody who could answer."""
    done = alone("-m", "ruleout", *arguments)
    told = forked("print(json.dumps(forked.run_forked(given, dict(os.environ))))", arguments)
    assert told == [done.returncode, done.stdout + done.stderr]


def test_it_leaves_who_forked_as_it_was():
    """Environment, and streams: nothing of the command is written by the parent."""
    script = """
before = dict(os.environ), sys.stdin, sys.stdout, sys.stderr
code, told = forked.run_forked(given, {"PATH": "/elsewhere"})
same = (dict(os.environ), sys.stdin, sys.stdout, sys.stderr) == before
print(json.dumps([code, told[:1], same]))
"""
    assert forked(script, ("schema", "case")) == [0, "{", True]


def test_an_interruption_while_it_forks_is_not_lost():
    """Python swallows what is raised in whatever it calls at a fork."""
    script = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
said = "lost"
try: forked.run_forked(given, {})
except KeyboardInterrupt: said = "heard"
print(json.dumps(said))
"""
    assert forked(script, ("schema", "case")) == "heard"


def test_a_child_that_dies_is_not_a_success():
    """Neither by a signal nor by an exception."""
    script = """
def dies(_): os.kill(os.getpid(), 9)
def breaks(_): raise SystemExit("broken")
codes = []
for forked.main in dies, breaks: codes.append(forked.run_forked(given, {})[0])
print(json.dumps(codes))
"""
    assert forked(script, ()) == [-9, 4]
