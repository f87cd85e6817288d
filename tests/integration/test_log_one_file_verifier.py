# SPDX-License-Identifier: Apache-2.0
"""The one-file verifier says of every bundle what the library says, and imports nothing of it (L-10)."""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.integration.command_line import run as ruleout
from tests.ledger_builders import CEO, KEYRING, LOG, OBJECT, RSO, bundle_of, chain, checkpoint_of, draft, ref

from ruleout.cli.main import main
from ruleout.errors import VerificationFailed
from ruleout.ledger import entry as entry_module
from ruleout.ledger.bundle import Bundle, Earlier, parse_bundle, to_bytes
from ruleout.ledger.entry import SCHEMAS, EntryType
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.note import _SMALL_ORDER, is_sound_point, verifier_key
from ruleout.ledger.signing import Holder, sign_entry
from ruleout.ledger.verify import verify_bundle
from ruleout.model.canonical import canonical, parse_canonical

TOOL = Path(__file__).resolve().parents[2] / "tools" / "ruleout_verify.py"
KINDS = (*EntryType, EntryType.EVIDENCE)
ENTRIES = chain(KINDS)


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ruleout_verify", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def keyed(keyring: dict[str, Holder]) -> Bundle:
    """A bundle whose one key entry names the builders' keyring, with the given one beside it."""
    held = keyring_bytes(KEYRING.values())
    entry = draft(EntryType.KEY, refs=(ref(held, "keyring"),))
    return bundle_of([entry_bytes(sign_entry(entry, CEO))], keyring=keyring, objects={ref(held).sha256: held})


SINGLE = load()
BUNDLES = {
    "full": bundle_of(ENTRIES, earlier=checkpoint_of(ENTRIES[:3])),
    "proofs": bundle_of(ENTRIES, chosen=(0, 3, 8), earlier=checkpoint_of(ENTRIES[:6])),
    "one": bundle_of(ENTRIES[:1]),
    "empty": bundle_of([], objects={}),
    "nothing chosen": bundle_of(ENTRIES, chosen=()),
    "no objects": bundle_of(ENTRIES, objects={}),
    "no ring": bundle_of(ENTRIES, keyring={}),
    "from empty": bundle_of(ENTRIES, earlier=checkpoint_of([])),
    "same size": bundle_of(ENTRIES, earlier=checkpoint_of(ENTRIES)),
    "no log key": replace(bundle_of(ENTRIES), vkeys=()),
    "other log key": replace(bundle_of(ENTRIES), vkeys=(CEO.key,)),
    "wrong earlier": replace(bundle_of(ENTRIES), earlier=Earlier(checkpoint=checkpoint_of([b"x"]), proof=())),
    "later earlier": replace(bundle_of(ENTRIES[:3]), earlier=Earlier(checkpoint=checkpoint_of(ENTRIES), proof=())),
    "wrong object": replace(bundle_of(ENTRIES), objects={ref().sha256: OBJECT + b"!"}),
    "keyring named": keyed(KEYRING),
    "keyring changed": keyed({**KEYRING, CEO.key.key_id: replace(KEYRING[CEO.key.key_id], person="P. rso")}),
    "author of another role": bundle_of(chain((EntryType.APPROVAL,), author=RSO)),
}


def said_by_library(data: bytes) -> Any:
    try:
        bundle = parse_bundle(data)
    except VerificationFailed:
        return "no bundle"
    report = verify_bundle(bundle)
    return [(c.name, c.status.value) for c in report.checks], report.level.value, list(report.caveats)


def said_by_tool(data: bytes) -> Any:
    try:
        bundle = SINGLE.parse_bundle(data)
    except SINGLE.BadInput:
        return "no bundle"
    report = SINGLE.verify(bundle)
    return [(c["name"], c["status"]) for c in report["checks"]], report["level"], report["caveats"]


@pytest.mark.parametrize("name", BUNDLES)
def test_both_say_the_same_of_whole_and_broken_bundles(name: str) -> None:
    """Names and ends of all steps, level and caveats agree."""
    data = to_bytes(BUNDLES[name])

    assert said_by_library(data) == said_by_tool(data)


def tampered(data: bytes, rng: random.Random) -> bytes:
    """One small change to the bytes: a letter, a digit, a piece cut or doubled."""
    if rng.random() < 0.6:
        return canonical(changed_leaf(parse_canonical(data), rng))
    at = rng.randrange(len(data))
    match rng.randrange(4):
        case 0:
            return data[:at] + bytes([data[at] ^ 1 << rng.randrange(7)]) + data[at + 1 :]
        case 1:
            return data[:at] + rng.choice(b'0a{[",:A=').to_bytes(1, "big") + data[at + 1 :]
        case 2:
            return data[:at] + data[at + rng.randrange(1, 20) :]
        case _:
            return data[:at] + data[at : at + 12] + data[at:]


def changed_leaf(value: Any, rng: random.Random) -> Any:
    """The value with one leaf changed, left out or doubled; an entry, which is a string, is changed inside."""
    if type(value) is str and value.startswith("{"):
        return canonical(changed_leaf(json.loads(value), rng)).decode()
    if type(value) is dict and value:
        key = rng.choice(sorted(value))
        rest = {name: item for name, item in value.items() if name != key}
        return rest if rng.random() < 0.03 else {**rest, key: changed_leaf(value[key], rng)}
    if type(value) is list and value:
        at = rng.randrange(len(value))
        middle = rng.choice([[], [value[at]] * 2, *[[changed_leaf(value[at], rng)]] * 4])
        return value[:at] + middle + value[at + 1 :]
    if type(value) is int:
        return value + rng.choice([-1, 1])
    at = rng.randrange(len(value) or 1) if type(value) is str else 0
    return value[:at] + rng.choice("0aA=") + value[at + 1 :] if type(value) is str else rng.choice([None, 0, "", []])


@pytest.mark.parametrize("name", ["full", "proofs", "from empty"])
def test_both_say_the_same_of_250_tampered_bundles(name: str) -> None:
    """Whatever a small change does, both find the same steps failed, or both find no bundle."""
    rng = random.Random(f"tampering {name}")
    data = to_bytes(BUNDLES[name])
    found = set()
    for _ in range(250):
        changed = tampered(data, rng)
        said = said_by_library(changed)
        assert said == said_by_tool(changed), changed
        found |= {step for step, ended in said[0] if ended == "failed"} if said != "no bundle" else {"no bundle"}

    assert {"no bundle", "signature", "entries", "inclusion", "consistency", "authors"} <= found


@pytest.mark.parametrize("name", ["full", "proofs"])
def test_no_tampering_leaves_everything_passed(name: str) -> None:
    """A change fails a step, or is no bundle, or leaves an entry out of a choice, or touches what is said of people."""
    rng = random.Random(f"silent {name}")
    data = to_bytes(BUNDLES[name])
    whole = said_by_library(data)
    silent = [changed for changed in (tampered(data, rng) for _ in range(300)) if said_by_library(changed) == whole]

    left = [json.loads(changed)["entries"] for changed in silent]
    assert all(entry in json.loads(data)["entries"] for entries in left for entry in entries)
    assert all(len(entries) == len(BUNDLES[name].entries) or name == "proofs" for entries in left)
    assert all(json.loads(changed)["checkpoint"] == json.loads(data)["checkpoint"] for changed in silent)


def test_both_hold_the_same_schemas() -> None:
    """The tool's table of kinds is the library's."""
    ours = {kind.value: (s.required, s.optional, s.least_refs, s.signed) for kind, s in SCHEMAS.items()}
    theirs = {
        kind: (frozenset(m.split()), frozenset(o.split()), least, signed)
        for kind, (m, o, least, signed) in SINGLE.SCHEMAS.items()
    }

    assert ours == theirs
    assert entry_module.MAX_BYTES == SINGLE.MAX_ENTRY_BYTES


def test_both_hold_the_same_points_to_be_weak() -> None:
    """The library's list of small-order points is what the tool computes, and there are five y coordinates."""
    assert 5 == len(_SMALL_ORDER)
    for y in _SMALL_ORDER:
        encoded = y.to_bytes(32, "little")
        assert SINGLE.is_small(SINGLE.decode_point(encoded))
        assert not SINGLE.is_sound_key(encoded)
        assert not is_sound_point(encoded)
    assert SINGLE.is_sound_key(LOG.public_key)


def test_signatures_of_the_library_verify_in_the_tool_and_changed_ones_do_not() -> None:
    """Keys, messages and signatures made by the library are accepted; one bit changed is not."""
    for signer, message in ((LOG, b""), (CEO, b"a"), (RSO, bytes(range(256)))):
        signature = signer.sign(message)
        verifier_key("x", signer.public_key).verify(message, signature)
        assert SINGLE.verify_ed25519(signer.public_key, message, signature)
        for at in (0, 31, 32, 63):
            changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
            assert not SINGLE.verify_ed25519(signer.public_key, message, changed)
        raised = (int.from_bytes(signature[32:], "little") + SINGLE.L).to_bytes(32, "little")
        assert not SINGLE.verify_ed25519(signer.public_key, message, signature[:32] + raised)


def test_the_tool_imports_the_standard_library_only() -> None:
    """One file, nothing to install."""
    tree = ast.parse(TOOL.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert names <= sys.stdlib_module_names


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The tool in an interpreter of its own that sees no installed package."""
    command = [sys.executable, "-I", "-S", str(TOOL), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def write(folder: Path, bundle: Bundle) -> Path:
    path = folder / "bundle.json"
    path.write_bytes(to_bytes(bundle))
    return path


def test_the_command_prints_the_level_and_what_it_did_not_check(tmp_path: Path) -> None:
    """Exit 0 with the level, and in so many words: unwitnessed, not replayed, own keys."""
    ended = run(write(tmp_path, BUNDLES["full"]))

    assert (0, True) == (ended.returncode, "level checked: full-audit" in ended.stdout)
    for word in ("unwitnessed", "not replayed", "no check says that a model is safe", "come from the bundle itself"):
        assert word in ended.stdout


def test_the_command_says_which_step_failed(tmp_path: Path) -> None:
    """Exit 1, and the report as JSON names the step."""
    ended = run(write(tmp_path, BUNDLES["wrong object"]), "--json")
    report = json.loads(ended.stdout)

    assert (1, "none") == (ended.returncode, report["level"])
    assert ["objects"] == [check["name"] for check in report["checks"] if check["status"] == "failed"]


def test_the_command_takes_keys_known_from_elsewhere(tmp_path: Path) -> None:
    """With the right keys nothing is said of the bundle's own; with wrong ones the signature or the authors fail."""
    path, ring = write(tmp_path, BUNDLES["full"]), tmp_path / "ring.json"
    holders = [
        {"vkey": str(h.key), "person": h.person, "roles": list(h.roles), "from": h.since} for h in KEYRING.values()
    ]
    ring.write_text(json.dumps(holders))
    good = run(path, "--vkey", LOG.key, "--keyring", ring)

    assert (0, False) == (good.returncode, "bundle itself" in good.stdout)
    assert run(path, "--vkey", CEO.key).returncode == 1
    ring.write_text("[]")
    assert run(path, "--keyring", ring).returncode == 1


def test_the_command_refuses_what_is_no_bundle(tmp_path: Path) -> None:
    """Exit 2 for a missing file, another file, a hostile one, or a bad key; so does `ruleout verify` for what is no bundle."""
    path = tmp_path / "other.json"
    for data in (b"", b"{}", b"[" * 100_000, b"\xff", b'{"a":1e999}'):
        path.write_bytes(data)
        assert run(path).returncode == 2
        assert [ruleout(verb, path).code for verb in ("verify", "replay")] == [2, 2]
    ran = ruleout("verify", write(tmp_path, BUNDLES["full"]), "--host", path)
    assert (ran.code, "expected a bundle, got another file" in ran.err, ran.text) == (2, True, "")
    assert run(tmp_path / "nowhere").returncode == 2
    assert run(write(tmp_path, BUNDLES["full"]), "--vkey", "x").returncode == 2


def test_a_policy_is_read_as_it_stands(tmp_path: Path) -> None:
    """One with another system's line ends is none, as for `ruleout verify --policy`."""
    policy, bundle = tmp_path / "policy.txt", write(tmp_path, BUNDLES["full"])
    for text, code in ((b"quorum none\n", 0), (b"quorum none\r\n", 2), (b"quorum none\r", 2)):
        policy.write_bytes(text)
        assert SINGLE.main([str(bundle), "--policy", str(policy)]) == code
        assert main(["verify", str(bundle), "--policy", str(policy)]) == code


def test_a_day_that_is_none_is_refused_and_not_compared(tmp_path: Path) -> None:
    """A review would never be overdue on a day that sorts before every other; a day without its zeros is the day it means."""
    path = write(tmp_path, BUNDLES["full"])
    for day in ("2027-13-01", "yesterday", "1"):
        ended = run(path, "--at", day)
        assert (2, True) == (ended.returncode, ended.stderr.startswith("--at: ")), ended.stderr
    assert run(path, "--at", "2027-3-1").returncode == 0


def test_what_is_withheld_is_counted_where_not_all_of_it_is_shown() -> None:
    """Twenty lines, and how many more: a reader must not take twenty for all."""
    bare = [{"digest": "d" * 64, "entry": f"e/{n}", "kind": "object", "verdict": "withheld"} for n in range(22)]
    shown = SINGLE.show({"checks": [], "level": "none", "caveats": [], "digests": bare}).splitlines()

    assert sum(line.startswith("withheld, unexplained: dddddddddddd of") for line in shown) == 20
    assert "withheld, unexplained: 2 more, all by --json" in shown


def test_what_was_given_beside_the_bundle_is_named_where_it_is_at_fault(tmp_path, capsys):
    """A policy, a ring or a key that is none is not told of the bundle."""
    bundle, bad = tmp_path / "b.json", tmp_path / "bad.txt"
    bundle.write_bytes(to_bytes(BUNDLES["full"]))
    bad.write_text("nonsense\n")
    for given in (["--policy", str(bad)], ["--keyring", str(bad)], ["--vkey", "nonsense"]):
        assert SINGLE.main([str(bundle), *given]) == 2
    assert SINGLE.main([str(bundle), "--policy", str(tmp_path / "none.txt")]) == 2

    policy, ring, key, none = capsys.readouterr().err.splitlines()
    assert policy == f"{bad}: expected log, witness, group or quorum with what it names, got something else"
    assert ring.startswith(f"{bad}: ")
    assert key == "--vkey: expected name+id+base64, got 'nonsense'"
    assert none == f"{tmp_path / 'none.txt'}: No such file or directory"
