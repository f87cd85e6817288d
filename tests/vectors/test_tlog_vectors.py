# SPDX-License-Identifier: Apache-2.0
"""Other people's vectors: proofs, roots, notes, checkpoints, keys, and a whole log (L-5, L-7, L-10)."""

from __future__ import annotations

import base64
import importlib.util
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import open_checkpoint, parse_checkpoint
from ruleout.ledger.merkle import (
    consistency_proof,
    leaf_hash,
    levels_of,
    node_hash,
    root_at,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from ruleout.ledger.note import open_note, parse_vkey, verifier_key
from ruleout.ledger.tile import Edge, tile_path, unpack_bundle, unpack_tile

ROOT = Path(__file__).resolve().parents[2]
# What a strict check may accept: a component of small order in R or A does not make either of them one.
ACCEPTED_FLAGS = {"low_order_component_R", "low_order_component_A"}


@pytest.fixture(scope="module")
def tlog(shared_data: Path) -> Path:
    return shared_data / "tlog"


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def proof_of(row: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(part) for part in row["proof"] or ()]


def refuses(check: Any) -> bool:
    try:
        check()
    except VerificationFailed:
        return True
    return False


def test_all_98_inclusion_vectors_agree(tlog: Path) -> None:
    """Every inclusion proof is accepted or refused as its vector says."""
    found = rows(tlog / "merkle/inclusion.jsonl")
    agreed = [
        refuses(
            lambda row=row: verify_inclusion(
                proof_of(row),
                base64.b64decode(row["leafHash"]),
                row["leafIdx"],
                size=row["treeSize"],
                root=base64.b64decode(row["root"]),
            )
        )
        == row["wantErr"]
        for row in found
    ]

    assert [True] * 98 == agreed


def test_all_98_consistency_vectors_agree(tlog: Path) -> None:
    """Every consistency proof is accepted or refused as its vector says."""
    found = rows(tlog / "merkle/consistency.jsonl")
    agreed = [
        refuses(
            lambda row=row: verify_consistency(
                proof_of(row),
                (row["size1"], base64.b64decode(row["root1"])),
                (row["size2"], base64.b64decode(row["root2"])),
            )
        )
        == row["wantErr"]
        for row in found
    ]

    assert [True] * 98 == agreed


def test_rfc_6962_reference_tree_has_its_hashes(tlog: Path) -> None:
    """Leaves, nodes and roots of the reference tree come out as published."""
    known = json.loads((tlog / "merkle/rfc6962_reference.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(text)) for text in known["leaf_inputs_hex"]]

    assert known["node_hashes_hex_by_level"] == [[node.hex() for node in level] for level in levels_of(leaves)]
    assert known["root_hashes_hex_by_size"] == [root_hash(leaves[:size]).hex() for size in range(9)]
    assert node_hash(leaves[0], leaves[1]).hex() == known["node_hashes_hex_by_level"][1][0]


def test_signed_note_example_opens_and_a_changed_one_does_not(tlog: Path) -> None:
    """The example of the C2SP text is accepted, and refused after one changed letter."""
    example = json.loads((tlog / "c2sp/spec_examples.json").read_text())["signed_note"]
    key = parse_vkey(example["vkey"])
    text, signed = open_note(example["note"], [key])

    assert ("This is an example message.\n", (key,)) == (text, signed)
    assert example["vkey"] == str(key)
    assert refuses(lambda: open_note(example["note"].replace("example m", "Example m"), [key]))


def test_go_notes_open_and_its_bad_keys_are_refused(tlog: Path) -> None:
    """The notes that the Go project tests with verify under its keys; its malformed keys are refused."""
    known = json.loads((tlog / "gomod/note_vectors.json").read_text())
    literals = [text.replace("\\n", "\n") for text in known["all_note_literals"]]
    peter = next(line for line in literals if line.startswith("— PeterNeumann"))
    body = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"

    assert open_note(f"{body}\n{peter}", [parse_vkey(known["vkey"])])[0] == body
    assert all(refuses(lambda bad=bad: parse_vkey(bad)) for bad in known["bad_vkeys"])
    assert 123456789012 == parse_checkpoint(known["tree_head_golden"]).size


def test_foreign_verifier_keys_are_taken_or_refused(tlog: Path) -> None:
    """Ed25519 keys are taken; keys of other algorithms and malformed ones are refused by name."""
    known = json.loads((tlog / "formats/cosig_vkeys.json").read_text())
    taken = [row["name"] for row in known if not refuses(lambda row=row: parse_vkey(row["vkey"]))]

    assert ["works: convert from algEd25519"] == taken
    assert all(row["name"] not in taken for row in known if row["wantErr"])


def test_checkpoint_parsing_agrees_but_for_roots_and_blank_lines(tlog: Path) -> None:
    """What the table refuses we refuse; what it accepts we accept once the root has 32 bytes and no line is empty."""
    root = base64.b64encode(bytes(32)).decode()
    for row in json.loads((tlog / "formats/checkpoint_parse.json").read_text()):
        lines = row["text"].split("\n")
        if not row["wantErr"]:
            lines[2] = root
        strict = "\n".join(lines).rstrip("\n") + "\n" if not row["wantErr"] else row["text"]

        assert row["wantErr"] == refuses(lambda text=strict: parse_checkpoint(text)), row["desc"]
        if row["text"].endswith("\n\n"):
            assert refuses(lambda lines=lines: parse_checkpoint("\n".join(lines)))


def test_tile_paths_are_those_of_the_specification(tlog: Path) -> None:
    """Paths and counts of tiles are the examples of the C2SP text."""
    tiles = json.loads((tlog / "c2sp/spec_examples.json").read_text())["tiles"]
    for index, path in tiles["index_path"]:
        assert f"tile/0/{path}" == tile_path("0", index, 256)
    edge, full = Edge().extend([bytes(32)] * 70000)
    partial = {tile.level: len(tile.hashes) for tile in edge.partial_tiles()}

    assert (273, 1) == (sum(t.level == 0 for t in full), sum(t.level == 1 for t in full))
    assert {0: 112, 1: 17, 2: 1} == partial
    assert "tile/0/273.p/112" == edge.partial_tiles()[0].path


def test_a_foreign_log_of_16_checkpoints_verifies(tlog: Path) -> None:
    """All 16 checkpoints of a Tessera log hold for its entries and tiles, and each contains the ones before."""
    folder = tlog / "tessera-log"
    meta = json.loads((folder / "META.json").read_text())
    key = parse_vkey(meta["vkey"])
    notes = [(folder / f"checkpoint.{size}").read_text() for size in range(16)]
    heads = [open_checkpoint(note, [key], origin=meta["origin"]) for note in notes]
    entries = unpack_bundle((folder / tile_path("entries", 0, 15)).read_bytes(), 15)
    leaves = [leaf_hash(entry) for entry in entries]
    levels = levels_of(leaves)

    assert [text.encode() for text in meta["leaves"]] == list(entries)
    assert [(size, root_at(levels, size)) for size in range(16)] == [(head.size, head.root) for head in heads]
    for size in range(1, 16):
        assert tuple(leaves[:size]) == unpack_tile((folder / tile_path("0", 0, size)).read_bytes(), size)
    for old, new in combinations(heads[1:], 2):
        verify_consistency(consistency_proof(levels, old.size, new.size), (old.size, old.root), (new.size, new.root))


def test_both_signature_checks_agree_on_all_ed25519_vectors(tlog: Path) -> None:
    """The library and the one-file verifier accept exactly the vectors without small-order or non-canonical points.

    A point whose component of small order is not all of it is accepted, as RFC 8032 allows; a residue, which only a
    cofactored equation forgives, is not.
    """
    spec = importlib.util.spec_from_file_location("ruleout_verify", ROOT / "tools" / "ruleout_verify.py")
    assert spec is not None
    assert spec.loader is not None
    single = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(single)
    vectors = json.loads((tlog / "cctv/ed25519vectors.json").read_text())
    disagreed = []
    for vector in vectors:
        key, signature, message = bytes.fromhex(vector["key"]), bytes.fromhex(vector["sig"]), vector["msg"].encode()
        expected = set(vector["flags"] or ()) <= ACCEPTED_FLAGS
        ours = not refuses(lambda args=(key, message, signature): verifier_key("x", args[0]).verify(*args[1:]))
        if not expected == ours == single.verify_ed25519(key, message, signature):
            disagreed.append(vector["number"])

    assert 914 == len(vectors)
    assert [] == disagreed
