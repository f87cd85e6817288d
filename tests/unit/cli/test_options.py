# SPDX-License-Identifier: Apache-2.0
"""What people type for instants and activities, and what they are told when it is neither."""

from datetime import UTC, datetime

import pytest

from ruleout.cli.options import activity, instant
from ruleout.errors import RuleoutError
from ruleout.model.outcome import Activity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-22", datetime(2025, 5, 22, tzinfo=UTC)),
        ("2025-05-22T12:00:00Z", datetime(2025, 5, 22, 12, tzinfo=UTC)),
        ("2025-05-22T12:00:00+05:30", datetime(2025, 5, 22, 6, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_utc_whatever_its_offset(text, expected):
    """A date is its midnight in UTC."""
    assert instant(text) == expected
    assert instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2025-05-22T12:00:00", "2025-02-30", "22.05.2025", "9999-12-31T23:59:59-23:59", "٢٠٢٥-٠٥-٢٢"],
)
def test_what_is_no_instant_is_refused_with_an_example(text):
    """Never read as something near it."""
    with pytest.raises(RuleoutError, match="expected an instant such as"):
        instant(text)


def test_a_default_stands_in_for_nothing_typed():
    """And is returned as it is."""
    when = datetime(2024, 2, 29, tzinfo=UTC)

    assert instant(None, when) == when
    assert activity(None, Activity.TRAIN) is Activity.TRAIN


@pytest.mark.parametrize("text", ["", "fly", "TRAIN", "deploy"])
def test_an_unknown_activity_lists_those_there_are(text):
    """Every one of them."""
    with pytest.raises(RuleoutError) as caught:
        activity(text, Activity.TRAIN)

    assert all(a.value in caught.value.hint for a in Activity)
