# SPDX-License-Identifier: Apache-2.0
"""The guide to run-time policy is true, and `policy` refuses what it should (G-2, G-3, G-10)."""

import re
import shlex
import shutil

import pytest
from tests.integration.command_line import ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "policy.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
KEYS = seeds("lab-log", "floor-fay", "policy-pia")


@pytest.fixture
def place(tmp_path):
    """A folder with the example as workspace, its keys, and both bundles signed."""
    shutil.copytree(ROOT / "examples" / "policy", tmp_path / "record")
    for command, code in COMMANDS[:7]:
        assert run(*shlex.split(command), env=KEYS, folder=tmp_path).code == int(code or 0)
    return tmp_path


def policy(place, *arguments):
    return run("policy", *arguments, "-w", "record", env=KEYS, folder=place)


def edit(place, name, old, new):
    path = place / "record" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder, in their order; what is listed and what decided is shown."""
    shutil.copytree(ROOT / "examples" / "policy", tmp_path / "record")
    shown = []
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=KEYS, folder=tmp_path)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        shown.append(ran.text + ran.err)
    told = " ".join(" ".join(shown).split())

    assert len(COMMANDS) > 10
    assert "no-stolen-weights: A call says nothing of where weights come from" in told
    assert "rule nobody-is-watched" in told
    assert "failed no-weapon-without-a-person" in told
    assert '"ground":"no-policy"' in told


def test_an_older_bundle_is_refused_once_a_newer_was_signed(place):
    """By sign and by explain."""
    call = ("explain", "record/calls/chat.yaml", "--floor", "floor-1.json", "--policy", "acme-1.json")
    assert policy(place, *call).code == 0
    edit(place, "acme/bundle.yaml", "version: 1", "version: 2")
    assert policy(place, "sign", "record/acme", "--key", "policy-pia", "--out", "acme-2.json").code == 0
    edit(place, "acme/bundle.yaml", "version: 2", "version: 1")

    assert policy(place, *call).code == 1
    assert policy(place, "sign", "record/acme", "--key", "policy-pia", "--out", "acme-3.json").code == 1
    assert not (place / "acme-3.json").exists()


def test_another_text_under_the_same_version_is_not_signed(place):
    """Versions count up."""
    edit(place, "acme/policy.cedar", "8000", "8001")

    assert policy(place, "sign", "record/acme", "--key", "policy-pia", "--out", "acme-2.json").code == 1


def test_a_policy_whose_tests_fail_is_shown_and_not_signed(place):
    """With the test, what it expects and what came."""
    edit(place, "acme/policy.cedar", '"malware"', '"malwear"')
    edit(place, "acme/bundle.yaml", "version: 1", "version: 2")
    ran = policy(place, "test", "record/acme", "--json")

    assert ran.code == 1
    assert "malware" in [fault["test"] for fault in ran.json["bundles"][0]["faults"]]
    assert policy(place, "sign", "record/acme", "--key", "policy-pia", "--out", "acme-2.json").code == 1
    assert not (place / "acme-2.json").exists()


def test_a_replaced_key_signs_no_policy_any_more(place):
    """What it signed decides nothing either."""
    env = KEYS | seeds("policy-pia-2")
    assert run("key", "rotate", "policy-pia", "-w", "record", env=env, folder=place).code == 0

    ran = policy(place, "explain", "record/calls/chat.yaml", "--floor", "floor-1.json", "--policy", "acme-1.json")
    assert ran.code == 1
    assert "policy-signature" in ran.err


def test_damaged_versions_are_not_taken_for_nothing_seen(place):
    """The file is refused."""
    (place / "record" / "policy-versions.json").write_text("{", "utf-8")

    ran = policy(place, "explain", "record/calls/chat.yaml", "--floor", "floor-1.json", "--policy", "acme-1.json")
    assert ran.code == 2
