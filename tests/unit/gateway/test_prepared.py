# SPDX-License-Identifier: Apache-2.0
"""What workers share stands under its name whole, or not at all, where a start was cut off by a loss of power, and is the same for all (G-1, G-4, G-6)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.gateway_world import World, make_world

from ruleout.adapters.limits import create_page
from ruleout.app.serving.place import Place, read_settings
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import LIMITS, SECRET, assemble, prepare

BOOT = "0" * 36


def made(place: Place) -> None:
    prepare(place, lambda path: create_page(path, boot_id=BOOT))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path, "http://127.0.0.1:9")


@pytest.mark.parametrize("name", [LIMITS, SECRET])
def test_a_start_that_is_cut_off_before_a_file_is_on_disk_leaves_none_that_keeps_the_next_from_starting(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a file whose bytes are not on disk a loss of power may leave the name alone."""
    place = read_settings(world.write())
    made(place)
    (place.state / name).unlink()

    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", cut_off)
    with pytest.raises(KeyboardInterrupt):
        made(place)
    monkeypatch.undo()
    assert not (place.state / name).exists()

    made(place)
    assert assemble(place, "test-1", {}, BOOT).limits.rows_for(["one"]) == {"one": 0}
    assert {path.name for path in place.state.iterdir()} >= {LIMITS, SECRET}


@pytest.mark.parametrize("secret", [b"", bytes(31)])
def test_marks_of_sessions_are_not_made_by_a_secret_that_is_cut_short(world: World, secret: bytes) -> None:
    """Anybody could make those of no secret at all."""
    place = read_settings(world.write())
    made(place)
    (place.state / SECRET).write_bytes(secret)

    with pytest.raises(RuleoutError, match=f"expected a secret of sessions of 32 bytes or more, got {len(secret)}"):
        assemble(place, "test-1", {}, BOOT)


@pytest.mark.parametrize("folder", ["kills", "state"])
def test_what_is_started_again_goes_by_the_folders_of_the_start(world: World, folder: str) -> None:
    """The settings' file may have been changed since, and no reload have taken it: a kill would not reach it, nor a limit."""
    began = read_settings(world.write()).settings
    world.settings[folder] = "elsewhere"
    again = read_settings(world.write()).begun(began)

    assert getattr(again.settings, folder) == getattr(began, folder)


@pytest.mark.parametrize("folder", ["kills", "state"])
def test_what_is_started_again_goes_by_the_folders_of_the_start_also_where_a_link_leads_to_other_settings(
    world: World, folder: str, tmp_path: Path
) -> None:
    """A release that stands in a folder of its own has a `state` of its own by the same words: there the day is counted anew."""
    link, later = tmp_path / "link.yaml", tmp_path / "later"
    link.symlink_to(world.write())
    began = read_settings(link)
    later.mkdir()
    link.unlink()
    link.symlink_to(world.write().rename(later / "gateway.yaml"))
    again = read_settings(link).begun(began.start)

    assert again.folder == later
    assert again.path(getattr(again.settings, folder)) == began.path(getattr(began.settings, folder))
    assert getattr(read_settings(link).start, folder) != getattr(began.start, folder)
