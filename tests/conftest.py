# SPDX-License-Identifier: Apache-2.0
"""Shared by all tests: where the data beside the repository is, and how hard Hypothesis tries.

Tests take everything else from builders; there are no fixtures that need a tour.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# The same examples on every machine and run: a failure found by the build machine can be had on any other.
# RULEOUT_HYPOTHESIS=search looks for new ones.
settings.register_profile("build", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("RULEOUT_HYPOTHESIS", "build"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public logs and vectors that lies beside the repository; tests that need it skip without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data (public logs and vectors) is not beside this checkout")
    return folder
