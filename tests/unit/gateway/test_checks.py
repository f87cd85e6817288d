# SPDX-License-Identifier: Apache-2.0
"""What a hook on output cannot read does not leave where a permit demands the hook (G-9)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway_world import make_world
from tests.unit.gateway.test_known import Asking, asking_in

from ruleout.gateway.checks import Checks, Cut, Safeguards
from ruleout.model.permit import Hook
from ruleout.serving.hooks import Stage
from ruleout.serving.refusal import Why
from ruleout.serving.wires import Piece, ToolCall

PICTURE = Piece(b"{}", "eA==", ended=True, unread=("image",))


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    yield from asking_in(make_world(tmp_path, "http://127.0.0.1:9", hooks=(Hook(safeguard="s", hook="w", outside=""),)))


def checks_of(asking: Asking, stage: Stage) -> Checks:
    """Return the checks of an exchange whose permit demands one hook, asked at one stage."""
    admission = asking.admission
    assert admission.standing is not None
    return Checks(asking.ask()[0], admission, admission.standing, Safeguards(stages={"w": frozenset([stage])}))


def test_what_a_hook_on_output_cannot_read_is_refused(asking: Asking) -> None:
    checks = checks_of(asking, Stage.OUTPUT)
    assert checks.at_once(PICTURE) is None
    with pytest.raises(Cut) as cut:
        asyncio.run(checks.passed(PICTURE))
    assert (cut.value.refusal.why, cut.value.refusal.failed) == (Why.HOOK, ("w",))
    assert "image" in cut.value.refusal.says


def test_a_hook_on_input_alone_has_nothing_to_read_in_an_answer(asking: Asking) -> None:
    assert checks_of(asking, Stage.INPUT).at_once(PICTURE) == b"{}"


@pytest.mark.parametrize(
    ("more", "refused"), [({"n": 2, "stream": True}, True), ({"n": 2}, False), ({"n": 1, "stream": True}, False)]
)
def test_several_answers_of_one_stream_are_not_served_where_a_hook_must_see_each(
    asking: Asking, more: dict[str, object], *, refused: bool
) -> None:
    admission, (it, refusal) = asking.admission, asking.ask(**more)
    assert refusal is None
    assert admission.standing is not None
    assert it.request is not None
    checks = Checks(it, admission, admission.standing, Safeguards(stages={"w": frozenset([Stage.OUTPUT])}))
    found = asyncio.run(checks.question(it.request))
    assert (found is not None) == refused
    assert found is None or (found.why, found.failed) == (Why.HOOK, ("w",))


def test_a_call_that_a_gateway_closed_meanwhile_does_not_let_go_is_not_told_why(asking: Asking) -> None:
    """Why names the gateway's files: it is for those who run it."""
    checks = checks_of(asking, Stage.INPUT)
    asking.admission.close("/srv/gateway/permits: expected a permit, got none")
    with pytest.raises(Cut) as cut:
        asyncio.run(checks.passed(Piece(b"{}", "", (ToolCall("get_weather", "{}", True, 0),), ended=True)))
    assert (cut.value.refusal.why, cut.value.refusal.retry_after_s) == (Why.CLOSED, 1)
    assert "/srv" not in cut.value.refusal.says
