# SPDX-License-Identifier: Apache-2.0
"""A workspace under damage, haste and carelessness: nothing is overwritten, nothing wrong is built upon."""

import base64
import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.command_line import NOW, OLD, Lab, run, run_apart, seeds


@pytest.fixture(scope="module")
def recorded(built, tmp_path_factory):
    """A lab with a held decision, the acts, and the decision that proceeds: entries 4 to 19."""
    lab = built.copy_to(tmp_path_factory.mktemp("recorded"))
    assert record_decision(lab).code == 3
    lab.approve_all()
    assert record_decision(lab).code == 0
    return lab


def record_decision(lab: Lab):
    return lab.run("assess", lab.case, "-f", OLD, "--record", "--key", "recorder")


def tree(folder):
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- making one -------------------------------------------------------------------------------------------------------


def test_a_workspace_is_never_made_over_another(lab):
    """The second `init` fails and changes nothing, whatever it asks for."""
    before = tree(lab.folder)
    env = {**lab.env, **seeds("other-log")}
    for producer in ("lab", "other"):
        again = run("init", lab.record, "--origin", "lab.example/other", "--producer", producer, env=env)
        assert again.code == 2
        assert "exists already" in again.err

    assert tree(lab.folder) == before


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({}, "nobody to ask"),
        ({"RULEOUT_PASSPHRASE": "short"}, "at least 12"),
        ({"RULEOUT_KEY_RULEOUT_LOG": "x"}, "base64"),
    ],
)
def test_an_init_that_fails_leaves_no_workspace(tmp_path, env, word):
    """After a key could not be made there is no half workspace, and the same command works once it can."""
    arguments = ("init", tmp_path / "record", "--origin", "lab.example/record")
    failed = run(*arguments, env={"RULEOUT_KEYS": str(tmp_path / "keys"), **env})

    assert failed.code == 2
    assert word in failed.err
    assert not (tmp_path / "record" / "ruleout.toml").exists()
    assert not (tmp_path / "keys").exists()
    assert run(*arguments, env=seeds("ruleout-log")).code == 0


@pytest.mark.parametrize(
    ("origin", "producer"),
    [("Upper.example/x", "lab"), ("x", "lab"), ("lab.example/a b", "lab"), ("lab.example", "La b")],
)
def test_an_unfit_name_is_refused_before_anything_is_written(tmp_path, origin, producer):
    """Origins and producers have a form, since they name the log for ever."""
    ran = run("init", tmp_path / "record", "--origin", origin, "--producer", producer, env=seeds("lab-log"))

    assert ran.code == 2
    assert not (tmp_path / "record").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file stands where the workspace, the keys or the tour should."""
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    secret = {"RULEOUT_KEYS": str(file / "keys"), "RULEOUT_PASSPHRASE": "eleven green umbrellas"}

    inside = run("init", file / "record", "--origin", "lab.example/record", env=seeds("ruleout-log"))
    keys = run("init", tmp_path / "record", "--origin", "lab.example/record", env=secret)
    demo = run("demo", "--folder", file)

    for ran in (inside, keys, demo):
        assert (ran.code, "Traceback" in ran.err) == (2, False), ran.err
        assert str(file) in ran.err


# --- damage -----------------------------------------------------------------------------------------------------------

DAMAGES = {
    "empty": "",
    "not toml": "format = [",
    "no origin": 'format = 1\nproducer = "lab"\n',
    "other format": 'format = 2\norigin = "lab.example/record"\nproducer = "lab"\n',
    "another field": 'format = 1\norigin = "lab.example/record"\nproducer = "lab"\nextra = true\n',
    "a number": 'format = 1\norigin = 7\nproducer = "lab"\n',
    "a path": 'format = 1\norigin = "lab.example/record"\nproducer = "../lab"\n',
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_configuration_is_refused_by_every_verb(lab, name):
    """The file is named, and nothing is guessed."""
    (lab.record / "ruleout.toml").write_text(DAMAGES[name], encoding="utf-8")
    for ran in (lab.run("log"), lab.assess(), lab.approve("ceo", "ceo-ada"), run("verify", lab.record)):
        assert ran.code == 2
        assert "ruleout.toml" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('person: "ada"', "person: 7", "$.keys[0].person"),
        ('roles: ["ceo"]', "roles: []", "$.keys[0].roles"),
        ('since: "2026-11-23T09:00:00Z"', 'since: "yesterday"', "$.keys[0].since"),
        ('vkey: "ceo-ada+', 'vkey: "ceo-bob+', "$.keys[0].vkey"),
        ("\nkeys:", "\nkeyz:", "$.keyz"),
        ('person: "ada"', 'person: "ada"\n    extra: 1', "$.keys[0].extra"),
    ],
)
def test_a_damaged_keyring_is_refused_with_its_place(lab, old, new, place):
    """File, line, column and path of what is wrong."""
    ring = lab.record / "keyring.yaml"
    ring.write_text(ring.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    for ran in (lab.run("log"), lab.run("key", "list"), lab.approve("ceo", "ceo-ada")):
        assert ran.code == 2, ran.err
        assert f"at {place}" in ran.err
        assert "keyring.yaml:" in ran.err


def test_a_key_taken_out_of_the_keyring_or_a_forged_role_stops_the_record(recorded, tmp_path):
    """Entries by keys that nobody answers for, or in a role the key does not have, are not built upon."""
    lab = recorded.copy_to(tmp_path)
    ring = lab.record / "keyring.yaml"
    whole = ring.read_text(encoding="utf-8")
    for changed in ("keys: []\n", whole.replace('roles: ["ceo"]', 'roles: ["board"]')):
        ring.write_text(changed, encoding="utf-8")
        for ran in (lab.run("log"), lab.assess(), lab.approve("rso", "rso-bea")):
            assert ran.code in (1, 2)
            assert "authors" in ran.err or "keyring" in ran.err


def flip(path, at=-10):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["checkpoint", "journal", "log.json", "entries", "tile"])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_a_tampered_ledger_is_not_read_and_not_written(recorded, tmp_path, name, how):
    """One bit, or one file less: log, assess, approve and verify refuse and say so; nothing is added."""
    lab = recorded.copy_to(tmp_path)
    ledger = lab.record / "ledger"
    patterns = {"entries": "tile/entries/**/*", "tile": "tile/0/**/*"}
    files = [p for p in ledger.glob(patterns.get(name, name)) if p.is_file()]
    assert files
    for file in files:
        flip(file) if how == "flipped" else file.unlink()
    before = tree(ledger)

    # What is published can be read without the journal; writing needs it.
    verbs = [lab.approve("ceo", "ceo-ada"), record_decision(lab)]
    verbs += [] if name == "journal" else [lab.run("log"), lab.assess(), run("verify", lab.record)]
    for ran in verbs:
        assert ran.code in (1, 2), ran.err
        assert ran.err.startswith("ruleout: ")
        assert "Traceback" not in ran.err
    kept = {p: d for p, d in tree(ledger).items() if p.name != "lock"}
    assert kept == {p: d for p, d in before.items() if p.name != "lock"}


def test_a_forged_line_in_a_bundle_is_caught(recorded, tmp_path):
    """A bundle in which the held decision proceeds fails, and is not replayed."""
    bundle = tmp_path / "record.json"
    assert recorded.run("export", bundle).code == 0
    held = json.dumps('"outcome":"hold"')[1:-1]
    proceeds = json.dumps('"outcome":"proceed"')[1:-1]
    forged = tmp_path / "forged.json"
    forged.write_text(bundle.read_text(encoding="utf-8").replace(held, proceeds, 1), encoding="utf-8")

    assert run("verify", bundle).code == 0
    for verb in ("verify", "replay"):
        ran = run(verb, forged)
        assert ran.code == 1
        assert "full-audit" in ran.text + ran.err
    assert run("verify", forged, "--json").json["holds"] is False


# --- haste ------------------------------------------------------------------------------------------------------------


def test_two_processes_that_write_at_once_lose_nothing(lab):
    """Each either gets through or is told that another writes; the record holds what was confirmed."""
    names = [f"key-{i}" for i in range(6)]
    env = {**lab.env, **seeds(*names)}

    def add(name):
        return run_apart("key", "new", name, "--role", "ceo", "--person", name, "-w", lab.record, env=env)

    with ThreadPoolExecutor(3) as pool:
        ran = list(pool.map(add, names))

    done = [name for name, one in zip(names, ran, strict=True) if one.code == 0]
    assert done
    for one in ran:
        assert one.code == 0 or (one.code, "other writer" in one.err) == (2, True), one.err
    assert lab.size() == 4 + len(done)
    assert run("verify", lab.record).code == 0
    ring = {k["person"] for k in lab.run("key", "list", "--json").json["keys"]}
    assert set(done) <= ring


def test_a_writer_waits_for_nobody(lab):
    """While another process holds the log, a verb that writes is refused at once and one that reads is not."""
    holder = (
        "import fcntl, os, sys\n"
        f"fd = os.open({str(lab.record / 'ledger' / 'lock')!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(fd, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        refused, read = lab.approve("ceo", "ceo-ada"), lab.size()
        other.stdin.close()

    assert refused.code == 2
    assert "writer" in refused.err
    assert read == 4
    assert lab.approve("ceo", "ceo-ada").code == 0


# --- the same twice ---------------------------------------------------------------------------------------------------


def test_a_log_given_twice_is_one_entry(lab, tmp_path):
    """The same bytes under two names, in one command or two, are the same evidence; the record still verifies."""
    copy = tmp_path / "copy.eval"
    copy.write_bytes(lab.log.read_bytes())

    once = lab.run("ingest", lab.log, copy, lab.log)
    again = lab.run("ingest", copy)

    assert (once.code, again.code) == (0, 0)
    assert lab.size() == 5
    assert run("verify", lab.record).code == 0


def test_one_log_named_twice_in_a_case_is_recorded_once(lab):
    """Two pieces of evidence from one log, and two findings on one threshold, do not spoil the record."""
    lab.edit(
        '    task-version: "1"\n',
        '    task-version: "1"\n  - evaluation: the same again\n    log: logs/autonomy-suite.eval\n'
        "    bears-on: ai-rnd-4\n    bars: {rule-out-below: 0.1}\n",
    )
    ran = record_decision(lab)

    assert ran.code == 3, ran.err
    assert run("verify", lab.record).code == 0
    assert run("replay", lab.record).code == 0


def test_a_decision_recorded_again_adds_only_itself(recorded, tmp_path):
    """The framework, the case and its findings stand in the record once."""
    lab = recorded.copy_to(tmp_path)
    size = lab.size()

    ran = record_decision(lab)

    assert ran.code == 0
    assert lab.size() == size + 1


# --- export -----------------------------------------------------------------------------------------------------------


def test_an_export_never_replaces_a_file(recorded, tmp_path):
    """Not even an empty one."""
    file = tmp_path / "record.json"
    file.write_bytes(b"")

    ran = recorded.run("export", file)

    assert ran.code == 2
    assert "exists already" in ran.err
    assert file.read_bytes() == b""


def test_chosen_entries_verify_with_proofs_and_replay_when_complete(recorded, tmp_path):
    """A decision with the acts before it replays; without them it does not, and the reason is told."""
    entries = recorded.run("log", "--json").json["entries"]
    last = max(e["index"] for e in entries if e["entry"]["type"] == "decision")
    acts = [e["index"] for e in entries if e["entry"]["type"] == "approval"]
    whole, alone = tmp_path / "whole.json", tmp_path / "alone.json"
    chosen = [part for index in (*acts, last) for part in ("--entry", index)]
    assert recorded.run("export", whole, *chosen).code == 0
    assert recorded.run("export", alone, "--entry", last).code == 0

    verified = run("verify", whole, "--json")
    assert (verified.code, verified.json["level"], verified.json["entries"]) == (0, "inclusion", 5)
    assert run("verify", alone).code == 0
    assert run("replay", whole).code == 0
    partial = run("replay", alone)
    assert partial.code == 1
    assert "chosen entries only" in " ".join(partial.text.split())


@pytest.mark.parametrize("index", [-1, 10_000])
def test_an_entry_that_is_not_there_cannot_be_exported(recorded, tmp_path, index):
    """Nothing is written."""
    ran = recorded.run("export", tmp_path / "x.json", "--entry", index)

    assert ran.code == 2
    assert not (tmp_path / "x.json").exists()


def test_the_logs_own_bytes_travel_only_when_asked_for(lab, tmp_path):
    """What was measured always does; with the log in it every object is there."""
    assert lab.run("ingest", lab.log).code == 0
    without, with_logs = tmp_path / "a.json", tmp_path / "b.json"
    assert "WHY ..., or --with-logs for logs" in lab.run("export", without).err
    assert lab.run("export", with_logs, "--with-logs").code == 0
    digest = hashlib.sha256(lab.log.read_bytes()).hexdigest()

    assert digest not in json.loads(without.read_bytes())["objects"]
    assert base64.b64decode(json.loads(with_logs.read_bytes())["objects"][digest]) == lab.log.read_bytes()
    checks = {c["name"]: c["status"] for c in run("verify", with_logs, "--json").json["checks"]}
    assert checks["objects"] == "passed"


# --- replay of what strangers hand over -------------------------------------------------------------------------------


def strange_bundle(lab: Lab, *, objects=None, **subject):
    """A bundle, sound in every signature, whose decision entry says what its author liked."""
    from ruleout.app.bundle import export_bundle
    from ruleout.app.ledger import DECISION, read_record, recording
    from ruleout.app.settings import Settings
    from ruleout.app.unlock import Keys
    from ruleout.app.workspace import open_workspace
    from ruleout.ledger import EntryType

    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda name: "")
    place = open_workspace(lab.record)
    fields = {
        "case": "c",
        "framework": "f",
        "version": "1",
        "activity": "train",
        "outcome": "proceed",
        "input_digest": "0" * 64,
        "at": "2026-01-01T00:00:00Z",
    }
    with recording(place, keys, at=NOW) as (_, recorder):
        refs = [recorder.keep(name, data, DECISION) for name, data in (objects or {"other": b"{}"}).items()]
        recorder.add(
            EntryType.DECISION, "c/f@1/train/1", {**fields, **subject}, refs=refs, signer=keys.unlock("recorder")
        )
        recorder.commit()
    return export_bundle(read_record(place), chosen=None, with_logs=True)


@pytest.mark.parametrize(
    ("objects", "subject"),
    [
        ({"other": b"{}"}, {}),
        ({"decision": b"{}"}, {"activity": "fly"}),
        ({"decision": b"{}"}, {"activity": 7}),
        ({"decision": b"{}"}, {"at": "2026-01-01T00:00:00"}),
        ({"decision": b"{}"}, {"at": True}),
        ({"decision": b"{}", "framework": b"\xff\x00", "case": b""}, {}),
        ({"decision": b"{}", "framework": b"framework: x\n", "case": b"case: x\n"}, {}),
    ],
)
def test_a_strange_decision_entry_is_not_the_same_and_no_crash(lab, tmp_path, objects, subject):
    """Whatever an entry says, replay answers with a reason."""
    from ruleout.app.bundle import write_bundle

    file = tmp_path / "strange.json"
    write_bundle(strange_bundle(lab, objects=objects, **subject), file)

    ran = run("replay", file, "--json")

    assert ran.code == 1, ran.err
    assert [d["same"] for d in ran.json["decisions"]] == [False]
    assert ran.json["decisions"][0]["detail"]
