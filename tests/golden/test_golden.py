# SPDX-License-Identifier: Apache-2.0
"""What people read is what the golden files hold; after a wanted change: `python -m tests.golden.regenerate`."""

import pytest
from tests.golden.regenerate import FOLDER, SUFFIX, golden_files

KEPT = sorted(path.name for path in FOLDER.glob(f"*{SUFFIX}"))


@pytest.fixture(scope="module")
def made():
    """Every file as the program writes it now."""
    return dict(golden_files())


def test_there_is_a_golden_file_for_each_and_no_other(made):
    """A page that is new, or gone, shows."""
    assert sorted(made) == KEPT


@pytest.mark.parametrize("name", KEPT)
def test_the_text_is_as_kept(made, name):
    """Line by line."""
    assert made[name].splitlines() == (FOLDER / name).read_text(encoding="utf-8").splitlines()


def test_making_them_twice_gives_the_same(made):
    """Nothing in them depends on the folder, the clock or chance."""
    assert dict(golden_files()) == made
