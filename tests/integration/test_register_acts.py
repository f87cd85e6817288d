# SPDX-License-Identifier: Apache-2.0
"""Acts of the registers as scripts and strangers write them: built with given instants, refused where they lie (A-4, A-6, A-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from tests.incident_builders import at
from tests.integration.command_line import Lab, build_lab
from tests.integration.test_registers_of_facts import DEVIATION, INCIDENT

from ruleout.app.accountability.acts import record_act
from ruleout.app.accountability.concerns import concerns_of, receive_concern, update_concern
from ruleout.app.accountability.deviations import deviations_of
from ruleout.app.accountability.incident_regimes import facts_asked, regime_named, regimes_at_hand
from ruleout.app.accountability.incident_reports import prepare_report, record_report
from ruleout.app.accountability.incidents import amend_incident, open_incident, register_of, standings
from ruleout.app.ledger import Record, Recorder, read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.errors import KeyUnavailable, RuleoutError, VerificationFailed
from ruleout.ledger import EntryType, Signer
from ruleout.model.concern import ConcernStatus, ConcernUpdate

REGIMES = regimes_at_hand(None)
FACTS = facts_asked(REGIMES)
CONCERN = b"concern: A run was skipped\nsays: It was not run.\n"
Act = Callable[[Record, Recorder, Signer], object]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return build_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(built: Lab, tmp_path) -> Lab:
    return built.copy_to(tmp_path)


def do(lab: Lab, when: str, act: Act, *, key: str = "rso-bea") -> None:
    """One act at an instant, as a script does it."""
    place = open_workspace(lab.record)
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda name: "")
    signer = keys.unlock(key)
    with recording(place, keys, at=at(when)) as (record, recorder):
        act(record, recorder, signer)
        recorder.commit()


def record_of(lab: Lab) -> Record:
    return read_record(open_workspace(lab.record))


def opening(text: str = INCIDENT) -> Act:
    return lambda record, recorder, signer: open_incident(text.encode(), record, recorder, signer, facts=FACTS)


def reporting(stage: str, given: datetime) -> Act:
    def act(record: Record, recorder: Recorder, signer: Signer) -> object:
        report = prepare_report(
            "weights-1", regime_named("california", REGIMES), stage, register_of(record), given=given
        )
        return record_report(report, record, recorder, signer)

    return act


def stranger(kind: EntryType, entry: str, subject: dict[str, str | bool], data: bytes) -> Act:
    """An act that somebody else's program wrote."""
    return lambda record, recorder, signer: record_act(recorder, kind, entry, subject, signer=signer, statement=data)


def test_a_year_can_be_built_with_given_instants(lab):
    """Opened, reported, amended: facts stated after a report say that it may need amending, until it was."""
    more = INCIDENT.replace("death: unknown", "death: yes").encode()
    amend: Act = lambda record, recorder, signer: amend_incident(more, "a death", record, recorder, signer, facts=FACTS)  # noqa: E731

    def amended_since() -> bool:
        found = standings("weights-1", register_of(record_of(lab)), REGIMES, at=at("2027-02-20"))
        return next(one.amended_since for one in found if one.regime.name == "california")

    do(lab, "2027-02-01T12:00", opening())
    do(lab, "2027-02-02T12:00", reporting("initial", at("2027-02-02T11:00")))
    assert not amended_since()
    do(lab, "2027-02-03T12:00", amend)
    assert amended_since()
    do(lab, "2027-02-04T12:00", reporting("amended", at("2027-02-04T11:00")))
    assert not amended_since()


def test_a_report_from_the_future_was_not_given(lab):
    """Nobody can record today what they hand over tomorrow."""
    do(lab, "2027-02-01T12:00", opening())

    with pytest.raises(RuleoutError, match="from the future"):
        do(lab, "2027-02-02T12:00", reporting("initial", at("2027-02-03T12:00")))


def test_an_amendment_without_a_reason_is_refused(lab):
    """Spaces are none."""
    more = INCIDENT.replace("death: unknown", "death: no").encode()
    do(lab, "2027-02-01T12:00", opening())

    with pytest.raises(RuleoutError, match="reason of 1 to 2000"):
        do(lab, "2027-02-02T12:00", lambda r, w, s: amend_incident(more, "  ", r, w, s, facts=FACTS))


def test_a_key_that_the_keyring_does_not_know_records_nothing(lab):
    """Whose key it is must be known before it counts."""
    with pytest.raises(KeyUnavailable, match="not in this workspace's keyring"):
        do(lab, "2027-02-01T12:00", opening(), key="lab-log")


@pytest.mark.parametrize(
    ("kind", "entry", "subject", "data", "read"),
    [
        (EntryType.INCIDENT, "incident/a/1", {"incident": "a", "act": "open"}, INCIDENT.encode(), register_of),
        (EntryType.DEVIATION, "deviation/a/1", {"deviation": "a", "act": "open"}, DEVIATION.encode(), deviations_of),
        (EntryType.CONCERN, "concern/a/1", {"concern": "a", "act": "receive"}, CONCERN, concerns_of),
        (
            EntryType.INCIDENT,
            "incident/a/1",
            {"incident": "a", "act": "report", "regime": "eu", "stage": "initial"},
            b"{}",
            register_of,
        ),
    ],
)
def test_an_act_that_says_another_thing_than_its_header_is_refused(lab, kind, entry, subject, data, read):
    """A statement of another incident would hide one behind another's name."""
    do(lab, "2027-02-01T12:00", stranger(kind, entry, subject, data))

    with pytest.raises(VerificationFailed):
        read(record_of(lab))


def test_an_update_before_its_concern_is_no_part_of_it(lab):
    """The concern begins with its receipt."""
    update = {"concern": "1", "act": "update", "status": "investigated"}
    do(
        lab,
        "2027-02-01T12:00",
        stranger(EntryType.CONCERN, "concern/1/0", update, b'{"concern-update":"1","told":"T"}'),
    )
    receive = {"concern": "1", "act": "receive", "anonymous": True}
    do(lab, "2027-02-02T12:00", stranger(EntryType.CONCERN, "concern/1/1", receive, CONCERN))

    found = concerns_of(record_of(lab))[1]
    assert (found.received, found.told) == (at("2027-02-02T12:00"), ())


def test_word_to_the_reporter_after_the_end_opens_nothing(lab):
    """A new status does."""
    closed, told = ConcernUpdate(status=ConcernStatus.UNSUBSTANTIATED), ConcernUpdate(told="It is over.")
    again = ConcernUpdate(status=ConcernStatus.INVESTIGATED)
    do(lab, "2027-02-01T12:00", lambda r, w, s: receive_concern(CONCERN, r, w, s))
    seen = []
    for day, update in ((2, closed), (3, told), (4, again)):
        do(lab, f"2027-02-0{day}T12:00", lambda r, w, s, u=update: update_concern(1, u, r, w, s))
        seen.append(concerns_of(record_of(lab))[1].closed)

    assert seen == [at("2027-02-02T12:00"), at("2027-02-02T12:00"), None]


def test_an_update_that_states_nothing_is_refused(lab):
    """It would only hold the month up."""
    do(lab, "2027-02-01T12:00", lambda r, w, s: receive_concern(CONCERN, r, w, s))

    with pytest.raises(RuleoutError, match="got nothing"):
        do(lab, "2027-02-02T12:00", lambda r, w, s: update_concern(1, ConcernUpdate(), r, w, s))
