# SPDX-License-Identifier: Apache-2.0
"""The lab that tests of the command line start from: built once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.command_line import Lab, build_lab
from tests.integration.northlight_year import northlight_year


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab as `init` and `key new` leave it; copy it, never change it."""
    return build_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def northlight() -> Path:
    """The workspace of Northlight's year; copy it, never change it."""
    return northlight_year()


@pytest.fixture
def lab(built: Lab, tmp_path: Path) -> Lab:
    """A lab of the test's own."""
    return built.copy_to(tmp_path)
