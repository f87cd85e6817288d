# SPDX-License-Identifier: Apache-2.0
"""Reading honest and quietly dishonest `.eval` logs (E-1 to E-4)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.evidence import inspect_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence import READERS, memory_log
from ruleout.evidence.limits import Limits
from ruleout.evidence.readers.inspect_eval import NOT_CROSS_CHECKED, read_eval_log
from ruleout.model.evidence import Measurement, SampleState


def read(data: bytes) -> Measurement:
    return logs.read_one(data, name="test.eval")


def scores(measurement: Measurement) -> dict[tuple[str, int], dict[str, object]]:
    return {(a.sample, a.epoch): dict(a.scores) for a in measurement.attempts}


def states(measurement: Measurement) -> list[SampleState]:
    return [a.state for a in measurement.attempts]


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableLog) as caught:
        read(data)
    return caught.value.reason


def test_a_finished_log_gives_its_identity_and_its_scores():
    """Digest, dates, versions and code state come from the log; the date is the run's start in UTC."""
    data = logs.log([logs.sample(1, "C"), logs.sample("b", "I")])

    m = read(data)

    assert m.digest == hashlib.sha256(data).hexdigest()
    assert (m.format, m.status, m.task, m.task_version, m.model) == (
        "inspect-eval",
        "success",
        "task",
        "0",
        "lab/model",
    )
    assert m.evaluated == datetime(2026, 1, 10, 8, 0, 1, tzinfo=UTC)
    assert (m.tool, m.tool_version, m.revision, m.dirty) == ("inspect_ai", "0.3.200", "abc1234", False)
    assert (m.dataset_samples, m.expected, m.epochs, m.partial, m.problems) == (2, 2, 1, "", ())
    assert scores(m) == {("1", 1): {"match": "C"}, ("b", 1): {"match": "I"}}


@pytest.mark.parametrize("method", [logs.STORED, logs.DEFLATE, logs.ZSTANDARD])
def test_members_may_be_stored_deflated_or_zstandard(method: int):
    """All three methods give the same measurement but for the digest."""
    samples = [logs.sample(1, "C"), logs.sample(2, 0.25)]

    m = read(logs.log(samples, method=method))

    assert replace(m, digest="") == replace(read(logs.log(samples)), digest="")


@pytest.mark.parametrize(
    "value",
    ["C", "I", "P", "N", "free text", True, False, 0, 1, 0.5, -2.5, 10**30, [1, "a", 0.5], None, {"k": 1, "j": None}],
)
def test_score_values_are_kept_as_the_log_holds_them(value: Any):
    """Type and value survive; nothing is turned into a number."""
    held = scores(read(logs.log([logs.sample(1, value)])))["1", 1]["match"]

    assert held == value
    assert type(held) is type(value)


def test_a_dict_score_is_also_addressed_by_key():
    """A dict value stands under the scorer's name and each part under scorer/key."""
    m = read(logs.log([logs.sample(1, {"safe": True, "rating": 3})]))

    assert scores(m)["1", 1] == {
        "match": {"safe": True, "rating": 3}, "match/safe": True, "match/rating": 3,
    }  # fmt: skip


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_non_finite_scores_are_read_and_texts_that_look_like_them_are_not(number: float):
    """Only tokens outside texts are numbers; inside a list they are read too."""
    m = read(logs.log([logs.sample(1, number), logs.sample(2, 'NaN "Infinity\\'), logs.sample(3, [number])]))

    one, two, three = (values["match"] for values in scores(m).values())
    assert repr(one) == repr(number)
    assert two == 'NaN "Infinity\\'
    assert repr(three) == repr([number])
    assert m.problems == ()


def test_a_log_without_header_is_started_and_holds_what_was_written():
    """An unfinished log is shown, with the missing attempts named, and says that it is unfinished."""
    samples = [logs.sample(1, "C"), logs.sample(2, "C")]
    members = logs.parts(samples)
    for name in ("header.json", "summaries.json", "samples/2_epoch_1.json"):
        del members[name]

    m = read(logs.archive(members))

    assert m.status == "started"
    assert states(m) == [SampleState.SCORED, SampleState.MISSING]


def test_a_start_record_cannot_claim_success():
    """What stands in the start record about status and results is ignored."""
    members = logs.parts([logs.sample(1, "C")])
    members["_journal/start.json"] = members.pop("header.json")

    assert read(logs.archive(members)).status == "started"


def test_every_sample_is_in_one_state():
    """Errors, invalidation, refusals and absent scores are told apart, and the detail says what happened."""
    long = "first line\n" + "x" * 300
    samples = [
        logs.sample(1, "C"),
        logs.sample(2, "C", error={"message": long, "traceback": "", "traceback_ansi": ""}),
        logs.sample(3, "C", invalidation={"author": "a", "timestamp": "t"}),
        logs.sample(4, scores={"match": {"value": "N", "reason": "refusal"}}),
        logs.sample(5, scores={"match": {"value": math.nan, "metadata": {"unscored_reason": "refusal"}}}),
        logs.sample(6, scores={}),
        logs.sample(7, scores=None),
        logs.sample(8, "C", limit={"type": "token", "limit": 5.0}, error_retries=[{"message": "e"}, {"message": "f"}]),
        logs.sample(9, scores={"match": {"value": "C", "history": [{"value": "I"}, {"value": "C"}]}}),
        logs.sample(10, scores={"match": {"value": "I", "metadata": {"unscored_reason": "other", "x": [1]}}}),
    ]

    m = read(logs.log(samples))

    assert [state.value for state in states(m)] == [
        "scored", "errored", "invalidated", "refused", "refused", "missing", "missing", "scored", "scored", "scored",
    ]  # fmt: skip
    details = [a.detail for a in m.attempts]
    assert details[1].startswith("error: first line xxx")
    assert details[1].endswith("…")
    assert "\n" not in details[1]
    assert details[2] == "invalidated"
    assert details[5] == details[6] == "no score"
    assert details[7] == "limit: token; retried 2 time(s) after errors"
    assert details[8] == "score match edited after the run"
    assert m.problems == ()


def test_attempts_the_header_promises_are_missing_when_the_log_lacks_them():
    """Dropping a sample together with its summary leaves a hole that is seen."""
    head = logs.header([1, 2], epochs=2)
    m = read(logs.log([logs.sample(1, "C"), logs.sample(1, "I", epoch=2), logs.sample(2, "I")], head))

    assert (m.expected, m.epochs) == (4, 2)
    assert [(a.sample, a.epoch) for a in m.attempts if a.state is SampleState.MISSING] == [("2", 2)]


@pytest.mark.parametrize(
    ("config", "dataset", "partial"),
    [
        ({"limit": 2}, {"samples": 100, "sample_ids": [1, 2]}, "limit 2: 2 of 100 samples"),
        ({"limit": [0, 2]}, {"samples": 100, "sample_ids": [1, 2]}, "limit [0, 2]: 2 of 100 samples"),
        ({"limit": 2}, {"samples": 100}, "limit 2: unknown number of 100 samples"),
        ({}, {"samples": 100, "sample_ids": [1, 2]}, "fewer sample ids than samples: 2 of 100 samples"),
        ({"sample_id": [1, 2]}, {"samples": 100, "sample_ids": [1, 2]}, "samples picked by id: 2 of 100 samples"),
        ({"limit": 500}, {"samples": 2, "sample_ids": [1, 2]}, ""),
        ({}, {"sample_ids": [1, 2]}, ""),
    ],
)
def test_partial_runs_are_named(config: dict[str, Any], dataset: dict[str, Any], partial: str):
    """A limit, a pick by id or a short list of ids shows; a limit that covers all does not."""
    head = logs.header([1, 2], config=config, dataset=dataset)

    assert read(logs.log([logs.sample(1), logs.sample(2)], head)).partial == partial


@pytest.mark.parametrize(
    ("config", "dataset", "expected"),
    [
        ({"limit": 1, "epochs": 2}, {"samples": 100}, 2),
        ({"epochs": 2}, {"samples": 1}, 2),
        ({"limit": [0, 1]}, {"samples": 100}, None),
        ({"sample_id": 1}, {"samples": 100}, None),
        ({}, {}, None),
    ],
)
def test_old_logs_without_ids_still_promise_a_number(
    config: dict[str, Any], dataset: dict[str, Any], expected: int | None
):
    """The number of attempts comes from the size of the data set and the limit, and is compared."""
    m = read(logs.log([logs.sample(1)], logs.header([1], config=config, dataset=dataset)))

    assert m.expected == expected
    assert any("as the header promises, got 1" in p for p in m.problems) == (expected == 2)


def test_a_pick_by_id_is_a_problem():
    """Choosing samples by hand is never accepted, however complete the rest."""
    head = logs.header([1], config={"sample_id": 1})

    assert "samples were picked by id" in read(logs.log([logs.sample(1)], head)).problems[0]


def edited(name: str, content: bytes) -> Measurement:
    members = logs.parts([logs.sample(1, "C"), logs.sample(2, "C")])
    members[name] = content
    return read(logs.archive(members))


def test_edited_summaries_are_a_problem():
    """Another score, an invented error or other rows in the summaries are each named."""
    one, two = logs.sample(1, "C"), logs.sample(2, "C")
    changed = logs.summary(logs.sample(1, "I"))
    m = edited("summaries.json", logs.dumps([changed, logs.summary(two, error="e"), logs.summary(logs.sample(3))]))

    assert m.problems == (
        "1 summary row(s) without a sample: '3' epoch 1",
        "1 sample(s) whose summary holds other scores: '1' epoch 1",
        "1 sample(s) whose summary disagrees about an error: '2' epoch 1",
    )
    assert edited("summaries.json", logs.dumps([logs.summary(one)])).problems == (
        "1 sample(s) without a summary: '2' epoch 1",
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (math.nan, math.nan, True),
        ([1, math.nan], [1, math.nan], True),
        ([1, 2], [1], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (True, 1, False),
        (0, False, False),
        (0.5, 0.25, False),
        ("C", "c", False),
    ],
)
def test_summary_values_are_compared_by_what_they_mean(one: Any, other: Any, same: bool):
    """NaN equals NaN, 1 equals 1.0, a truth value equals no number."""
    members = logs.parts([logs.sample(1, one)])
    members["summaries.json"] = logs.dumps([logs.summary(logs.sample(1, other))])

    assert (read(logs.archive(members)).problems == ()) == same


def test_many_disagreements_are_counted_and_the_first_shown():
    """A message stays short however many rows differ."""
    samples = [logs.sample(i, "C") for i in range(20)]
    members = logs.parts(samples)
    members["summaries.json"] = logs.dumps([logs.summary(logs.sample(i, "I")) for i in range(20)])

    (problem,) = read(logs.archive(members)).problems
    assert problem.startswith("20 sample(s) whose summary holds other scores: '0' epoch 1")
    assert problem.endswith("'4' epoch 1, …")


def test_missing_summaries_are_a_problem_in_a_finished_log():
    """Without the copy there is nothing to compare with."""
    members = logs.parts([logs.sample(1)])
    del members["summaries.json"]

    assert read(logs.archive(members)).problems == ("no summaries.json to compare the samples with",)


def test_a_missing_start_record_is_a_problem_in_a_finished_log():
    """The tool writes one first; without it any header would do."""
    members = logs.parts([logs.sample(1)])
    del members["_journal/start.json"]

    assert read(logs.archive(members)).problems == ("no _journal/start.json to compare the header with",)


def test_a_swapped_header_is_a_problem():
    """A header from another run is caught by the start record and by the ids it promises."""
    other = logs.header([7], eval_id="X", model="lab/other")
    m = edited("header.json", logs.dumps(other))

    assert m.problems[:3] == (
        "header and start record name different runs: eval_id 'X' and 'E'",
        "header and start record name different runs: model 'lab/other' and 'lab/model'",
        "header and start record promise different samples or epochs",
    )
    assert m.problems[3] == "2 attempt(s) the header does not promise: '1' epoch 1, '2' epoch 1"


def test_an_accuracy_that_the_samples_cannot_give_is_a_problem():
    """Aggregates of another run are caught where their meaning is beyond doubt."""
    head = logs.header([1, 2])
    head["results"]["scores"] = [
        {"name": "match", "metrics": {"accuracy": {"value": 0.0}, "stderr": {"value": math.nan}}}
    ]

    m = read(logs.log([logs.sample(1, "C"), logs.sample(2, "I")], head))

    assert m.problems == ("results claim accuracy 0 for match, the samples give 0.5",)
    assert m.reported[0] == ("match", "accuracy", 0.0)
    assert math.isnan(m.reported[1][2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "reducer", "accuracy"),
    [
        (["C", "I"], ["mean"], 0.5),
        (["C", "I"], ["max"], 0.9),
        (["C", "P"], ["mean"], 0.9),
        (["C", 0.5], ["mean"], 0.9),
        (["C", "I"], None, 0.5),
        ([0, 1], ["mean"], 0.5),
        ([0, 10], ["mean"], 0.5),
        ([0, 10], ["mean"], 5.0),
        (["C", math.nan], ["mean"], 1.0),
        (["yes", "7"], ["mean"], 4.0),
        ([{"a": 5}, {"a": 7}], ["mean"], 6.0),
    ],
)
def test_accuracy_is_compared_only_where_it_is_beyond_doubt(values: list[Any], reducer: Any, accuracy: Any):
    """Partial credit, numbers and other reducers have meanings we do not guess."""
    head = logs.header([1, 2], config={"epochs_reducer": reducer})
    head["results"]["scores"] = [{"name": "match", "metrics": {"accuracy": {"value": accuracy}}}]

    assert read(logs.log([logs.sample(i + 1, v) for i, v in enumerate(values)], head)).problems == ()


def test_what_numbers_count_is_not_known_where_the_metric_has_parameters():
    """One that counts the other way round is stated so; letters count as they do everywhere."""
    head = logs.header([1, 2])
    accuracy = {"value": 1.0, "params": {"to_float": "lambda value: 1 - value"}}
    head["results"]["scores"] = [{"name": "match", "metrics": {"accuracy": accuracy}}]

    assert read(logs.log([logs.sample(1, 0), logs.sample(2, 0)], head)).problems == ()
    accuracy["params"] = {}
    assert read(logs.log([logs.sample(1, 0), logs.sample(2, 0.5)], head)).problems == (
        "results claim accuracy 1 for match, the samples give 0 to 0.5",
    )


@pytest.mark.parametrize("claimed", ["0.5", None, True, math.nan])
def test_an_accuracy_that_is_no_number_beside_scores_that_give_one_is_a_problem(claimed: Any):
    """Whoever edits samples could otherwise spoil the figure that tells on them."""
    head = logs.header([1, 2])
    head["results"]["scores"] = [{"name": "match", "metrics": {"accuracy": {"value": claimed}}}]

    (problem,) = read(logs.log([logs.sample(1, "C"), logs.sample(2)], head)).problems
    assert problem.startswith("results claim accuracy")
    assert problem.endswith("for match, the samples give 0.5")


def test_figures_taken_out_of_the_results_are_a_problem():
    """The samples hold scores that the results say nothing of."""
    head = logs.header([1])
    head["results"]["scores"] = [{"name": "match", "metrics": {}}]

    assert read(logs.log([logs.sample(1, "C")], head)).problems == (
        "results state no figure for match, whose scores the samples hold",
    )


def test_an_attempt_without_a_score_does_not_switch_the_comparison_off():
    """An error beside edited samples: the accuracy still tells on them."""
    fault = {"message": "lost", "traceback": "", "traceback_ansi": ""}
    samples = [logs.sample(1), logs.sample(2), logs.sample(3, error=fault, scores=None)]
    head = logs.header([1, 2, 3])
    head["results"]["scores"] = [{"name": "match", "metrics": {"accuracy": {"value": 0.5}}}]

    assert "results claim accuracy 0.5 for match, the samples give 0" in read(logs.log(samples, head)).problems


def test_a_header_that_speaks_of_invalidation_must_have_some():
    """A mark of invalidation without an invalidated sample means that the sample was doctored."""
    head = logs.header([1])
    head["invalidated"] = True
    good = logs.sample(1, invalidation={"author": "a"})

    assert read(logs.log([logs.sample(1)], head)).problems == ("header says that samples were invalidated, none is",)
    assert read(logs.log([good], head)).problems == ()


def test_a_member_must_hold_the_sample_it_is_named_for():
    """A sample under another's name, path tricks among them, is a problem and never a path."""
    m = edited("samples/../../etc/passwd.json", logs.dumps(logs.sample(1, "I")))

    assert m.problems[0] == "member 'samples/../../etc/passwd.json' holds sample '1'"


def test_ids_listed_twice_are_a_problem():
    """A header cannot stretch its denominator by repeating itself."""
    head = logs.header([1, "1"])

    assert "header: 1 sample id(s) listed twice" in read(logs.log([logs.sample(1)], head)).problems


@pytest.mark.parametrize(
    ("started", "why"),
    [
        ("yesterday", "expected an instant with an offset"),
        ("2026-01-10T10:00:00", "expected an offset"),
        ("0001-01-01T00:00:00+23:00", "is out of range"),
    ],
)
def test_a_date_that_cannot_be_read_is_a_problem(started: str, why: str):
    """An unknown date is never a default."""
    head = logs.header([1])
    head["stats"]["started_at"] = started

    m = read(logs.log([logs.sample(1)], head))

    assert m.evaluated is None
    assert why in m.problems[0]


def test_a_log_without_start_time_uses_its_creation():
    """The oldest logs leave the start empty."""
    head = logs.header([1])
    head["stats"] = {"started_at": ""}
    del head["eval"]["revision"]

    m = read(logs.log([logs.sample(1)], head))

    assert m.evaluated == datetime(2026, 1, 10, 10, tzinfo=UTC)
    assert (m.revision, m.dirty) == ("", None)


@pytest.mark.parametrize("in_json", [False, True])
def test_a_run_that_took_over_samples_of_an_earlier_one_is_as_old_as_they_are(in_json: bool):
    """A retried run is made anew and keeps what was done before; whatever came between was not there before the answers."""
    begun = ["2026-01-09T23:30:00-01:00", "2026-01-10T00:15:00+00:00", "2026-01-10T10:00:02+00:00", None]
    samples = [logs.sample(number, started_at=instant) for number, instant in enumerate(begun)]
    samples.append(logs.sample(4, "P", error={"message": "e"}))
    head = logs.header(range(5))
    data = logs.dumps({**head, "samples": samples}) if in_json else logs.log(samples, head)

    m = read(data)

    assert m.problems == ()
    assert m.evaluated == datetime(2026, 1, 10, 0, 15, tzinfo=UTC)


def test_the_first_of_many_samples_told_in_one_offset_counts():
    """With fractions of a second and without, in any order."""
    begun = ["2026-01-10T00:15:01+00:00", "2026-01-10T00:15:00.000001+00:00", "2026-01-10T00:15:00+00:00"]
    for order in (begun, begun[::-1]):
        m = read(logs.log([logs.sample(number, started_at=instant) for number, instant in enumerate(order)]))
        assert m.evaluated == datetime(2026, 1, 10, 0, 15, tzinfo=UTC)


def test_a_sample_whose_start_cannot_be_read_is_a_problem():
    """It may have begun at any time."""
    m = read(logs.log([logs.sample(1, started_at="yesterday"), logs.sample(2, started_at="2026-01-10")]))

    assert m.evaluated is None
    assert m.problems == ("a sample began at no instant: expected an instant with an offset, got 'yesterday'",)


def test_the_last_directory_entry_of_a_name_wins():
    """A superseded member is ignored, as by the tool that writes the logs."""
    good = logs.parts([logs.sample(1, "C")])
    old = logs.Member(name="samples/1_epoch_1.json", content=logs.dumps(logs.sample(1, "I")))
    data = logs.write([old, *(logs.Member(name=n, content=c) for n, c in good.items())])

    m = read(data)

    assert scores(m) == {("1", 1): {"match": "C"}}
    assert m.problems == ()


def test_the_last_summary_row_of_an_attempt_wins():
    """A requeued sample's earlier row is superseded."""
    members = logs.parts([logs.sample(1, "C")])
    rows = [logs.summary(logs.sample(1, "I")), logs.summary(logs.sample(1, "C"))]
    members["summaries.json"] = logs.dumps(rows)

    assert read(logs.archive(members)).problems == ()


def test_the_fast_read_says_the_same_and_is_marked():
    """Summaries alone give the same scores, and a problem that keeps them from any gate."""
    data = logs.log([logs.sample(1, "C", limit={"type": "token"}), logs.sample(2, math.nan)])
    for_summaries = logs.read_one(data, name="x", summaries_only=True)

    assert repr(scores(for_summaries)) == repr(scores(read(data)))
    assert for_summaries.problems == (NOT_CROSS_CHECKED,)
    assert NOT_CROSS_CHECKED not in read(data).problems


def test_the_fast_read_of_an_unfinished_log_uses_its_journal_in_order():
    """Journal files are read by number, the later superseding; other names are left alone."""
    members = logs.parts([logs.sample(1, "C"), logs.sample(2, "C")])
    del members["header.json"], members["summaries.json"]
    members["_journal/summaries/10.json"] = logs.dumps([logs.summary(logs.sample(1, "I"))])
    members["_journal/summaries/2.json"] = logs.dumps([logs.summary(logs.sample(1, "P"), retries=3, limit="time")])
    members["_journal/summaries/x.json"] = b"not json"
    m = logs.read_one(logs.archive(members), name="x", summaries_only=True)

    assert m.status == "started"
    assert scores(m) == {("1", 1): {"match": "I"}, ("2", 1): {"match": "C"}}


def test_more_attempts_than_the_limit_are_refused():
    """Promised or held, an absurd number is a refusal before anything is built from it."""
    head = logs.header([1, 2], epochs=1_000_000)

    with pytest.raises(UnreadableLog) as caught:
        read_eval_log(memory_log(logs.log([logs.sample(1)], head), "x"), limits=Limits(attempts=1000))
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("header.json", b"", "bad-json"),
        ("header.json", b"{", "bad-json"),
        ("header.json", b"[]", "wrong-shape"),
        ("header.json", b"{}", "wrong-shape"),
        ("summaries.json", b"{}", "wrong-shape"),
        ("summaries.json", b"[1]", "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": 1, "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "bad-json"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": NaN}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": true, "epoch": 1}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": 99999999999}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": 1, "scores": {"m": {"value": [[1]]}}}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": 1, "scores": {"m": {"value": 1e999}}}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": ' + b"9" * 6000 + b', "epoch": 1}', "wrong-shape"),
        ("samples/1_epoch_1.json", b'{"id": "\\ud800", "epoch": 1}', "bad-json"),
        ("samples/1_epoch_1.json", b'{"id": "\xff", "epoch": 1}', "bad-json"),
        ("samples/1_epoch_1.json", b'{"id": "\xff", "epoch": 1, "x": NaN}', "bad-json"),
        ("samples/1_epoch_1.json", b'{"id": 1, "epoch": 1, "x": NaN, "y": "\\"\\', "bad-json"),
    ],
)
def test_broken_json_and_wrong_shapes_are_refused_by_name(member: str, content: bytes, reason: str):
    """Nothing is guessed, nothing crashes."""
    members = logs.parts([logs.sample(1)])
    members[member] = content

    assert refusal(logs.archive(members)) == reason


def test_a_huge_text_with_numbers_like_nan_is_scanned_in_linear_time():
    """Escaped quotes without end do not make the scan quadratic."""
    content = b'{"id": 1, "epoch": 1, "x": NaN, "y": ' + b'\\"' * 1_000_000
    members = {**logs.parts([logs.sample(1)]), "samples/1_epoch_1.json": content}

    assert refusal(logs.archive(members)) == "bad-json"


def test_unknown_status_is_refused():
    """A status we do not know is not read as any other."""
    assert refusal(logs.log([logs.sample(1)], logs.header([1], status="passed"))) == "wrong-shape"


def test_other_files_are_not_logs():
    """A zip without header or start record, an empty zip, an empty file, other JSON: not-a-log."""
    for data in (logs.archive({"a.txt": b"x"}), logs.write([]), b"", b"{}", b"hello", b"\x7fELF"):
        assert refusal(data) == "not-a-log"


def test_readers_are_one_explicit_tuple():
    """Ours stand in it as anyone else's would."""
    names = [reader.name for reader in READERS]
    assert names == ["inspect-eval", "lm-eval", "helm", "every-eval-ever", "metr-runs", "csv", "inspect-json"]


def test_names_that_only_together_are_those_of_the_members_are_told():
    """Two samples whose ids hold what stands between names, and members whose names, one behind the other, read the same."""
    between = "_epoch_1.json\0samples/"
    parts = logs.parts([logs.sample(1), logs.sample(2), logs.sample(3)])
    held = [f"1{between}2", "3", "4"]
    for number, name in enumerate(held, start=1):
        parts[f"samples/{number}_epoch_1.json"] = logs.dumps(logs.sample(name))
    problems = read(logs.archive(parts)).problems

    assert sum("holds sample" in problem for problem in problems) == 3
