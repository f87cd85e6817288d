# SPDX-License-Identifier: Apache-2.0
"""Other people's vectors of witnessing: requests and their answers, cosigners' keys, ML-DSA-44 (L-7, L-8).

Where they differ from the C2SP text, the text is followed, and the difference named here:
* transparency-dev/witness parses proof lines that are no hashes; the text says that each encodes one hash: 400;
* it answered 409 to another root at the same size; the text since July 2026 says 422;
* torchwood of 2025 answered 403 for an unknown log; the text says 404.
"""

from __future__ import annotations

import base64
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from tests.witness_builders import service

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import parse_checkpoint
from ruleout.ledger.cosignature import Algorithm, parse_cosigner_key
from ruleout.ledger.note import parse_vkey, verifier_key
from ruleout.ledger.witnessing import parse_request

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tlog(shared_data: Path) -> Path:
    return shared_data / "tlog"


@pytest.fixture(scope="module")
def single() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ruleout_verify", ROOT / "tools" / "ruleout_verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(known: dict[str, Any], folder: Path, logs: dict[str, Any]) -> list[tuple[int, str]]:
    witness = service(folder, logs, name="example.com/witness")
    told = [witness.add_checkpoint(request["body"].encode()) for request in known["requests"]]
    witness.store.close()
    return [(answer.status, answer.body) for answer in told]


@pytest.mark.parametrize("file", ["litewitness", "bastion"])
def test_torchwood_requests_get_their_answers(tlog: Path, tmp_path: Path, file: str) -> None:
    """Every request of the script, in its order, against one witness; only an unknown log is answered otherwise."""
    known = json.loads((tlog / f"torchwood/{file}.json").read_text())
    origin = known["requests"][0]["body"].split("\n\n")[1].split("\n")[0]
    raw = bytes.fromhex(known["setup"][0].partition("-key=")[2])
    told = answers(known, tmp_path, {origin: [verifier_key(origin, raw)]})

    for request, (status, body) in zip(known["requests"], told, strict=True):
        unknown = any("unknown log" in said for said in request["asserts"])
        assert (404 if unknown else request["status"]) == status, body
        for said in request["asserts"]:
            wanted = said.partition('"')[2].rpartition('"')[0].replace("\\n", "\n")
            assert body == wanted if "==" in said else wanted in body


def test_the_go_checksum_database_is_witnessed(tlog: Path, tmp_path: Path) -> None:
    """A log whose key has another name than its origin, at 35 million entries."""
    known = json.loads((tlog / "torchwood/sumdb.json").read_text())
    key = parse_vkey(known["setup"][1].rpartition("-key ")[2])
    ((status, body),) = answers(known, tmp_path, {"go.sum database tree": [key]})

    assert 200 == status
    assert "\u2014 example.com/witness" in body


def test_requests_parse_or_are_refused_as_in_the_table(tlog: Path) -> None:
    """What the table refuses is refused; what it accepts is accepted once its proof lines are hashes."""
    known = json.loads((tlog / "witness/add_checkpoint_parse.json").read_text())
    for row in known["ok"]:
        hashes = [base64.b64encode(bytes([nth]) * 32).decode() for nth in range(len(row["proof"]))]
        body = row["body"]
        for line, made in zip(row["proof"], hashes, strict=True):
            body = body.replace(line, made, 1)
        parsed = parse_request(body.encode())

        assert row["size"] == parsed.old
        assert hashes == [base64.b64encode(part).decode() for part in parsed.proof]
        with pytest.raises(VerificationFailed):
            parse_request(row["body"].encode())
    for body in known["bad"]:
        with pytest.raises(VerificationFailed):
            parse_request(body.encode())


def test_the_example_of_the_text_parses(tlog: Path) -> None:
    """The request of the C2SP text, whose signatures are for show."""
    text = json.loads((tlog / "c2sp/spec_examples.json").read_text())["witness_request_shape_only"] + "\n"
    parsed = parse_request(text.encode())

    assert (20852014, 4) == (parsed.old, len(parsed.proof))
    assert 20852163 == parse_checkpoint(parsed.note.split("\n\n")[0] + "\n").size


def test_cosigners_keys_are_taken_or_refused(tlog: Path, single: ModuleType) -> None:
    """An Ed25519 cosigner's key is taken; the ML-DSA-44 key has an id that is not its own, and is refused for that."""
    known = {row["name"]: row for row in json.loads((tlog / "formats/cosig_vkeys.json").read_text())}
    ed25519 = parse_cosigner_key(known["works: native algEd25519CosignatureV1 verifier"]["vkey"])
    wrong = known["works: native algMLDSA44 verifier"]["vkey"]
    name, _, material = wrong.split("+", 2)

    assert Algorithm.ED25519 is ed25519.algorithm
    with pytest.raises(VerificationFailed, match="expected key id 31236897"):
        parse_cosigner_key(wrong)
    mended = f"{name}+31236897+{material}"
    assert Algorithm.ML_DSA_44 is parse_cosigner_key(mended).algorithm
    assert single.parse_key(mended, (4, 6), single.BadInput)[0] == "test+31236897"
    for row in known.values():
        if row["wantErr"]:
            with pytest.raises(VerificationFailed):
                parse_cosigner_key(row["vkey"])


def test_plain_python_checks_ml_dsa_44_as_the_library_does(tlog: Path, single: ModuleType) -> None:
    """The messages of CCTV, which need every kind of rejection when they are signed; changed bits are refused."""
    messages = [text.encode() for text in json.loads((tlog / "cctv/ML-DSA-44.benchmark.json").read_text())]
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    key = private.public_key().public_bytes_raw()
    for message in messages[::4]:
        assert single.verify_ml_dsa_44(key, message, private.sign(message))
    signature = private.sign(messages[0])
    for at in (0, 31, 32, 1000, 2335, 2336, 2415, 2416, 2419):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        assert not single.verify_ml_dsa_44(key, messages[0], changed), at
    assert not single.verify_ml_dsa_44(key, messages[1], signature)
    assert not single.verify_ml_dsa_44(key[:-1] + bytes([key[-1] ^ 1]), messages[0], signature)
    assert not single.verify_ml_dsa_44(key, messages[0], signature[:-1])


def test_rounding_of_every_residue_is_that_of_cctv(single: ModuleType) -> None:
    """High bits with a hint and without, of values around every border: they move by one, modulo 44."""
    width = 2 * single.GAMMA_2
    for high in range(45):
        for off in (-2, -1, 0, 1, 2):
            value = (high * width + single.GAMMA_2 + off) % single.Q
            plain, hinted = single.high_bits(value, False), single.high_bits(value, True)
            assert 0 <= plain < 44
            assert hinted in ((plain + 1) % 44, (plain - 1) % 44)
    # The example of CCTV, ML-DSA/accumulated/README.md.
    assert (32, 31) == (single.high_bits(6010000, False), single.high_bits(6010000, True))
