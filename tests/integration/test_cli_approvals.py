# SPDX-License-Identifier: Apache-2.0
"""Keys and approvals at the command line: what counts, what is refused, and that a refusal leaves nothing behind."""

import stat

import pytest
from tests.integration.command_line import OLD, Lab, run, seed_of, seeds

PASSPHRASE = "eleven green umbrellas"


@pytest.fixture(scope="module")
def approved(built, tmp_path_factory):
    """A lab whose case has every act it needs."""
    lab = built.copy_to(tmp_path_factory.mktemp("approved"))
    lab.approve_all()
    return lab


def refused_without_trace(lab: Lab, ran, *words: str) -> None:
    """The command failed with exit 2 and these words, and the record is as it was."""
    assert ran.code == 2, ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err
    assert lab.size() == 4
    assert run("verify", lab.record).code == 0


def tree(folder):
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- what opens the gate ----------------------------------------------------------------------------------------------


def test_approvals_and_notices_of_every_role_open_the_gate(approved, lab):
    """Without acts the invented case holds; with all four it proceeds, and the decision says who signed."""
    before, after = lab.assess(), approved.assess()

    assert (before.code, after.code) == (3, 0)
    assert before.json["determined_by"] == ["approved-first"]
    assert {(a["role"], a["person"], a["basis"]) for a in after.json["acts"]} >= {
        ("ceo", "ada", "signed"),
        ("rso", "bea", "signed"),
        ("board", "cal", "signed"),
    }
    assert all(a["counts"] for a in after.json["acts"])


@pytest.mark.parametrize(
    "change",
    [
        ("scope: general release", "scope: general release, and an API"),
        ("One of sixty tasks", "Two of sixty tasks"),
        ("notably-more-capable:\n    holds: no", "notably-more-capable:\n    holds: unknown"),
    ],
    ids=["scope", "grounds", "answer"],
)
def test_an_approval_is_void_after_the_case_changes(approved, tmp_path, change):
    """Whatever changes in the case, the acts are shown and do not count."""
    lab = approved.copy_to(tmp_path)
    lab.edit(*change)

    after = lab.assess()

    assert after.code == 3
    assert {a["because"] for a in after.json["acts"]} == {"signed over other inputs: something has changed since"}


def test_an_approval_is_void_after_the_framework_changes(approved, tmp_path):
    """A workspace's own copy of the framework, one word different, is another input under the same name."""
    lab = approved.copy_to(tmp_path)
    shipped = run("schema", "case")  # the command line works without a workspace
    assert shipped.code == 0
    from ruleout.app.shipped import shipped_folder

    text = (shipped_folder() / "frameworks" / "anthropic-rsp" / "2.2.yaml").read_text(encoding="utf-8")
    own = lab.record / "frameworks" / "anthropic-rsp" / "2.2.yaml"
    own.parent.mkdir()

    own.write_text(text, encoding="utf-8")
    same = lab.assess()
    own.write_text(text.replace("title: Responsible Scaling Policy", "title: Another Policy", 1), encoding="utf-8")
    changed = lab.assess()

    assert (same.code, changed.code) == (0, 3)
    assert not any(a["counts"] for a in changed.json["acts"])


def test_an_approval_is_void_after_the_evidence_log_changes(approved, tmp_path):
    """Another log in the place of the one that was approved is another input, readable or not."""
    lab = approved.copy_to(tmp_path)
    lab.log.write_bytes(lab.log.read_bytes() + b"\0")
    changed = lab.assess()
    lab.log.unlink()
    gone = lab.assess()

    for after in (changed, gone):
        assert after.code == 3
        assert not any(a["counts"] for a in after.json["acts"])


def test_an_approval_is_void_once_a_declared_log_is_swapped(built, tmp_path):
    """A digest in the case is a claim; what was approved is the log that was there."""
    lab = built.copy_to(tmp_path)
    digest = next(i["sha256"] for i in lab.assess().json["inputs"] if i["kind"] == "evidence")
    lab.edit("    log: logs/autonomy-suite.eval\n", f"    log: logs/autonomy-suite.eval\n    digest: {digest}\n")
    lab.approve_all()
    open_gate = lab.assess()

    lab.log.write_bytes(b"not a log")
    swapped = lab.assess()

    assert (open_gate.code, swapped.code) == (0, 3)
    assert not any(a["counts"] for a in swapped.json["acts"])


def test_an_approval_counts_for_one_activity_only(approved):
    """What was approved for release is not approved for training."""
    other = approved.assess("--activity", "train")

    assert not any(a["counts"] for a in other.json["acts"])


def test_an_approval_does_not_count_before_it_was_given(approved):
    """A decision as of an earlier instant does not know later acts."""
    earlier = approved.assess("--at", "2026-11-22T12:00:00Z")

    assert earlier.code == 3
    assert {a["because"] for a in earlier.json["acts"]} == {"given after the instant of the decision"}


def test_the_last_act_of_a_person_counts(lab):
    """A refusal closes what approvals opened; a new approval by the same person opens it again."""
    lab.approve_all()
    refusal = lab.approve("ceo", "ceo-ada", "--refuse", now=lab_time(10))
    closed = lab.assess()
    again = lab.approve("ceo", "ceo-ada", now=lab_time(11))

    assert (refusal.code, closed.code, again.code) == (0, 3, 0)
    assert "refuse by ceo" in refusal.err
    assert "outcome before: proceed, now: hold" in refusal.err
    assert lab.assess().code == 0


def lab_time(hour: int):
    """A later hour of the day on which the lab works."""
    from tests.integration.command_line import NOW

    return NOW.replace(hour=hour)


def test_one_person_in_two_roles_counts_once(lab):
    """A key that holds both roles signs twice, and a second person is still missing."""
    env = {**lab.env, **seeds("both-dan")}
    assert lab.run("key", "new", "both-dan", "--role", "ceo", "--role", "rso", "--person", "dan", env=env).code == 0
    for role in ("ceo", "rso"):
        assert lab.approve(role, "both-dan", env=env).code == 0
    for role in ("board", "ltbt"):
        assert lab.approve(role, "secretary-cal", "--notified").code == 0

    after = lab.assess()

    assert after.code == 3
    assert any("another person" in role for q in after.json["quorums"] for role in q["missing"])


def test_a_refusal_and_a_notice_at_once_are_refused(lab):
    """Only one act at a time."""
    refused_without_trace(lab, lab.approve("ceo", "ceo-ada", "--refuse", "--notified"), "--refuse", "--notified")


# --- whose key --------------------------------------------------------------------------------------------------------


def test_a_key_of_another_role_is_refused(lab):
    """The key says which roles it has."""
    refused_without_trace(lab, lab.approve("rso", "ceo-ada"), "holds ceo, not rso", "next:")


def test_a_key_outside_the_keyring_is_refused(lab):
    """A sound key that nobody entered signs nothing."""
    ran = lab.approve("ceo", "stranger", env={**lab.env, **seeds("stranger")})

    refused_without_trace(lab, ran, "'stranger' is not in this workspace's keyring", "ruleout key new stranger")


def test_a_key_of_the_right_name_and_another_seed_is_refused(lab):
    """A name is not an identity."""
    ran = lab.approve("ceo", "ceo-ada", env={**lab.env, "RULEOUT_KEY_CEO_ADA": seed_of("somebody else")})

    refused_without_trace(lab, ran, "not in this workspace's keyring")


@pytest.mark.parametrize(("field", "may_refuse"), [("prepared-by: [eve]", True), ("recused: [eve]", False)])
def test_preparers_and_recused_persons_may_not_approve(lab, field, may_refuse):
    """The preparer may still refuse, a recused person may not act at all."""
    env = {**lab.env, **seeds("rso-eve")}
    assert lab.run("key", "new", "rso-eve", "--role", "rso", "--person", "eve", env=env).code == 0
    lab.edit("prepared-by: [eve]", field)
    size = lab.size()

    approval = lab.approve("rso", "rso-eve", env=env)
    assert (approval.code, lab.size()) == (2, size)
    assert "eve prepared this case or is recused and may not approve" in approval.err

    refusal = lab.approve("rso", "rso-eve", "--refuse", env=env)
    assert (refusal.code == 0, lab.size() > size) == (may_refuse, may_refuse)


@pytest.mark.parametrize("seed", ["", "AAAA", "not base64!", seed_of("x")[:-4]])
def test_a_seed_that_is_none_is_refused_and_not_repeated(lab, seed):
    """The variable is named, its content is not."""
    ran = lab.approve("ceo", "ceo-ada", env={**lab.env, "RULEOUT_KEY_CEO_ADA": seed})

    refused_without_trace(lab, ran, "32 bytes of base64", "'ceo-ada'")
    assert not seed or seed not in ran.err


# --- passphrases and key files ----------------------------------------------------------------------------------------


def test_without_passphrase_or_terminal_a_key_is_not_made(lab):
    """Nobody can be asked, so the command says where a passphrase may stand."""
    keys = lab.folder / "keys"
    ran = lab.run(
        "key", "new", "new-key", "--role", "ceo", "--person", "fay", env={**lab.env, "RULEOUT_KEYS": str(keys)}
    )

    refused_without_trace(lab, ran, "nobody to ask", "RULEOUT_PASSPHRASE_FILE")
    assert not keys.exists()
    assert "fay" not in (lab.record / "keyring.yaml").read_text(encoding="utf-8")


def test_a_short_passphrase_is_refused(lab):
    """The least length is said, the passphrase is not."""
    env = {**lab.env, "RULEOUT_KEYS": str(lab.folder / "keys"), "RULEOUT_PASSPHRASE": "kingfisher"}
    ran = lab.run("key", "new", "new-key", "--role", "ceo", "--person", "fay", env=env)

    refused_without_trace(lab, ran, "at least 12 characters, got 10")
    assert "kingfisher" not in ran.err
    assert list(lab.folder.glob("keys/*")) == []


def test_a_key_from_a_file_needs_its_own_passphrase(lab):
    """The right passphrase signs; a wrong one, a damaged file and a missing file are refused."""
    env = {**lab.env, "RULEOUT_KEYS": str(lab.folder / "keys"), "RULEOUT_PASSPHRASE": PASSPHRASE}
    made = lab.run("key", "new", "ceo-fay", "--role", "ceo", "--person", "fay", env=env)
    file = lab.folder / "keys" / "ceo-fay.key"
    size = lab.size()

    wrong = lab.approve("ceo", "ceo-fay", env={**env, "RULEOUT_PASSPHRASE": PASSPHRASE + "!"})
    right = lab.approve("ceo", "ceo-fay", env=env)
    file.write_bytes(file.read_bytes()[:-9] + b"00000000}")
    damaged = lab.approve("ceo", "ceo-fay", env=env)
    file.unlink()
    missing = lab.approve("ceo", "ceo-fay", env=env)

    assert [made.code, wrong.code, right.code, damaged.code, missing.code] == [0, 2, 0, 2, 2]
    assert "cannot unlock key 'ceo-fay'" in wrong.err
    assert PASSPHRASE not in wrong.err + made.err + damaged.err
    assert "no key 'ceo-fay'" in missing.err
    assert lab.size() == size + 1


def test_a_passphrase_may_stand_in_a_file(lab):
    """The last line end is not part of it; a file that cannot be read is named."""
    (lab.folder / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    env = {**lab.env, "RULEOUT_KEYS": str(lab.folder / "keys")}
    at_file = {**env, "RULEOUT_PASSPHRASE_FILE": str(lab.folder / "passphrase")}

    made = lab.run("key", "new", "ceo-fay", "--role", "ceo", "--person", "fay", env=at_file)
    used = lab.approve("ceo", "ceo-fay", env={**env, "RULEOUT_PASSPHRASE": PASSPHRASE})
    gone = lab.approve("ceo", "ceo-fay", env={**at_file, "RULEOUT_PASSPHRASE_FILE": "/nonexistent/file"})

    assert [made.code, used.code, gone.code] == [0, 0, 2]
    assert "/nonexistent/file" in gone.err
    assert stat.S_IMODE((lab.folder / "keys" / "ceo-fay.key").stat().st_mode) == 0o600


def test_private_keys_may_not_stand_in_the_workspace(lab):
    """A workspace is shared; the folder of private keys is not, whatever leads to it."""
    before = tree(lab.record)
    (lab.folder / "link").symlink_to(lab.record)
    for folder in (lab.record, lab.record / "keys", lab.folder / "link" / "keys"):
        env = {**lab.env, "RULEOUT_KEYS": str(folder), "RULEOUT_PASSPHRASE": PASSPHRASE}
        ran = lab.run("key", "new", "new-key", "--role", "ceo", "--person", "fay", env=env)
        refused_without_trace(lab, ran, "inside the workspace", "RULEOUT_KEYS")

    assert tree(lab.record) == before


@pytest.mark.parametrize(
    ("name", "role", "person"),
    [
        ("Ada", "ceo", "ada"),
        ("../ada", "ceo", "ada"),
        ("ada", "c e o", "ada"),
        ("ada", "ceo", "Ada Lovelace"),
        ("", "ceo", "a"),
    ],
)
def test_names_that_are_no_ids_are_refused(lab, name, role, person):
    """A key, a role and a person each have a plain id."""
    env = {**lab.env, "RULEOUT_KEYS": str(lab.folder / "keys"), "RULEOUT_PASSPHRASE": PASSPHRASE}

    refused_without_trace(
        lab, lab.run("key", "new", name, "--role", role, "--person", person, env=env), "expected an id"
    )


def test_a_name_that_the_record_knows_is_refused(lab):
    """The same key cannot be entered again with other roles."""
    ran = lab.run("key", "new", "ceo-ada", "--role", "ceo", "--role", "rso", "--person", "ada")

    refused_without_trace(lab, ran, "in the record already")
    assert lab.run("key", "list", "--json").json["keys"][0]["roles"] == ["ceo"]


@pytest.mark.parametrize("word", ["no", "null", "true", "123", "1e3", "off"])
def test_words_that_yaml_would_read_as_something_else_are_kept(lab, word):
    """A person called `no` does not damage the keyring."""
    env = {**lab.env, **seeds("odd-key")}
    made = lab.run("key", "new", "odd-key", "--role", word, "--person", word, env=env)
    listed = lab.run("key", "list", "--json")

    assert (made.code, listed.code) == (0, 0), made.err + listed.err
    assert (word, [word]) in [(k["person"], k["roles"]) for k in listed.json["keys"]]


def test_an_approval_needs_a_framework_that_is_there(lab):
    """An unknown framework stops before any key is used."""
    ran = lab.run("approve", lab.case, "-f", "anthropic-rsp@9.9", "--role", "ceo", "--key", "ceo-ada")

    refused_without_trace(lab, ran, OLD)
