# SPDX-License-Identifier: Apache-2.0
"""Exit codes of outcomes: only what may go ahead is 0."""

import pytest

from ruleout.cli.exit_code import ExitCode, of_outcome
from ruleout.model.outcome import Outcome


@pytest.mark.parametrize(("outcome", "code"), list(zip(Outcome, (0, 0, 3, 1), strict=True)))
def test_an_outcome_has_its_exit_code(outcome, code):
    """Proceed and restrict 0, hold 3, stop 1."""
    assert of_outcome(outcome) == code


def test_exit_codes_are_those_of_the_documentation():
    """0, 1, 2, 3, 4, each once."""
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4]
