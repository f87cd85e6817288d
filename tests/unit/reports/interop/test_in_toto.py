# SPDX-License-Identifier: Apache-2.0
"""in-toto statements: own predicates by their schemas, projections that fail closed, envelopes others can check (A-10)."""

import base64
import json
from dataclasses import replace

import jsonschema
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from tests.builders import framework, indicator, published, rule
from tests.interop_builders import decision, entry, evaluation
from tests.ledger_builders import SUBJECTS, FakeSigner

from ruleout.ledger import EntryType
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import Hidden
from ruleout.ledger.holes import Hole, Standing
from ruleout.reports.interop.in_toto.envelope import envelope_bytes
from ruleout.reports.interop.in_toto.own import (
    approval_statement,
    decision_statement,
    evaluation_statement,
    review_statement,
)
from ruleout.reports.interop.in_toto.projections import test_results as results_of
from ruleout.reports.interop.in_toto.projections import verification_result
from ruleout.reports.interop.in_toto.schemas import predicate_schema
from ruleout.reports.interop.in_toto.statement import PREDICATES, predicate_type
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.shown import ActShown

MODEL = "1" * 64
FRAMEWORK = framework(rule("open"), indicators=(indicator("item"),))


def act(kind, **header):
    return ActShown(entry=entry("x/act-1", 5), header={**SUBJECTS[kind], **header})


def made():
    """One statement of each of our kinds."""
    return {
        "evaluation": evaluation_statement(evaluation()).value,
        "decision": decision_statement(decision(FRAMEWORK)).value,
        "approval": approval_statement(act(EntryType.APPROVAL)).value,
        "review": review_statement(act(EntryType.REVIEW, independent=True)).value,
    }


def valid(statement):
    """Whether the reference library takes a statement."""
    parsed = Statement.copy_from_pb(
        ParseDict({"type": statement["_type"], **_rest(statement)}, statement_pb2.Statement())
    )
    parsed.validate()


def _rest(statement):
    return {key: value for key, value in statement.items() if key != "_type"}


@pytest.mark.parametrize("kind", PREDICATES)
def test_each_predicate_follows_its_schema_and_the_library_takes_the_statement(kind):
    """And the schema is one."""
    schema = predicate_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    value = made()[kind]

    valid(value)
    assert value["predicateType"] == schema["$id"] == predicate_type(kind)
    jsonschema.validate(value["predicate"], schema)


@pytest.mark.parametrize("kind", PREDICATES)
def test_a_schema_refuses_what_it_does_not_know_and_what_lacks(kind):
    """A schema that takes anything would say nothing."""
    value = made()[kind]["predicate"]
    without = {key: item for key, item in value.items() if key != "entry"}

    for wrong in ({**value, "safe": True}, without):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, predicate_schema(kind))


def test_the_subject_is_the_model_where_its_digest_is_known_else_the_case_else_the_log():
    """And a revision that is no SHA-256 is no digest."""
    told = [
        evaluation_statement(evaluation(model_digest=MODEL)).value,
        evaluation_statement(evaluation(model_digest="main")).value,
        evaluation_statement(evaluation(case="")).value,
    ]

    assert [v["predicate"]["subjectIs"] for v in told] == ["model", "case", "log"]
    assert [v["subject"][0]["digest"]["sha256"] for v in told] == [MODEL, "c" * 64, "a" * 64]
    assert told[1]["predicate"]["modelRevision"] == "main"


def test_an_approval_is_about_its_decision_or_else_about_the_inputs_alone():
    """Which says whether the record holds a decision on the very inputs."""
    alone = approval_statement(act(EntryType.APPROVAL)).value["predicate"]
    about = approval_statement(replace(act(EntryType.APPROVAL), about=decision(FRAMEWORK), is_decided=True)).value[
        "predicate"
    ]
    untold = approval_statement(replace(act(EntryType.APPROVAL), is_decided=True)).value["predicate"]

    assert (alone["subjectIs"], alone["isForRecordedDecision"]) == ("inputs", False)
    assert (about["subjectIs"], about["isForRecordedDecision"]) == ("case", True)
    assert (untold["subjectIs"], untold["isForRecordedDecision"]) == ("inputs", True)


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"subject": []},
        {"subject": [{"name": "without a digest"}]},
        {"predicateType": ""},
        {"predicate": {}},
    ],
)
def test_the_library_refuses_a_broken_statement(change):
    """A reader that takes anything proves nothing of what it takes."""
    with pytest.raises(ValueError, match=r".+"):
        valid({**made()["decision"], **change})


def test_holes_stand_in_the_predicate_and_in_what_a_review_discloses():
    """What an audience does not see is named where it would have stood, with its reason, and the schema knows it."""
    hole = Hole(
        digest="d" * 43, entry="review/1", standing=Standing.REDACTED, class_="ip", justification="A method.", by="r/1"
    )
    bare = Hole(digest="e" * 43, entry="review/1", standing=Standing.WITHHELD)
    said = {"concludes": "Mostly.", "asks": ("One.", Hidden("d" * 43)), f"?{'e' * 43}": Hidden("e" * 43)}
    one = act(EntryType.REVIEW)
    one = replace(one, entry=replace(one.entry, audience=Audience.PUBLIC, holes=(bare, hole)), said=said)
    predicate = review_statement(one).value["predicate"]

    jsonschema.validate(predicate, predicate_schema("review"))
    assert [(h["standing"], h.get("justification")) for h in predicate["entry"]["holes"]] == [
        ("withheld", None),
        ("redacted", "A method."),
    ]
    assert predicate["discloses"]["asks"] == ["One.", {"hole": "d" * 43}]
    assert predicate["discloses"][f"?{'e' * 43}"] == {"hole": "e" * 43}


# --- test-result ------------------------------------------------------------------------------------------------------


def weighed(value):
    return decision(FRAMEWORK, evidence=(published("item", value),))


def results(value, *, counts=True):
    return results_of(replace(weighed(value), evaluations={"item": evaluation(counts=counts)}))


def test_inconclusive_and_crossed_are_failed_clear_is_passed():
    """Nothing that is not clear is passed, or warned, which means passed with warnings."""
    said = {}
    for value in ("0.01", "0.6", "0.9"):
        (one,), left = results(value)
        valid(one.value)
        predicate = one.value["predicate"]
        ParseDict(predicate, test_result_pb2.TestResult())
        comparison = weighed(value).decided.indicators[0].comparison
        said[comparison] = predicate["result"]
        assert not left
        assert (predicate["passedTests"] == ["item"]) == (comparison == "clear")

    assert said == {"clear": "PASSED", "inconclusive": "FAILED", "crossed": "FAILED"}


def test_evidence_that_counts_no_more_has_no_test_result():
    """It is named as left out."""
    made_of, left = results("0.01", counts=False)

    assert made_of == []
    assert "counts no more" in left[0].why


# --- svr --------------------------------------------------------------------------------------------------------------


def test_an_svr_is_made_of_a_last_decision_that_proceeds_and_still_would():
    """Each reason against it is enough."""
    proceeds = decision(still_proceeds=True)
    shown = replace(proceeds, decided=replace(proceeds.decided, outcome="proceed"))
    against = [
        *(replace(shown, decided=replace(shown.decided, outcome=o)) for o in ("restrict", "hold", "stop")),
        replace(shown, superseded="case-1/demo@1.0/deploy-external/2"),
        replace(shown, still_proceeds=False),
        replace(shown, decided=replace(shown.decided, outcome="proceed", record="public")),
    ]
    told = verification_result(shown)
    valid(told.value)

    assert told.value["predicate"]["properties"][0] == f"RULEOUT:{shown.decided.framework}:deploy-external:proceed"
    assert all(isinstance(verification_result(one), LeftOut) for one in against)


def test_an_svr_names_only_what_holds():
    """No rule that is unknown, or does not apply, is among its properties."""
    shown = decision(FRAMEWORK)
    forced = replace(shown, decided=replace(shown.decided, outcome="proceed"), still_proceeds=True)
    held = {r.id for r in shown.decided.rules if (r.applies, r.required) == ("yes", "yes")}
    properties = verification_result(forced).value["predicate"]["properties"][1:]

    assert {p.split(":")[-2] for p in properties} == held


# --- envelopes --------------------------------------------------------------------------------------------------------


def pae(kind, body):
    """DSSE's pre-authentication encoding, written again."""
    parts = [b"DSSEv1", str(len(kind)).encode(), kind.encode(), str(len(body)).encode(), body]
    return b" ".join(parts)


def test_an_envelope_is_checked_with_nothing_of_ours():
    """The signature is over type and payload; one changed bit voids it."""
    signer = FakeSigner("recorder")
    value = json.loads(envelope_bytes(made()["decision"], signer))
    body, (signature,) = base64.b64decode(value["payload"]), value["signatures"]
    key = Ed25519PublicKey.from_public_bytes(signer.public_key)
    key.verify(base64.b64decode(signature["sig"]), pae(value["payloadType"], body))

    assert json.loads(body) == made()["decision"]
    assert signature["keyid"].startswith("recorder+")
    for other in (pae(value["payloadType"], body + b" "), pae("application/json", body)):
        with pytest.raises(InvalidSignature):
            key.verify(base64.b64decode(signature["sig"]), other)


def test_securesystemslib_reads_the_envelope():
    """The library that in-toto tools use finds payload, type and signature."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    signer = FakeSigner("recorder")
    text = envelope_bytes(made()["approval"], signer)
    key_id = json.loads(text)["signatures"][0]["keyid"]
    key = SSlibKey(key_id, "ed25519", "ed25519", {"public": signer.public_key.hex()})
    stranger = SSlibKey(key_id, "ed25519", "ed25519", {"public": FakeSigner("x").public_key.hex()})
    envelope, changed = (Envelope.from_dict(json.loads(text)) for _ in range(2))
    changed.payload += b" "

    assert list(envelope.verify([key], 1)) == [key_id]
    for broken, by in ((envelope, stranger), (changed, key)):
        with pytest.raises(VerificationError):
            broken.verify([by], 1)
