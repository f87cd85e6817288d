# SPDX-License-Identifier: Apache-2.0
"""`ruleout convert`: a year of Northlight in each format, read by other people's libraries, and what it may never do (A-10)."""

import base64
import hashlib
import json
import re
import shutil

import pytest
import scitt_cose
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jsonschema import validate
from tests.integration.command_line import ROOT, run
from tests.integration.northlight_year import ENV, northlight_year, seed
from tests.interop_builders import read_by_trestle

from ruleout.app.interop import limits
from ruleout.app.interop.export import FORMATS
from ruleout.reports.interop.in_toto.schemas import predicate_schema
from ruleout.reports.interop.in_toto.statement import PREDICATES, predicate_type

BUILD = ROOT / "examples" / "northlight" / "build.py"
#: Words of the year that stand in grounds, rationales or reasons, and may be in no export for anybody.
UNTOLD = (
    "General release under the usage policy",
    "general release",
    "The audit team was lent",
)


@pytest.fixture(scope="module")
def year():
    """The record of Northlight's year; copy it before it is changed."""
    return northlight_year()


@pytest.fixture(scope="module")
def told(year, tmp_path_factory):
    """Each format of it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("told")
    for name, more in (("oscal", ()), ("in-toto", ("--key", "recorder")), ("cose-receipt", ("--entry", "15"))):
        ran = run("convert", name, folder / name, *more, "--json", "-w", year, env=ENV)
        assert ran.code == 0, ran.err
        assert ran.json == json.loads((folder / name / "index.json").read_text("utf-8"))
    return folder


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def statements(folder):
    """The statements of a folder of envelopes."""
    envelopes = [json.loads(data) for name, data in files(folder).items() if name.endswith(".dsse.json")]
    return [json.loads(base64.b64decode(one["payload"])) for one in envelopes]


# --- what is written --------------------------------------------------------------------------------------------------


def test_every_oscal_document_is_read_by_trestle_and_comes_back_the_same(told, tmp_path):
    """All five models, and every file that another names is there."""
    documents = {name: json.loads(data) for name, data in files(told / "oscal").items() if name != "index.json"}
    text = json.dumps(documents)

    assert {next(iter(one)) for one in documents.values()} == {
        *("catalog", "component-definition", "assessment-results", "mapping-collection"),
        "plan-of-action-and-milestones",
    }
    for value in documents.values():
        assert read_by_trestle(value, tmp_path) == value
    assert set(re.findall(r'"(catalog-[^"]+\.json)"', text)) <= documents.keys()


def test_mapped_controls_stand_in_the_catalogs_they_are_mapped_from_and_to(told):
    """And what nobody claims is named as a gap."""
    catalogs = {}
    for name, data in files(told / "oscal").items():
        if name.startswith("catalog-"):
            held = json.loads(data)["catalog"]
            controls = [*held.get("controls", ()), *(c for g in held.get("groups", ()) for c in g["controls"])]
            catalogs[name] = {control["id"] for control in controls}
    mappings = json.loads(files(told / "oscal")["mapping-collection.json"])["mapping-collection"]["mappings"]

    assert len(mappings) == 3
    for one in mappings:
        source, target = catalogs[one["source-resource"]["href"]], catalogs[one["target-resource"]["href"]]
        claimed = {item["id-ref"] for each in one["maps"] for item in each["targets"]}
        gap = {name for each in one["target-gap-summary"]["unmapped-controls"] for name in each["with-ids"]}
        assert {item["id-ref"] for each in one["maps"] for item in each["sources"]} <= source
        assert claimed | gap == target
        assert not claimed & gap
        assert {each["relationship"] for each in one["maps"]} == {"claims"}


def test_statements_follow_their_schemas_and_are_signed_by_the_named_key(told):
    """Every envelope's signature is checked with `cryptography` alone."""
    public, seen = key_of("recorder"), set()
    for name, data in files(told / "in-toto").items():
        if not name.endswith(".dsse.json"):
            continue
        envelope = json.loads(data)
        body, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"]
        ((signature),) = envelope["signatures"]
        signed = b" ".join([b"DSSEv1", b"%d" % len(kind), kind.encode(), b"%d" % len(body), body])
        public.verify(base64.b64decode(signature["sig"]), signed)
        statement = json.loads(body)
        for ours in PREDICATES:
            if statement["predicateType"] == predicate_type(ours):
                validate(statement["predicate"], predicate_schema(ours))
                seen.add(ours)

    assert seen == {"evaluation", "decision", "approval", "review"}


def key_of(name):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed(name))).public_key()


def test_the_held_decision_has_no_svr_and_its_test_failed(told):
    """Thirty tasks rule nothing out: inconclusive is failed, and what holds is not verified."""
    by_type = {}
    for one in statements(told / "in-toto"):
        by_type.setdefault(one["predicateType"].rpartition("attestation/")[2], []).append(one["predicate"])

    assert [one["result"] for one in by_type["test-result/v0.1"]] == ["PASSED", "FAILED", "PASSED"]
    assert len(by_type["svr/v0.2"]) == 2
    index = json.loads(files(told / "in-toto")["index.json"])
    left = [one["what"] for one in index["left_out"] if not one["why"].endswith("tells none of these")]
    assert left == ["svr of entry 45"]
    assert "5 entries of kind key" in [one["what"] for one in index["left_out"]]


def test_the_receipt_is_accepted_by_another_library(told, year):
    """With the log's key from its vkey, and the entry's bytes as the record has them."""
    held = files(told / "cose-receipt")
    vkey = json.loads((year / "ledger" / "log.json").read_text("utf-8"))["vkey"]
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(vkey.split("+", 2)[2])[1:])
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    result = scitt_cose.verify_receipt(
        held["000015.receipt.cbor"], leaf_entry_hex=held["000015.entry.json"].hex(), log_public_key_pem=pem
    )

    assert result.ok, result.errors
    assert result.root == json.loads(held["index.json"])["log"]["root"]
    assert result.subject == json.loads(held["000015.entry.json"])["id"]


def test_the_index_names_every_file_with_its_digest_and_every_loss(told):
    """A reader of the folder alone knows what is missing."""
    for form in FORMATS:
        held = files(told / form.name)
        index = json.loads(held.pop("index.json"))
        assert {one["name"]: one["sha256"] for one in index["files"]} == {
            name: hashlib.sha256(data).hexdigest() for name, data in held.items()
        }
        assert [one["id"] for one in index["lost"]] == [one.id for one in form.lost]
        assert index["lost"]


# --- what it never does -----------------------------------------------------------------------------------------------


def test_no_word_that_people_gave_as_a_ground_is_in_any_export(told, year):
    """The words stand in the record; the test would fail if they did not."""
    kept = b"\n".join(path.read_bytes() for path in (year / "ledger").rglob("*") if path.is_file()).decode(
        "utf-8", "replace"
    )
    for form in FORMATS:
        held = files(told / form.name)
        text = b"\n".join(held.values()).decode("utf-8", "replace") + json.dumps(statements(told / form.name))
        for words in UNTOLD:
            assert words in kept, words
            assert words not in text, (form.name, words)


def test_the_same_record_gives_the_same_bytes(told, year, tmp_path):
    """Again, and from a copy elsewhere."""
    shutil.copytree(year, tmp_path / "elsewhere")
    for name, more in (("oscal", ()), ("in-toto", ("--key", "recorder")), ("cose-receipt", ("--entry", "15"))):
        run("convert", name, tmp_path / name, *more, "-w", tmp_path / "elsewhere", env=ENV)

        assert files(tmp_path / name) == files(told / name)


def test_withdrawn_evidence_passes_no_test_and_verifies_nothing(year, tmp_path):
    """What was decided on it stays told, with that it counts no more."""
    place = tmp_path / "record"
    shutil.copytree(year, place)
    held = run("evidence", "list", "--json", "-w", place).json["evidence"]
    (digest,) = {one["digest"] for one in held if one["model"] == "lumen-2"}
    ran = run("evidence", "withdraw", digest, "--reason", "a broken scorer", "--key", "recorder", "-w", place, env=ENV)
    assert ran.code == 0, ran.err
    run("convert", "in-toto", tmp_path / "told", "--key", "recorder", "-w", place, env=ENV)
    told = statements(tmp_path / "told")
    about = [one["predicate"] for one in told if one["predicateType"].endswith("svr/v0.2")]
    counts = {
        one["predicate"]["model"]: one["predicate"]["counts"]
        for one in told
        if one["predicateType"] == predicate_type("evaluation")
    }

    assert len(about) == 1
    assert "northlight-fsf@1.1" in about[0]["properties"][0]
    assert counts == {"lumen-2": False, "lumen-3": True}
    assert b"broken scorer" not in b"".join(files(tmp_path / "told").values())
    index = json.loads(files(tmp_path / "told")["index.json"])
    assert {"svr of entry 15", "test-result of 'Autonomy suite' in entry 15"} <= {
        one["what"] for one in index["left_out"]
    }


def test_a_record_that_does_not_hold_together_is_not_told(year, tmp_path):
    """One changed byte in the log, and there is no folder."""
    place = tmp_path / "record"
    shutil.copytree(year, place)
    tile = max((place / "ledger" / "tile" / "entries" / "000.p").iterdir(), key=lambda path: int(path.name))
    whole = tile.read_bytes()
    tile.write_bytes(whole.replace(b'"outcome":"hold"', b'"outcome":"stop"'))
    assert tile.read_bytes() != whole
    ran = run("convert", "oscal", tmp_path / "told", "-w", place)

    assert ran.code == 1
    assert not (tmp_path / "told").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("oscal", "new", "--key", "recorder"), "has no place for a signature"),
        (("cose-receipt", "new"), "a receipt is of one entry"),
        (("cose-receipt", "new", "--entry", "15", "--key", "recorder"), "signed by the log's own key"),
        (("in-toto", "new", "--entry", "999"), "no entry 999 in a record of "),
        (("in-toto", "new", "--entry", "-1"), "no entry -1 in a record of "),
        (("in-toto", "new", "--entry", "0"), "none of the chosen entries can be stated"),
        (("in-toto", "new", "--audience", "board"), "'board' is not one of"),
        (("in-toto", "new", "--key", "stranger"), "is not in this workspace's keyring"),
        (("pdf", "new"), "There are: oscal, in-toto, cose-receipt"),
        (("oscal", "there"), "exists already"),
    ],
)
def test_what_cannot_be_done_is_said_and_writes_nothing(year, tmp_path, arguments, expected):
    """Exit code 2, the reason, and no folder."""
    (tmp_path / "there").mkdir()
    env = {**ENV, "RULEOUT_KEY_STRANGER": seed("stranger")}
    ran = run("convert", *arguments, "-w", year, env=env, folder=tmp_path)

    assert ran.code == 2
    assert expected in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert list((tmp_path / "there").iterdir()) == []


def test_more_than_one_export_may_tell_is_refused(year, tmp_path, monkeypatch):
    """With what to do instead."""
    monkeypatch.setattr(limits, "MOST", 2)
    ran = run("convert", "in-toto", tmp_path / "told", "-w", year)

    assert ran.code == 2
    assert "--entry N" in ran.err


def test_chosen_entries_alone_are_told(year, tmp_path):
    """Unsigned, and called so."""
    ran = run("convert", "in-toto", tmp_path / "told", "--entry", "45", "--entry", "11", "--json", "-w", year)

    assert [one["entry"] for one in ran.json["files"]] == [11, 45, 45]
    assert {one["what"].partition(":")[0] for one in ran.json["files"]} == {"unsigned statement"}
    assert ran.json["signed_by"] is None
    about = json.loads(files(tmp_path / "told")["000011-approval.statement.json"])["predicate"]
    assert about["isForRecordedDecision"]


@pytest.mark.parametrize("kind", ["evaluation", "decision", "approval", "review"])
def test_the_schema_of_each_predicate_is_printed_and_documented(kind):
    """Every field that must or may stand in it has a row in the reference."""
    printed = run("schema", f"predicate-{kind}").json
    page = (ROOT / "docs" / "reference" / "predicates.md").read_text("utf-8")
    section = page.partition(f"## {kind}\n")[2].partition("\n## ")[0]

    assert printed == predicate_schema(kind)
    assert printed["$id"] in section
    assert [name for name in printed["properties"] if f"`{name}`" not in section] == []
