# SPDX-License-Identifier: Apache-2.0
"""Keys that are replaced or compromised: what counts then, for the gates and for both verifiers (L-7)."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.command_line import NOW, ROOT, Anybody, Lab, run, seeds, ticking
from tests.witness_builders import Servers, cosigner_key_of, make_servers

from ruleout.adapters import tile_store
from ruleout.adapters.log_writer import LogWriter
from ruleout.adapters.tile_store import read_description, read_log
from ruleout.app.bundle import open_bundle, replay
from ruleout.app.keys import rotate
from ruleout.app.ledger import recording
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.errors import LedgerError
from ruleout.ledger import EntryType, Signer
from ruleout.ledger.bundle import Bundle, BundledEntry, to_bytes
from ruleout.ledger.checkpoint import parse_checkpoint, sign_checkpoint
from ruleout.ledger.verify import Report, verify_bundle
from ruleout.ledger.witness_policy import parse_policy

NEW = ("ceo-ada-2", "lab-log-2", "lab-log-3")
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("ruleout_verify", ROOT / "tools" / "ruleout_verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def env_of(lab: Lab) -> dict[str, str]:
    return {**lab.env, **seeds(*NEW)}


def keys_of(lab: Lab) -> Keys:
    return Keys(settings=from_environment({**env_of(lab), "RULEOUT_KEYS": "/nonexistent/keys"}), ask=lambda name: name)


def sign_as(
    lab: Lab, name: str, kind: EntryType, entry_id: str, subject: dict[str, Any], signer: Signer | None = None
) -> None:
    """Write an entry that no verb would write: by whichever key, without asking whether it counts."""
    keys = keys_of(lab)
    with recording(open_workspace(lab.record), keys, at=NOW) as (_, recorder):
        recorder.counting = Anybody()
        recorder.add(kind, entry_id, subject, signer=signer or keys.unlock(name))
        recorder.commit()


def said(tool: Any, bundle: Bundle) -> tuple[Report, Any]:
    """What both say; they say the same."""
    report = verify_bundle(bundle)
    other = tool.verify(tool.parse_bundle(to_bytes(replace(bundle, policy=None))) | {"policy": bundle.policy})
    assert [(c.name, c.status.value) for c in report.checks] == [(c["name"], c["status"]) for c in other["checks"]]
    assert list(report.caveats) == other["caveats"]
    return report, other


def failed(report: Report) -> list[str]:
    return [check.name for check in report.checks if check.status.value == "failed"]


APPROVAL = {"role": "ceo", "act": "approve", "input_digest": "0" * 64}


# --- replaced ---------------------------------------------------------------------------------------------------------


def test_a_replaced_key_counts_for_what_it_signed_before_and_for_nothing_after(lab: Lab, tool: Any) -> None:
    """Old and new sign the change; approvals from before stand, one by the old key after it fails in both verifiers."""
    lab.approve_all()
    assert lab.assess().code == 0
    rotated = lab.run("key", "rotate", "ceo-ada", env=env_of(lab))

    assert rotated.code == 0, rotated.err
    assert lab.assess().code == 0
    listed = {key["vkey"].split("+")[0]: key for key in lab.run("key", "list", "--json").json["keys"]}
    assert listed["ceo-ada"]["state"] == "replaced by entry 8"
    assert listed["ceo-ada-2"]["roles"] == ["ceo"]
    assert listed["ceo-ada-2"]["person"] == "ada"
    assert [] == failed(said(tool, open_bundle(lab.record))[0])
    again = lab.run("key", "rotate", "ceo-ada", "--to", "lab-log-3", env=env_of(lab))
    assert again.code == 2
    assert "has ended" in again.err
    bundle = open_bundle(lab.record)
    sign_as(lab, "ceo-ada-2", EntryType.APPROVAL, "a/new", APPROVAL)
    assert [] == failed(said(tool, open_bundle(lab.record))[0])
    sign_as_thief(lab)
    with pytest.raises(Exception, match="expected no signature by ceo-ada"):
        open_bundle(lab.record)
    report, other = said(tool, whole(lab, bundle))
    assert ["authors"] == failed(report)
    assert "ceo-ada" in next(c["detail"] for c in other["checks"] if c["name"] == "authors")


def sign_as_thief(lab: Lab) -> None:
    sign_as(lab, "ceo-ada", EntryType.APPROVAL, "a/old", APPROVAL)


def whole(lab: Lab, like: Bundle) -> Bundle:
    """A full bundle of the log as it is, made without looking at it."""
    view = read_log(lab.record / "ledger")
    entries = tuple(BundledEntry(index=nth, data=data) for nth, data in enumerate(view.entries()))
    return replace(like, checkpoint=view.checkpoint, entries=entries)


@pytest.mark.parametrize("why", ["replaced", "compromised", "unknown", "early"])
def test_an_entry_that_no_reader_would_take_is_not_written(lab: Lab, why: str) -> None:
    """By a key that has ended, that nobody knows, or on a clock that was set back: it would spoil the record for good."""
    env, now = {**env_of(lab), **seeds("stranger")}, NOW
    if why == "replaced":
        assert lab.run("key", "rotate", "recorder", "--to", "ceo-ada-2", env=env).code == 0
    elif why == "compromised":
        assert compromise(lab, "recorder", NOW).code == 0
    elif why == "early":
        now = NOW - timedelta(hours=1)
    before = lab.size()
    key = "stranger" if why == "unknown" else "recorder"
    acts = (
        lab.assess("--record", "--key", key, env=env, now=now),
        lab.run("due", "event", "model-deployed", "--about", "m", "--key", key, env=env, now=now),
    )

    told = {"unknown": "expected a key of the keyring", "early": "from 2026-11-23T09:00:00Z"}
    for act in acts:
        assert (act.code, told.get(why, "has ended") in act.err, "Nothing was written" in act.err) == (2, True, True)
    assert lab.size() == before


def test_logs_are_taken_in_without_the_key_that_the_log_had_before(lab: Lab) -> None:
    """Once the log has another key, the old one may be destroyed."""
    assert lab.run("key", "rotate", "--log", env=env_of(lab)).code == 0
    env = {name: seed for name, seed in env_of(lab).items() if name != "RULEOUT_KEY_LAB_LOG"}
    ran = lab.run("ingest", lab.log, env=env)

    assert ran.code == 0, ran.err


def test_nobody_holds_the_role_of_the_logs_own_key(lab: Lab) -> None:
    """Replaced, such a key would be taken for the log's, and the record could not be written any more."""
    ran = lab.run("key", "new", "lab-log-3", "--role", "log", "--person", "bob", env=env_of(lab))
    assert (ran.code, "expected a person's role" in ran.err) == (2, True), ran.err


def test_a_change_that_only_one_key_signed_is_none(lab: Lab, tool: Any) -> None:
    """A thief of one key cannot name its successor, nor a new key claim to replace another's."""
    bundle = open_bundle(lab.record)
    keys = keys_of(lab)
    old = next(h for h in bundle.keyring if h.key.name == "ceo-ada")
    new = next(h for h in bundle.keyring if h.key.name == "rso-bea")
    subject = {"vkey": str(new.key), "roles": ("ceo",), "from": "2026-11-23T09:00:00Z", "act": "rotate"}
    sign_as(lab, "", EntryType.KEY, "key/x", {**subject, "replaces": old.key.key_id}, signer=keys.unlock("rso-bea"))
    report, _ = said(tool, whole(lab, bundle))

    assert "authors" in failed(report)


# --- the log's own key ------------------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["ed25519", "post-quantum"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
    """A workspace with one key, with and without ML-DSA-44 lines."""
    lab = Lab(tmp_path)
    more = ("--post-quantum",) if request.param else ()
    made = run("init", lab.record, "--origin", "lab.example/record", "--producer", "lab", *more, env=lab.env)
    assert made.code == 0, made.err
    assert lab.run("key", "new", "recorder", "--role", "recorder", "--person", "eve").code == 0
    return lab


def test_the_logs_key_changes_under_one_origin(small: Lab, tool: Any) -> None:
    """Whoever knows the first key accepts the second by the entry that both signed, and a third; not without it."""
    known = read_description(small.record / "ledger").generations[0]
    assert small.run("key", "rotate", "--log", env=env_of(small)).code == 0
    assert small.run("key", "new", "ceo-ada", "--role", "ceo", "--person", "ada", env=env_of(small)).code == 0
    assert small.run("key", "rotate", "--log", env=env_of(small)).code == 0
    view = read_log(small.record / "ledger")
    bundle = open_bundle(small.record)
    report, _ = said(tool, bundle)

    assert 3 == len(view.log_keys.generations)
    assert known == bundle.vkeys
    assert len(known) == len(view.checkpoint.split("\n\n")[1].splitlines())
    assert [] == failed(report)
    assert [] == failed(verify_bundle(bundle, vkeys=view.log_keys.generations[1]))
    assert [] == failed(verify_bundle(bundle, vkeys=view.log_keys.every))
    cut = replace(bundle, full=False, entries=())
    assert ["signature"] == failed(said(tool, cut)[0])
    chosen = small.run("export", small.folder / "one.json", "--entry", "0")
    assert chosen.code == 0
    assert [] == failed(said(tool, open_bundle(small.folder / "one.json"))[0])


def test_the_old_key_of_the_log_signs_no_later_checkpoint(small: Lab, tool: Any) -> None:
    """A thief of the old key has the log as it was; a checkpoint of a larger size by it fails in both."""
    keys = keys_of(small)
    old = keys.unlock("lab-log", signs_as="lab.example/record")
    assert small.run("key", "rotate", "--log", env=env_of(small)).code == 0
    assert small.run("key", "new", "ceo-ada", "--role", "ceo", "--person", "ada", env=env_of(small)).code == 0
    bundle = open_bundle(small.record)
    head = parse_checkpoint(bundle.checkpoint.split("\n\n")[0] + "\n")
    forged = replace(bundle, checkpoint=sign_checkpoint(head, old))

    assert ["signature"] == failed(said(tool, forged)[0])


def test_of_two_algorithms_both_must_have_signed(tmp_path: Path, tool: Any) -> None:
    """Whoever forges one signature has forged nothing: a checkpoint with one line of the two fails."""
    lab = Lab(tmp_path)
    given = ("--origin", "lab.example/record", "--producer", "lab", "--post-quantum")
    assert run("init", lab.record, *given, env=lab.env).code == 0
    assert lab.run("key", "new", "recorder", "--role", "recorder", "--person", "eve").code == 0
    bundle = open_bundle(lab.record)
    text, lines = bundle.checkpoint.split("\n\n")
    assert 2 == len(lines.splitlines())
    for line in lines.splitlines():
        report, _ = said(tool, replace(bundle, checkpoint=f"{text}\n\n{line}\n"))
        assert ["signature"] == failed(report)


def test_a_log_changes_its_key_no_more_often_than_its_readers_follow(
    small: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more would leave a log that nobody opens, and an entry that cannot be taken back: it is refused before."""
    monkeypatch.setattr(tile_store, "MAX_GENERATIONS", 2)
    monkeypatch.setattr(rotate, "MAX_GENERATIONS", 2)
    assert small.run("key", "rotate", "--log", env=env_of(small)).code == 0
    size = small.size()
    refused = small.run("key", "rotate", "--log", env=env_of(small))

    assert (refused.code, "at most 2 keys of a log" in refused.err) == (2, True), refused.err
    assert (failed(verify_bundle(open_bundle(small.record))), small.size()) == ([], size)


@pytest.mark.parametrize("step", ["before the entry", "after the entry", "after log.json"])
def test_a_change_of_the_logs_key_that_is_cut_short_is_finished_by_doing_it_again(
    lab: Lab, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its steps nothing else can be written with the old key."""
    place, keys = open_workspace(lab.record), keys_of(lab)

    def stop(*_: object, **__: object) -> Any:
        raise LedgerError("cut short")

    with monkeypatch.context() as cut:
        if step == "before the entry":
            cut.setattr(rotate, "_draft_log_rotation", stop)
        elif step == "after the entry":
            cut.setattr(rotate, "open_log", stop)
        else:
            cut.setattr(LogWriter, "publish", publish_once_then(stop, LogWriter.publish))
        with pytest.raises(LedgerError, match="cut short"):
            rotate.rotate_log_key(place, keys, at=NOW)
    wrote = lab.run("key", "new", "ceo-ada-2", "--role", "ceo", "--person", "ada", env=env_of(lab))
    if step == "after the entry":
        assert wrote.code == 2
        assert "Finish the change" in wrote.err
        assert lab.run("key", "rotate", "--log", env=env_of(lab)).code == 0
        wrote = lab.run("key", "new", "ceo-ada-2", "--role", "ceo", "--person", "ada", env=env_of(lab))
    assert wrote.code == 0, wrote.err
    assert run("verify", lab.record).code == 0
    assert len(read_description(lab.record / "ledger").generations) == (1 if step == "before the entry" else 2)


def publish_once_then(stop: Any, publish: Any) -> Any:
    """Two publications are the change's own up to `log.json`; the third is by the new key."""
    count = []

    def counted(self: Any) -> str:
        count.append(1)
        return stop() if len(count) > 2 else publish(self)

    return counted


# --- compromised ------------------------------------------------------------------------------------------------------


def compromise(lab: Lab, name: str, since: datetime, **given: Any) -> Any:
    act = ("key", "compromise", name, "--from", since.strftime("%Y-%m-%dT%H:%M:%SZ"), "--reason", "laptop stolen")
    return lab.run(*act, "--key", "rso-bea", env=env_of(lab), **given)


def test_without_witnesses_nothing_that_a_compromised_key_signed_counts(lab: Lab, tool: Any) -> None:
    """The gate closes; refusals stay; the record goes on to verify, and both verifiers name what is void."""
    lab.approve_all()
    recorded = lab.assess("--record", "--key", "recorder")
    assert recorded.code == 0, recorded.err
    told = compromise(lab, "ceo-ada", LATER, now=LATER)
    report, _ = said(tool, open_bundle(lab.record))

    assert told.code == 0, told.err
    assert "no quorum of witnesses had seen the record by then" in told.err
    assert lab.assess().code == 3
    assert [] == failed(report)
    assert any("do not count" in caveat for caveat in report.caveats)
    assert all(one.same for one in replay(open_bundle(lab.record)))
    sign_as(lab, "ceo-ada", EntryType.APPROVAL, "a/thief", APPROVAL)
    with pytest.raises(Exception, match="which ended it"):
        open_bundle(lab.record)


def test_a_key_may_be_compromised_from_now_on(lab: Lab) -> None:
    """Though the clock goes on while the key that says so is unlocked."""
    act = ("key", "compromise", "ceo-ada", "--from", "now", "--reason", "laptop stolen", "--key", "rso-bea")

    assert lab.run(*act, env=env_of(lab), now=ticking(LATER)).code == 0


def test_a_refusal_by_a_compromised_key_keeps_the_gate_closed(lab: Lab) -> None:
    """What may be somebody else's word never opens a gate."""
    lab.approve_all()
    refused = lab.approve("rso", "rso-bea", "--refuse", now=NOW + timedelta(minutes=1))
    assert refused.code == 0, refused.err
    before = lab.assess()
    act = ("key", "compromise", "rso-bea", "--from", "2026-11-23T08:00:00Z", "--reason", "stolen", "--key", "ceo-ada")
    assert lab.run(*act, now=LATER).code == 0

    assert before.code != 0
    assert lab.assess().code != 0


def test_determinations_that_only_a_compromised_key_vouches_for_stop_counting(lab: Lab) -> None:
    """Recorded by it, they count no more; recorded anew from a changed file by a sound key, they do, and replay."""
    lab.approve_all()
    recorded = lab.assess("--record", "--key", "recorder")
    assert recorded.code == 0
    assert compromise(lab, "recorder", LATER, now=LATER).code == 0
    closed = lab.assess("--record", "--key", "rso-bea", now=LATER)

    assert closed.code == lab.assess().code == 3
    lab.case.write_text(lab.case.read_text(encoding="utf-8") + "# looked at again\n", encoding="utf-8")
    again = lab.assess("--record", "--key", "rso-bea", now=LATER)
    assert again.code == lab.assess().code == 0, again.err
    assert all(one.same for one in replay(open_bundle(lab.record)))


@pytest.fixture
def witnessed(built: Lab, tmp_path: Path) -> Iterator[Lab]:
    """A lab whose record two witnesses see."""
    lab = built.copy_to(tmp_path / "lab")
    servers = make_servers(tmp_path / "w", [str(read_log(lab.record / "ledger").key)], ("w1", "w2"))
    (lab.record / "witnesses.yaml").write_text(servers.file(2))
    servers.start("w1", "w2")
    _SERVERS[lab.folder] = servers
    yield lab
    _SERVERS.pop(lab.folder).stop()


_SERVERS: dict[Path, Servers] = {}


def lab_servers(lab: Lab) -> Servers:
    """The witnesses of a lab that `witnessed` made."""
    return _SERVERS[lab.folder]


def test_what_witnesses_saw_before_the_compromise_goes_on_counting(witnessed: Lab, tool: Any) -> None:
    """Approved, witnessed, then stolen: the approval stands; one that no witness saw in time does not."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    lab.approve_all()
    assert lab.run("witness", "policy", "--key", "recorder", now=now).code == 0
    stolen = datetime.now(UTC) + timedelta(seconds=2)
    told = compromise(lab, "ceo-ada", stolen, now=stolen + timedelta(seconds=5))
    report, _ = said(tool, open_bundle(lab.record))

    assert told.code == 0, told.err
    assert "counts below entry 9" in told.err
    assert lab.assess().code == 0
    assert [] == failed(report)
    assert "witnesses" in [c.name for c in report.checks if c.status.value == "passed"]
    objects = dict(open_bundle(lab.record).objects)
    ref = next(r for e in said_entries(lab) for r in e["refs"] if r["name"] == "witnessed")
    hidden = replace(open_bundle(lab.record), objects={d: o for d, o in objects.items() if d != ref["sha256"]})
    report, _ = said(tool, hidden)
    assert any("nothing here shows" in c.detail for c in report.checks)


def said_entries(lab: Lab) -> list[Any]:
    return [entry["entry"] for entry in lab.run("log", "--json").json["entries"]]


def test_witnesses_that_were_replaced_since_go_on_vouching_for_their_time(witnessed: Lab, tool: Any) -> None:
    """The policy of the time measures a compromise; another one later makes no honest record fail."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    lab.approve_all()
    assert lab.run("witness", "policy", "--key", "recorder", now=now).code == 0
    stolen = datetime.now(UTC) + timedelta(seconds=2)
    assert compromise(lab, "ceo-ada", stolen, now=stolen + timedelta(seconds=5)).code == 0
    text = (lab.record / "witnesses.yaml").read_text()
    (lab.record / "witnesses.yaml").write_text("quorum: 1\nwitnesses:\n  - name: w2" + text.partition("name: w2")[2])
    assert lab.run("witness", "policy", "--key", "recorder", now=stolen + timedelta(seconds=9)).code == 0
    bundle = open_bundle(lab.record)
    report, _ = said(tool, bundle)

    assert [] == failed(report)
    assert "witnesses" in [c.name for c in report.checks if c.status.value == "passed"]
    strangers = f"witness x {cosigner_key_of('x.example/w')}\nquorum x\n"
    own = verify_bundle(bundle, policy=parse_policy(strangers))
    assert [] == failed(own)
    assert any("nothing here shows" in c.detail for c in own.checks)


def test_a_stolen_key_names_no_witnesses(witnessed: Lab, tool: Any) -> None:
    """A thief's policy with one witness of their own counts for nothing once the key has ended, and measures nothing."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    assert lab.run("witness", "policy", "--key", "recorder", now=now).code == 0
    honest = lab.run("witness", "show", "--policy").text
    text = (lab.record / "witnesses.yaml").read_text()
    (lab.record / "witnesses.yaml").write_text("quorum: 1\nwitnesses:\n  - name: w2" + text.partition("name: w2")[2])
    assert lab.run("witness", "policy", "--key", "ceo-ada", now=now).code == 0
    assert "group quorum-of-all 1 w2" in lab.run("witness", "show", "--policy").text
    told = compromise(lab, "ceo-ada", now - timedelta(days=1), now=now + timedelta(seconds=9))
    report, _ = said(tool, open_bundle(lab.record))

    assert told.code == 0, told.err
    assert honest == lab.run("witness", "show", "--policy").text
    assert [] == failed(report)
    assert "witnessed: 2 of 2 needed" in next(c.detail for c in report.checks if c.name == "witnesses")


def test_where_only_a_stolen_key_named_witnesses_they_vouch_for_nothing_and_may_still_refuse(
    witnessed: Lab, tool: Any, tmp_path: Path
) -> None:
    """The checkpoint is unwitnessed until a sound key names them; an older copy is refused all the while."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    assert lab.run("witness", "policy", "--key", "ceo-ada", now=now).code == 0
    assert compromise(lab, "ceo-ada", now - timedelta(days=1), now=now).code == 0
    older = lab.copy_to(tmp_path / "older")
    report, _ = said(tool, open_bundle(lab.record))
    shown = lab.run("witness", "show")

    assert (3, True) == (shown.code, "unwitnessed" in shown.text)
    assert [] == failed(report)
    assert any("unwitnessed" in caveat for caveat in report.caveats)
    again = lab.run("witness", "policy", "--key", "rso-bea", now=now)
    assert again.code == 0, again.err
    assert lab.run("witness", "show").code == 0
    refused = older.run("witness", "policy", "--key", "rso-bea", now=now)
    assert refused.code == 2
    assert "saw a later record" in refused.err


def test_the_logs_key_changes_and_witnesses_follow_once_they_are_told(witnessed: Lab, tool: Any) -> None:
    """Until then the checkpoint is unwitnessed, and nothing is lost."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    assert lab.run("witness", "policy", "--key", "recorder", now=now).code == 0
    rotated = lab.run("key", "rotate", "--log", env=env_of(lab), now=now)
    asked = lab.run("witness", "ask", env=env_of(lab))
    assert (rotated.code, asked.code) == (0, 3), rotated.err
    assert "w1 did not answer: it does not know this log's key" in " ".join(asked.text.split())
    assert "unwitnessed: 0 of 2 needed" in lab.run("log").text
    for name in ("w1", "w2"):
        file = lab.folder.parent / "w" / name / "witness.yaml"
        file.write_text(file.read_text() + f"      - {rotated.text.splitlines()[-1]}\n")
    lab_servers(lab).restart()
    told = lab.run("witness", "ask", env=env_of(lab))

    assert told.code == 0, told.text
    assert [] == failed(said(tool, open_bundle(lab.record))[0])
    assert lab.run("witness", "show").code == 0


def test_a_false_word_on_what_witnesses_saw_fails(witnessed: Lab, tool: Any) -> None:
    """An operator who lets a stolen key's later entries count, with a checkpoint that was cosigned too late."""
    lab, now = witnessed, datetime.now(UTC).replace(microsecond=0)
    assert lab.run("witness", "policy", "--key", "recorder", now=now).code == 0
    keys = keys_of(lab)
    with recording(open_workspace(lab.record), keys, at=now) as (record, recorder):
        holder = next(h for h in record.keyring.values() if h.key.name == "ceo-ada")
        note = recorder.keep("witnessed", record.view.checkpoint.encode(), "text/plain")
        subject = {"vkey": str(holder.key), "roles": holder.roles, "from": holder.since, "act": "compromise"}
        subject |= {"of": holder.key.key_id, "compromised_from": "2026-11-01T00:00:00Z", "until": record.view.size}
        ring = next(r for e in record.of_type(EntryType.KEY)[-1:] for r in e.content.refs)
        recorder.add(EntryType.KEY, "key/false", subject, refs=(ring, note), signer=keys.unlock("rso-bea"))
        recorder.commit()
    report, _ = said(tool, open_bundle(lab.record))

    assert ["witnesses"] == failed(report)


def test_a_compromise_is_said_by_another_key_and_not_ahead_of_time(lab: Lab) -> None:
    """Refusals, each with nothing written."""
    size = lab.size()
    own = ("key", "compromise", "rso-bea", "--from", "2026-11-20T00:00:00Z", "--reason", "x", "--key", "rso-bea")
    for ran, words in (
        (lab.run(*own), "cannot say so itself"),
        (compromise(lab, "ceo-ada", NOW + timedelta(days=1)), "expected an instant that has passed"),
        (compromise(lab, "nobody", NOW), "expected one key named"),
        (compromise(lab, "log", NOW), "the log's own key is not ended"),
        (lab.run("key", "rotate"), "expected the name of a key, or --log"),
        (lab.run("key", "rotate", "nobody"), "nobody"),
    ):
        assert ran.code == 2
        assert words in ran.err, ran.err
    assert size == lab.size()
