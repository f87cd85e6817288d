# SPDX-License-Identifier: Apache-2.0
"""Decisions compared with Cedar's own, and what follows for a bundle about which both differ (G-3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy_builders import CHAT, RING, signed_floor, signed_tenant

from ruleout.adapters.durable_file import SystemFiles
from ruleout.app.policy.load import load_layers
from ruleout.app.policy.recheck import Cedar, Given
from ruleout.app.serving.untrusted import NOT_TRUSTED, keep_untrusted, read_untrusted, trusted_layers
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.model.canonical import parse_canonical
from ruleout.policy.bundle import Kind, bundle_digest
from ruleout.policy.calls import call_of
from ruleout.policy.decide import Answer, Ground, decide

LOADED = load_layers(signed_floor(), [signed_tenant()], RING, {})
FLOOR, ACME = LOADED.floor.label, LOADED.tenants[0].label


def call(**changes):
    return call_of({name: value for name, value in (CHAT | changes).items() if value is not None})


def compared(answer=None, **changes):
    asked = call(**changes)
    return Cedar().compare(Given(LOADED, asked, decide(LOADED.layers, asked) if answer is None else answer))


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"uses": ["crowd-tracking"]}, {"uses": ["crowd-tracking"], "capabilities": None}, {"capabilities": None},
        {"uses": "crowd-tracking"}, {"tenant": "nobody"}, {"tokens": 9000}, {"tokens": None}, {"tokens": "9000"},
        {"capabilities": ["malware"]}, {"tool": "shell", "action": "use-tool"},
    ],
)  # fmt: skip
def test_right_rules_differ_in_nothing(changes):
    """Every ground: hits, failures, no policy."""
    assert compared(**changes) is None


@pytest.mark.parametrize(
    ("answer", "changes", "kind"),
    [
        (Answer(Ground.PERMITTED, ACME, ("chat",)), {"tokens": 9000}, Kind.TENANT),
        (Answer(Ground.NOT_PERMITTED, ACME), {}, Kind.TENANT),
        (Answer(Ground.PERMITTED, ACME, ("other",)), {}, Kind.TENANT),
        (Answer(Ground.FAILED, ACME, (), ("other",)), {"tokens": None}, Kind.TENANT),
        (Answer(Ground.FORBIDDEN, ACME, ("no-cyber",), ("chat",)), {"capabilities": ["malware"]}, Kind.TENANT),
        (Answer(Ground.PERMITTED, ACME, ("chat",)), {"uses": ["crowd-tracking"]}, Kind.FLOOR),
        (Answer(Ground.RED_LINE, FLOOR, ("nobody-is-watched",)), {}, Kind.FLOOR),
        (Answer(Ground.RED_LINE, FLOOR, ("other",)), {"uses": ["crowd-tracking"]}, Kind.FLOOR),
        (Answer(Ground.PERMITTED, ACME, ("chat",)), {"capabilities": None}, Kind.FLOOR),
    ],
)
def test_another_decision_reason_or_failure_is_a_difference_of_its_bundle(answer, changes, kind):
    """Whose it is follows from where one of both says that the floor decides."""
    found = compared(answer, **changes)

    bundle = LOADED.floor if kind is Kind.FLOOR else LOADED.tenants[0]
    assert (found.kind, found.bundle, found.digest) == (kind, bundle.label, bundle_digest(bundle))
    assert found.ours != found.cedar


def test_what_cedar_cannot_decide_is_no_decision_of_ours():
    """A number beyond 64 bits is no request to Cedar: where we decide by a rule all the same, that differs."""
    asked = replace(call(), context={**call().context, "tokens": 2**70})
    found = Cedar().compare(Given(LOADED, asked, Answer(Ground.PERMITTED, ACME, ("chat",))))
    assert (found.kind, found.cedar) == (Kind.FLOOR, "floor-failed by no rule, failed NoDecision")


def test_what_is_not_trusted_is_kept_by_digest(tmp_path):
    """One file each, once, durable; files of other names are none."""
    found = compared(Answer(Ground.NOT_PERMITTED, ACME))
    assert read_untrusted(tmp_path) == frozenset()
    for at in ("2026-11-27T09:00:00Z", "2026-11-28T09:00:00Z"):
        keep_untrusted(tmp_path, found, at=at)
    (tmp_path / "untrusted" / f"{found.digest}.tmp").touch()
    assert read_untrusted(tmp_path) == {found.digest}
    said = (tmp_path / "untrusted" / found.digest).read_text("utf-8")
    assert "2026-11-27" in said
    assert "northlight-2" not in said


def test_two_workers_that_find_it_at_once_both_keep_it(tmp_path, monkeypatch):
    """Neither says that it could not, and each file is whole."""
    found, sync = compared(Answer(Ground.NOT_PERMITTED, ACME)), SystemFiles.sync

    def while_it_is_synced(self, fd):
        monkeypatch.undo()
        keep_untrusted(tmp_path, found, at="2026-11-27T09:00:00Z")
        sync(self, fd)

    monkeypatch.setattr(SystemFiles, "sync", while_it_is_synced)
    keep_untrusted(tmp_path, found, at="2026-11-27T09:00:01Z")
    assert [path.name for path in (tmp_path / "untrusted").iterdir()] == [found.digest]
    assert parse_canonical((tmp_path / "untrusted" / found.digest).read_bytes())["bundle"] == found.bundle


def test_a_folder_that_cannot_be_read_is_not_taken_for_none(tmp_path):
    (tmp_path / "untrusted").write_text("no folder", "utf-8")
    with pytest.raises(RuleoutError):
        read_untrusted(tmp_path)


def test_nothing_is_served_by_what_is_not_trusted():
    """A tenant's calls fail, others' answers and the floor's stay as they are; without its floor there are no layers at all."""
    layers, labels = trusted_layers(LOADED, {bundle_digest(LOADED.tenants[0])})
    assert labels == {ACME}
    assert decide(layers, call()) == Answer(Ground.FAILED, ACME, (), NOT_TRUSTED)
    assert decide(layers, call(uses=["crowd-tracking"])).ground is Ground.RED_LINE
    with pytest.raises(VerificationFailed, match="the floor is not trusted"):
        trusted_layers(LOADED, {bundle_digest(LOADED.floor)})


def test_other_digests_change_nothing():
    assert trusted_layers(LOADED, {"0" * 64}) == (LOADED.layers, frozenset())
