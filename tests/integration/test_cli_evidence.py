# SPDX-License-Identifier: Apache-2.0
"""`ruleout evidence` end to end: list, show, diff, due, withdraw, lift, renew, overlaps (A-12, E-3 to E-5, L-2)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import NOW, OLD, ROOT, run
from tests.unit.evidence.inspect_logs import header, log, sample

from ruleout.app.ledger import DECISION, MEASUREMENT, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.evidence.ending import as_read
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.ledger import EntryType
from ruleout.model.canonical import canonical

QUESTION = "example-1/anthropic-rsp@2.2/deploy-external"
JANUARY = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def approved(built, tmp_path_factory):
    """A lab that received the log with an owner and a last day, held, was approved, and proceeds."""
    lab = built.copy_to(tmp_path_factory.mktemp("approved"))
    assert lab.run("ingest", lab.log, "--owner", "evals-team", "--valid-until", "2026-12-31").code == 0
    assert decide(lab).code == 3
    lab.approve_all()
    assert decide(lab).code == 0
    return lab


@pytest.fixture
def lab(approved, tmp_path):
    return approved.copy_to(tmp_path / "lab")


def decide(lab, *more, **given):
    return lab.assess("--record", "--key", "recorder", *more, **given)


def digest_of(lab) -> str:
    return hashlib.sha256(lab.log.read_bytes()).hexdigest()


def withdraw(lab, *more, key="rso-bea"):
    return lab.run("evidence", "withdraw", *more, "--reason", "wrong prompt template", "--key", key, "--json")


def write(path, samples, **spec):
    path.write_bytes(log(samples, header([s["id"] for s in samples], **spec)))
    return path


# --- list and show ----------------------------------------------------------------------------------------------------


def test_the_list_tells_receipt_owner_states_and_decisions(lab):
    """Everything at a glance; the time of receipt apart from that of the evaluation."""
    (one,) = lab.run("evidence", "list", "--json").json["evidence"]

    assert one["digest"] == digest_of(lab)
    assert (one["received"], one["evaluated"][:10]) == ("2026-11-23T09:00:00Z", "2026-11-22")
    assert (one["owner"], one["valid_until"], one["standing"]) == ("evals-team", "2026-12-31", "counts")
    assert one["attempts"] == {"scored": 60, "errored": 0, "refused": 0, "invalidated": 0, "missing": 0}
    assert one["decisions"] == [f"{QUESTION}/1", f"{QUESTION}/2"]
    assert "owner evals-team" in lab.run("evidence", "list").text


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (("--task", "demo_autonomy_suite"), 1),
        (("--task", "other"), 0),
        (("--model", "mockllm/model"), 1),
        (("--status", "counts"), 1),
        (("--status", "expired"), 0),
        (("--status", "expired", "--at", "2027-01-01"), 1),
        (("--within", "30d"), 0),
        (("--within", "60d"), 1),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(approved, asked, count):
    """Task, model, how it stands, and what ends soon."""
    assert len(approved.run("evidence", "list", *asked, "--json").json["evidence"]) == count


@pytest.mark.parametrize(
    "asked", [("list", "--status", "fine"), ("list", "--within", "soon"), ("show", "beef"), ("due", "--within", "-1d")]
)
def test_what_cannot_be_meant_is_refused_with_a_next_step(approved, asked):
    """Exit code 2 and advice."""
    ran = approved.run("evidence", *asked)

    assert ran.code == 2
    assert "next:" in ran.err or "Usage" in ran.err


def test_show_tells_all_of_one_measurement(approved):
    """Provenance, results, each attempt, and what decisions on it were told."""
    shown = approved.run("evidence", "show", digest_of(approved)[:8], "--json").json

    assert (shown["tool"], shown["results"][0]) == ("inspect_ai", {"count": 1, "score": "match", "value": "'C'"})
    assert len(shown["attempts"]) == 60
    assert [r["decision"] for r in shown["remarks"]] == [f"{QUESTION}/1", f"{QUESTION}/2"]
    assert "first recorded on 2026-11-23" in shown["remarks"][1]["says"]
    assert (shown["picked"], shown["runs"]) == (False, [])
    assert "provenance" in approved.run("evidence", "show", digest_of(approved)[:8]).text


def test_a_worse_run_that_no_decision_uses_is_shown_beside_the_used_one(lab, tmp_path):
    """Of several runs of one task and model a case may use the best: all are listed, and that is flagged."""
    names = [f"task-{i}" for i in range(60)]
    spec = {"task": "demo_autonomy_suite", "task_version": "1", "model": "mockllm/model"}
    worse = write(tmp_path / "worse.eval", [sample(n, "C") for n in names], **spec)
    assert lab.run("ingest", worse).code == 0

    shown = lab.run("evidence", "show", digest_of(lab)[:8], "--json").json

    assert shown["picked"] is True
    assert [run["digest"] for run in shown["runs"]] == [hashlib.sha256(worse.read_bytes()).hexdigest()]
    assert shown["runs"][0]["results"] == [{"score": "match", "value": "'C'", "count": 60}]
    page = lab.run("evidence", "show", digest_of(lab)[:8]).text
    assert "decisions rest on some of 2 runs" in " ".join(page.split())


# --- diff and overlaps ------------------------------------------------------------------------------------------------


def test_two_logs_are_compared_attempt_by_attempt(tmp_path):
    """Of disk, without a workspace."""
    first = write(tmp_path / "a.eval", [sample("a", "C"), sample("b", "I")])
    second = write(tmp_path / "b.eval", [sample("a", "I"), sample("c", "I")])

    ran = run("evidence", "diff", first, second, "--json")
    assert ran.code == 1
    assert (ran.json["only_first"], ran.json["only_second"]) == ([["b", 1]], [["c", 1]])
    assert ran.json["changed"] == [{"sample": "a", "epoch": 1, "what": "score match", "first": "'C'", "second": "'I'"}]
    assert run("evidence", "diff", first, first).code == 0
    assert run("evidence", "diff", first, "beef").code == 2


def test_a_log_of_disk_is_compared_with_the_record(approved):
    """By the beginning of a digest."""
    assert approved.run("evidence", "diff", approved.log, digest_of(approved)[:8]).code == 0


def test_a_copy_and_a_part_of_a_log_are_found(tmp_path):
    """The same bytes under two names; a log that holds some of another's attempts; a rerun is no fault."""
    samples = [sample(n, "C" if n == "a" else "I") for n in "abcd"]
    whole, part = write(tmp_path / "whole.eval", samples), write(tmp_path / "part.eval", samples[:2])
    copy = tmp_path / "copy.eval"
    copy.write_bytes(whole.read_bytes())
    rerun = write(tmp_path / "rerun.eval", [sample(n, "I" if n == "a" else "C") for n in "abcd"])

    ran = run("evidence", "overlaps", whole, part, copy, "--json")

    assert ran.code == 1
    assert sorted(o["relation"] for o in ran.json["overlaps"]) == ["same-log", "subset", "subset"]
    only = run("evidence", "overlaps", whole, rerun, "--json")
    assert (only.code, [o["relation"] for o in only.json["overlaps"]]) == (0, ["rerun"])


def test_a_log_that_the_record_holds_is_known_by_its_bytes(approved, tmp_path):
    """Under another name too."""
    copy = tmp_path / "fresh-name.eval"
    copy.write_bytes(approved.log.read_bytes())

    ran = approved.run("evidence", "overlaps", copy, "--json")

    assert (ran.code, [o["relation"] for o in ran.json["overlaps"]]) == (1, ["same-log"])
    assert approved.run("evidence", "overlaps").code == 0


# --- what ends --------------------------------------------------------------------------------------------------------


def test_what_ends_soon_is_told_with_its_owner_and_the_gates_it_closes(approved):
    """The outcome now, and on the first day without it."""
    assert approved.run("evidence", "due", "--json").json["due"] == []

    ran = approved.run("evidence", "due", "--within", "60d", "--json")
    (one,) = ran.json["due"]

    assert ran.code == 0
    assert (one["owner"], one["last_day"], one["expired"]) == ("evals-team", "2026-12-31", False)
    assert [(d["decision"], d["was"], d["would_be"]) for d in one["decisions"]] == [
        (f"{QUESTION}/2", "proceed", "hold")
    ]
    assert "proceed now, hold without it" in " ".join(approved.run("evidence", "due", "--within", "60d").text.split())


def test_what_has_expired_fails_and_closes_the_gate_on_every_path(lab):
    """assess, decide-under, what approval would sign, and what is recorded: as of the instant."""
    ran = lab.run("evidence", "due", "--json", now=JANUARY)
    late = ("--at", "2027-01-05")

    assert ran.code == 1
    assert [(d["was"], d["would_be"]) for d in ran.json["due"][0]["decisions"]] == [("proceed", "hold")]
    assert lab.assess().code == 0
    assert lab.assess(*late).code == 3
    assert lab.run("decide-under", lab.case, "-f", OLD, *late).code == 3
    recorded = decide(lab, *late)
    assert (recorded.code, "valid until 2026-12-31 by its receipt" in recorded.text) == (3, True)
    assert run("replay", lab.record).code == 0


def test_a_decision_that_cannot_be_read_is_told_and_fails(lab):
    """Nothing is known of what it rests on: that is not the same as nothing being due."""
    strange_decision(lab)

    ran = lab.run("evidence", "due", "--json")

    assert ran.code == 1
    assert [u["decision"] for u in ran.json["unread"]] == ["c/f@1/train/1"]
    assert "not looked at" in " ".join(lab.run("evidence", "due").text.split())


def strange_decision(lab):
    """Append a decision entry of others' making, which names neither framework nor case."""
    subject = {"case": "c", "framework": "f", "version": "1", "activity": "train", "outcome": "hold"}
    with writing(lab) as (_, recorder, signer):
        refs = (recorder.keep("decision", b"{}", DECISION),)
        recorder.add(
            EntryType.DECISION, "c/f@1/train/1", {**subject, "input_digest": "0" * 64}, refs=refs, signer=signer
        )


@contextmanager
def writing(lab, *, now=NOW):
    """The record opened past our own use cases: what is drafted is committed at the end."""
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda name: "")
    with recording(open_workspace(lab.record), keys, at=now) as (record, recorder):
        yield record, recorder, keys.unlock("recorder")
        recorder.commit()


def test_evidence_that_grows_too_old_is_due_too(lab):
    """By the case's own indicator: the last day on which it is fresh."""
    lab.edit("    expected-samples: 60\n", "    expected-samples: 60\n    fresh-days: 3\n")
    assert decide(lab).code == 3

    (fresh,) = [d for d in lab.run("evidence", "due", "--json").json["due"] if d["why"] == "fresh for 3 days"]

    assert (fresh["last_day"], fresh["expired"]) == ("2026-11-25", False)


def test_renewed_evidence_counts_again_and_keeps_its_receipt(lab):
    """A signed word by whoever looked at it again."""
    until = ("--valid-until", "2027-06-30")
    assert lab.run("evidence", "renew", digest_of(lab)[:8], *until).code == 2
    assert lab.run("evidence", "renew", digest_of(lab)[:8], "--key", "rso-bea").code == 2
    assert lab.run("evidence", "renew", digest_of(lab)[:8], *until, "--key", "rso-bea").code == 0

    (one,) = lab.run("evidence", "list", "--json").json["evidence"]

    assert (one["valid_until"], one["received"], one["owner"]) == ("2027-06-30", "2026-11-23T09:00:00Z", "evals-team")
    assert lab.run("evidence", "due", now=JANUARY).code == 0
    assert run("verify", lab.record).code == 0


def test_a_last_day_that_is_over_is_told_when_it_is_given(lab):
    """A slip of the year closes gates: whoever signs it reads so at once."""
    over = lab.run("evidence", "renew", digest_of(lab)[:8], "--valid-until", "2020-06-30", "--key", "rso-bea")
    ahead = lab.run("evidence", "renew", digest_of(lab)[:8], "--valid-until", "2027-06-30", "--key", "rso-bea")

    assert (over.code, ahead.code) == (0, 0)
    assert "2020-06-30 is over: it counts no more; `ruleout evidence due`" in over.err
    assert "is over" not in ahead.err


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--model", "mockllm/modle"), "the record holds no model 'mockllm/modle'; there are: 'mockllm/model'\n"),
        (("--task", "demo"), "the record holds no task 'demo'; there are: 'demo_autonomy_suite'\n"),
        (("--status", "withdrawn"), "the record holds 1 piece of evidence, none that fits all that was asked\n"),
    ],
)
def test_an_empty_list_says_what_the_record_does_hold(approved, asked, says):
    """A misspelt model is not a record without evidence; the JSON stays as it is."""
    page, value = (approved.run("evidence", "list", *asked, *more) for more in ((), ("--json",)))

    assert (page.code, value.code, page.err, value.err) == (0, 0, says, says)
    assert value.json["evidence"] == []


def test_an_empty_record_says_how_evidence_comes_in(built, tmp_path):
    """The first thing a newcomer sees."""
    ran = built.copy_to(tmp_path).run("evidence", "list")

    assert ran.err == "the record holds no evidence yet; `ruleout ingest LOG` puts some in\n"


def test_a_beginning_that_is_too_short_to_name_a_log_is_told_so(approved):
    """Three characters of a digest that is there are not *no evidence*, and nothing more to go by."""
    ran = approved.run("evidence", "show", digest_of(approved)[:3])

    assert ran.code == 2
    assert "next: Give 4 or more characters of the digest, or an entry's id: `ruleout evidence list`." in ran.err


def test_an_owner_that_names_a_person_is_refused(built, tmp_path):
    """Header fields stay for good; nothing is written."""
    lab = built.copy_to(tmp_path)
    ran = lab.run("ingest", lab.log, "--owner", "Ada Lovelace")

    assert ran.code == 2
    assert lab.size() == 4


# --- withdrawal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [("digest",), ("--tool", "inspect_ai"), ("--producer", "lab")])
def test_one_act_withdraws_and_lists_every_decision_that_relied_on_it(lab, how):
    """By digest, by tool, by producer: the gate closes, with the reason."""
    ran = withdraw(lab, *([digest_of(lab)[:8]] if how == ("digest",) else how))

    assert ran.code == 0, ran.err
    assert [(d["decision"], d["was"], d["would_be"]) for d in ran.json["decisions"]] == [
        (f"{QUESTION}/1", "hold", "hold"),
        (f"{QUESTION}/2", "proceed", "hold"),
    ]
    assert [e["digest"] for e in ran.json["evidence"]] == [digest_of(lab)]
    after = lab.assess()
    assert after.code == 3
    assert "withdrawn on 2026-11-23 by rso-bea: wrong prompt template" in after.text
    assert lab.run("evidence", "list", "--status", "withdrawn", "--json").json["evidence"]


def test_withdrawing_all_of_a_tool_covers_what_comes_later(built, tmp_path):
    """Received after the act, or never received: a case that rests on it is inconclusive."""
    lab = built.copy_to(tmp_path)
    assert withdraw(lab, "--tool", "inspect_ai").json["decisions"] == []
    assert lab.run("ingest", lab.log).code == 0

    assert "withdrawn on 2026-11-23" in lab.assess().text
    assert lab.run("evidence", "list", "--json").json["evidence"][0]["standing"] == "withdrawn"


def test_a_dry_run_shows_the_same_and_writes_nothing(lab):
    """Nobody has to withdraw to see what it would do."""
    size = lab.size()
    tried = lab.run("evidence", "withdraw", digest_of(lab)[:8], "--reason", "x", "--dry-run", "--json")

    assert tried.json["decisions"] == withdraw(lab, digest_of(lab)[:8]).json["decisions"]
    assert tried.json["entry"] == ""
    assert lab.size() == size + 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("--reason", "x", "--key", "rso-bea"),
        ("beefbeef", "--reason", "x", "--key", "rso-bea"),
        ("--tool-version", "1", "--reason", "x", "--key", "rso-bea"),
        ("--tool", "t", "--reason", " ", "--key", "rso-bea"),
        ("--tool", "t", "--reason", "x", "--key", "lab-log"),
        ("--tool", "t", "--reason", "x"),
        ("--tool", "t", "--reason", "x", "--key", "nobody"),
    ],
)
def test_a_withdrawal_that_says_too_little_is_refused(approved, wrong):
    """Nothing to withdraw, no reason, a key that nobody answers for: nothing is written."""
    size = approved.size()
    ran = approved.run("evidence", "withdraw", *wrong)

    assert ran.code == 2
    assert "next:" in ran.err
    assert approved.size() == size


def test_what_was_decided_before_still_replays_and_all_verifiers_take_the_new_kind(lab, tmp_path):
    """The record keeps what was decided on the evidence; bundle, replay and the one-file verifier agree."""
    assert withdraw(lab, digest_of(lab)[:8]).code == 0
    assert decide(lab).code == 3
    bundle = tmp_path / "record.json"
    assert lab.run("export", bundle).code == 0

    replayed = run("replay", bundle, "--json")
    assert replayed.code == 0, replayed.text
    assert len(replayed.json["decisions"]) == 3
    assert run("verify", bundle).code == 0
    tool = [sys.executable, str(ROOT / "tools" / "ruleout_verify.py"), str(bundle), "--json"]
    assert subprocess.run(tool, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("chosen", [(), ("--tool-version", "1.2")])
def test_looking_at_a_withdrawal_of_nothing_is_refused_too(approved, chosen):
    """A dry run says what the act would say: nothing is named, or a version without its tool."""
    ran = approved.run("evidence", "withdraw", *chosen, "--reason", "x", "--dry-run")

    assert ran.code == 2
    assert "expected" in ran.err


def test_a_withdrawal_that_covers_nothing_yet_is_told(approved):
    """A slip in a tool's name looks like this."""
    ran = approved.run("evidence", "withdraw", "--tool", "inspect", "--reason", "x", "--dry-run")

    assert ran.code == 0
    assert "nothing received so far is covered" in ran.err


def test_a_file_that_is_not_there_is_not_looked_for_among_digests(approved):
    """The error speaks of the log that was named."""
    ran = approved.run("evidence", "diff", "nope.eval", "nope.eval")

    assert ran.code == 2
    assert "nope.eval: no such log" in ran.err


def test_a_decision_that_ignores_a_withdrawal_does_not_replay(lab):
    """Written past our own code: on withdrawn evidence as if it counted."""
    before = lab.assess()
    assert withdraw(lab, digest_of(lab)[:8]).code == 0
    forge_decision(lab, before.out.rstrip(b"\n"))

    ran = run("replay", lab.record, "--json")

    assert ran.code == 1
    last = ran.json["decisions"][-1]
    assert (last["same"], "as if it counted" in last["detail"]) == (False, True)


def forge_decision(lab, decision: bytes):
    """Append a decision entry with the objects of the last one, as a program that knows no withdrawals would."""
    with writing(lab) as (record, recorder, signer):
        last = record.of_type(EntryType.DECISION)[-1].content
        kept = recorder.keep("decision", decision, DECISION)
        refs = (kept, *(ref for ref in last.refs if ref.name != "decision"))
        recorder.add(EntryType.DECISION, f"{QUESTION}/9", last.subject, refs=refs, signer=signer)


def test_a_bar_moved_after_the_run_closes_the_gate_and_a_decision_that_ignores_it_does_not_replay(built, tmp_path):
    """The whole way: bars on record, a run, a looser bar; then a decision written past our own code."""
    lab = built.copy_to(tmp_path / "lab")
    day = [datetime(2026, 11, n, 9, 0, tzinfo=UTC) for n in range(1, 30)]
    lab.edit("rule-out-below: 0.1", "rule-out-below: 0.07")
    assert decide(lab, now=day[22]).code == 3
    lab.edit("rule-out-below: 0.07", "rule-out-below: 0.1")
    run_again(lab, started="2026-11-25T09:00:00+00:00")
    moved = "the rule-out bar was 0.07 in case example-1 until it became 0.1"

    recorded = decide(lab, "--at", "2026-11-27", now=day[26])
    assert (recorded.code, moved in recorded.text) == (3, True)
    assert run("replay", lab.record).code == 0

    forge_measurement(lab, now=day[27])
    ran = run("replay", lab.record, "--json")
    assert ran.code == 1
    assert moved in ran.json["decisions"][-1]["detail"]


def run_again(lab, *, started):
    """Put a log in the place of the demonstration's: the same result, begun at another instant."""
    names = [f"task-{i}" for i in range(60)]
    spec = {"task": "demo_autonomy_suite", "task_version": "1", "model": "mockllm/model", "created": started}
    head = header(names, **spec)
    head["stats"]["started_at"] = started
    lab.log.write_bytes(log([sample(n, "C" if n == "task-0" else "I") for n in names], head))


def forge_measurement(lab, *, now):
    """Append the last decision again, on its log as if nothing had been said of its bars."""
    with writing(lab, now=now) as (record, recorder, signer):
        last = record.of_type(EntryType.DECISION)[-1].content
        refs = [ref for ref in last.refs if not ref.name.startswith("measurement")]
        (used,) = [ref for ref in last.refs if ref.name.startswith("measurement")]
        plainly = as_read(measurement_from(record.object(used.sha256)))
        refs.append(recorder.keep(used.name, measurement_bytes(plainly), MEASUREMENT))
        recorder.add(EntryType.DECISION, f"{QUESTION}/9", last.subject, refs=refs, signer=signer)


def test_approvals_from_before_a_withdrawal_do_not_open_the_gate_after_it(lab):
    """Even when a determination is made anew on other grounds: the inputs are not those that were approved."""
    assert withdraw(lab, digest_of(lab)[:8]).code == 0
    before = json.loads(lab.assess().out)

    assert [a["counts"] for a in before["acts"]] == [False, False, False, False]
    assert [i["kind"] for i in before["inputs"]].count("ended") == 1


def test_a_lifted_withdrawal_is_lifted_with_its_reason(lab):
    """What it covered counts again; decisions that would be less restrictive are pointed out."""
    assert withdraw(lab, digest_of(lab)[:8]).json["entry"] == "withdrawal/1"
    assert decide(lab).code == 3

    ran = lab.run("evidence", "lift", "withdrawal/1", "--reason", "it was right", "--key", "ceo-ada", "--json")

    assert ran.code == 0
    assert f"{QUESTION}/3" in ran.json["less_restrictive"]
    assert lab.assess().code == 0
    assert lab.run("evidence", "lift", "withdrawal/1", "--reason", "again", "--key", "ceo-ada").code == 2
    assert run("replay", lab.record).code == 0


def test_json_is_canonical(approved):
    """One spelling, as of every read command."""
    for asked in (("list",), ("show", digest_of(approved)[:8]), ("due", "--within", "60d"), ("overlaps",)):
        out = approved.run("evidence", *asked, "--json").out
        assert canonical(json.loads(out)) + b"\n" == out
