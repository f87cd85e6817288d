# SPDX-License-Identifier: Apache-2.0
"""Several processes: answers in order, and what dies takes only itself along (E-1)."""

import pytest
from tests.unit.adapters.log_workers import act, order

from ruleout.adapters.logs.orders import Answer, Reading, Refused
from ruleout.adapters.logs.processes import answers_by_processes
from ruleout.errors import LedgerError, UnreadableLog


def answers(*names, jobs=2):
    return list(answers_by_processes([order(name) for name in names], jobs=jobs, work=act))


def test_answers_come_in_the_order_of_the_orders():
    """However long each takes."""
    names = ["slow-0", *(f"quick-{n}" for n in range(12)), "slow-1"]

    assert [answer.digest for answer in answers(*names)] == names
    assert answers() == []


def test_a_process_that_dies_is_a_failure_of_its_log_alone():
    """Its siblings are read again, those behind it are read, and all stay in order."""
    names = ["a", "b", "die-1", "c", "raise", "d", "e", "f", "g", "h", "die-2", "i"]
    found = answers(*names)

    assert [answer.digest for answer in found] == [n if len(n) == 1 else "" for n in names]
    failures = {name: answer.failure for name, answer in zip(names, found, strict=True) if answer.failure}
    assert list(failures) == ["die-1", "raise", "die-2"]
    assert "died, twice" in failures["die-1"]
    assert "ZeroDivisionError: raise" in failures["raise"]


def test_a_disk_that_fails_ends_everything():
    """It is not the log's fault, and the next would fail too."""
    with pytest.raises(LedgerError, match="the disk failed") as error:
        answers("a", "disk", "b")
    assert error.value.hint == "Look."


def test_an_answer_stands_for_the_refusal_it_was():
    """Name, reason, detail and hint come back as they were."""
    came = Answer(digest="d", refusal=("x.eval", "changed", "detail", "hint")).outcome()
    assert isinstance(came, Refused)
    assert isinstance(came.error, UnreadableLog)
    assert (str(came.error), came.error.hint, came.digest) == ("x.eval: changed: detail", "hint", "d")

    other = Answer(refusal=("gone", "Look.")).outcome()
    assert (str(other.error), other.error.hint, other.digest) == ("gone", "Look.", "")
    assert Answer(digest="d").outcome() == Reading(digest="d")
