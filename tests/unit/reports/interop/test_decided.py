# SPDX-License-Identifier: Apache-2.0
"""A recorded decision is told only if it is one, and the one that its entry's header tells of (A-10, L-1)."""

import json
from contextlib import suppress

import pytest
from tests.builders import case, framework, rule
from tests.interop_builders import header_of

from ruleout.app.assess import decision_bytes
from ruleout.engine.decide import decide
from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical
from ruleout.model.outcome import Activity
from ruleout.reports.interop.decided import decided_from

TOLD = case()
DATA = decision_bytes(decide(framework(), TOLD, activity=Activity.DEPLOY_EXTERNAL, at=TOLD.at))
RAW = json.loads(DATA)


@pytest.mark.parametrize("field", ["case", "framework", "version", "activity", "outcome", "input_digest"])
def test_a_header_that_says_otherwise_is_refused(field):
    """A header that says proceed over a decision that holds would be told as proceed."""
    with pytest.raises(VerificationFailed) as caught:
        decided_from(DATA, {**header_of(RAW), field: "other"}, entry="x/1")

    assert caught.value.check == "decision"


@pytest.mark.parametrize("field", sorted(RAW))
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [7], [{}]])
def test_any_field_of_another_shape_is_a_refusal_and_never_a_crash(field, value):
    """Whoever may append entries may have put any bytes there."""
    data = canonical({**RAW, field: value})
    with suppress(VerificationFailed):
        decided_from(data, header_of(RAW), entry="x/1")


@pytest.mark.parametrize(
    ("part", "field"),
    [
        *(("rules", name) for name in ("applies", "required", "contributes", "origin")),
        *(("thresholds", name) for name in ("verdict", "counts_as")),
    ],
)
def test_a_word_that_the_engine_does_not_have_is_refused(part, field):
    """A verdict of another spelling is neither known nor unknown."""
    raw = json.loads(decision_bytes(decide(framework(rule("r")), TOLD, activity=Activity.DEPLOY_EXTERNAL, at=TOLD.at)))
    raw[part][0][field] = "Yes "
    with pytest.raises(VerificationFailed):
        decided_from(canonical(raw), header_of(raw), entry="x/1")


def test_what_is_no_json_is_refused():
    """As everywhere, by the canonical check."""
    with pytest.raises(VerificationFailed):
        decided_from(b"\xff{", header_of(RAW), entry="x/1")
