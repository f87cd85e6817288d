# SPDX-License-Identifier: Apache-2.0
"""Exit codes, streams and help of every verb: 0 may go ahead, 1 stop or failed, 2 bad input, 3 hold, 4 our bug."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tomllib

import pytest
from tests.integration.command_line import CASES, DEMO, NEW, NOW, OLD, ROOT, run, run_apart
from tests.unit.evidence import inspect_logs

from ruleout.app.sources import known_frameworks
from ruleout.cli import main as entry
from ruleout.cli.main import VERBS
from ruleout.model.canonical import canonical, parse_canonical

OPUS, SONNET = CASES / "claude-opus-4-biology.yaml", CASES / "claude-sonnet-4-biology.yaml"
MYTHOS = CASES / "claude-mythos-5-risk-report.yaml"
ESCAPE = b"\x1b"
KNOWN = "there are: those that ship"


@pytest.fixture(scope="module")
def lab(built, tmp_path_factory):
    """A lab with a log, a held decision and one approval in its record, and a bundle of it; nothing here changes it."""
    lab = built.copy_to(tmp_path_factory.mktemp("lab"))
    assert lab.run("ingest", lab.log).code == 0
    assert lab.run("assess", lab.case, "-f", OLD, "--record", "--key", "recorder").code == 3
    assert lab.approve("ceo", "ceo-ada").code == 0
    assert lab.run("export", lab.folder / "record.json").code == 0
    return lab


# --- outcomes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "case", "frameworks"),
    [
        (0, SONNET, [OLD]),
        (0, OPUS, [OLD]),
        (3, OPUS, [NEW]),
        (1, MYTHOS, [OLD]),
        (3, SONNET, [OLD, NEW]),
        (1, MYTHOS, [NEW, OLD]),
    ],
    ids=["proceed", "restrict", "hold", "stop", "worst of two", "worst of two, other order"],
)
def test_the_exit_code_is_that_of_the_most_restrictive_outcome(code, case, frameworks):
    """Proceed and restrict are 0, hold is 3, stop is 1; the form of the output changes nothing."""
    given = [part for name in frameworks for part in ("-f", name)]
    for form in ([], ["--json"], ["--brief"]):
        assert run("assess", case, *given, *form).code == code


# --- what a person got wrong ------------------------------------------------------------------------------------------

WRONG = {
    "no such verb": (["judge"], "judge"),
    "no argument": (["assess"], "case"),
    "no framework": (["assess", OPUS], "--framework"),
    "no such option": (["verify", "--loudly"], "--loudly"),
    "no such case": (["assess", "gone.yaml", "-f", OLD], "gone.yaml: no such case file"),
    "a folder as case": (["assess", CASES, "-f", OLD], "regular case file"),
    "unknown version": (["assess", OPUS, "-f", "anthropic-rsp@9.9"], KNOWN),
    "unknown name": (["assess", OPUS, "-f", "rsp@2.2"], KNOWN),
    "no version": (["assess", OPUS, "-f", "anthropic-rsp"], KNOWN),
    "no such framework file": (["assess", OPUS, "-f", "gone.yaml"], "gone.yaml: no such framework file"),
    "path tricks": (["assess", OPUS, "-f", "../anthropic-rsp@2.2"], "there are:"),
    "unknown activity": (["assess", OPUS, "-f", OLD, "-a", "fly"], "train, develop, deploy-internal,"),
    "no instant": (["assess", OPUS, "-f", OLD, "--at", "tomorrow"], "'tomorrow'"),
    "no offset": (["assess", OPUS, "-f", OLD, "--at", "2025-05-22T12:00"], "Z"),
    "an instant out of reach": (["assess", OPUS, "-f", OLD, "--at", "9999-12-31T23:59:59-12:00"], "9999"),
    "record without workspace": (["assess", OPUS, "-f", OLD, "--record", "--key", "k"], "ruleout init"),
    "a case as framework": (["assess", OPUS, "-f", str(OPUS)], "claude-opus-4-biology.yaml:"),
    "no such log": (["ingest", "gone.eval", "--dry-run"], "gone.eval"),
    "a day that is none on a dry run": (["ingest", "gone.eval", "--dry-run", "--valid-until", "soon"], "'soon'"),
    "not a log": (["ingest", OPUS, "--dry-run"], "refused"),
    "no such file to check": (["check", "gone.yaml"], "gone.yaml"),
    "nothing to check": (["check"], "nothing to check"),
    "no such schema": (["schema", "poem"], "poem"),
    "no such entry type": (["log", "--type", "poem"], "poem"),
    "no such bundle": (["verify", "gone.json"], "gone.json"),
    "no such bundle to replay": (["replay", "gone.json"], "gone.json"),
    "key without verb": (["key"], "Usage"),
    "key without role": (["key", "new", "ada", "--person", "ada"], "--role"),
    "init without origin": (["init", "record"], "--origin"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_usage_and_input_exit_2_and_say_what(name, tmp_path):
    """The message names the cause; nothing that looks like a verdict is written, and nothing at all to disk."""
    arguments, word = WRONG[name]

    ran = run(*arguments, folder=tmp_path)

    assert ran.code == 2
    if word is KNOWN:
        word = "there are: " + ", ".join(known_frameworks(None))
    assert word in ran.err + ran.text
    assert "Traceback" not in ran.err
    assert not re.search("PROCEED|RESTRICT|HOLD|STOP", ran.text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["log"],
        ["export", "x.json"],
        ["key", "list"],
        ["ingest", "LOG"],
        ["approve", "CASE", "-f", OLD, "--role", "ceo", "--key", "k"],
    ],
    ids=lambda a: a[0],
)
def test_without_a_workspace_the_command_that_makes_one_is_told(lab, tmp_path, arguments):
    """Every verb that needs one says how to make it."""
    given = [{"LOG": lab.log, "CASE": lab.case}.get(a, a) for a in arguments]

    for more in ([], ["-w", tmp_path / "gone"]):
        ran = run(*given, *more, folder=tmp_path)
        assert ran.code == 2
        assert "next: Make one with `ruleout init" in ran.err


def test_every_problem_of_a_bad_file_is_shown_with_its_place(tmp_path):
    """File, line, column, id, path, expected, got and hint for each, from `assess` and from `check`."""
    text = OPUS.read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    changes = (("activity: deploy-external", "activity: deplo-external"), ("at: 2025-05-22\n", "at: whenever\n"))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    bad.write_text(text + "surplus: 1\n", encoding="utf-8")
    shape = re.compile(rf"^{re.escape(str(bad))}:\d+:\d+: [A-Z]\d{{3}} at \$\S+: expected .+, got .+\. Hint: .+$")

    assessed, checked = run("assess", bad, "-f", OLD), run("check", bad, "--json")

    shown = [line for line in assessed.err.splitlines() if shape.match(line)]
    assert assessed.code == checked.code == 2
    assert len(shown) == len(checked.json["files"][0]["problems"]) == 3
    assert {p["path"] for p in checked.json["files"][0]["problems"]} == {"$.subject.activity", "$.at", "$.surplus"}
    assert "3 problems in " in assessed.err


def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path):
    """A named pipe in the place of a file does not keep the command waiting."""
    os.mkfifo(tmp_path / "case.yaml")

    for arguments in (
        ("assess", "case.yaml", "-f", OLD),
        ("verify", "case.yaml"),
        ("ingest", "case.yaml", "--dry-run"),
    ):
        ran = run(*arguments, folder=tmp_path)
        assert ran.code == 2
        assert "regular" in ran.err


# --- bugs, interruptions, readers that leave --------------------------------------------------------------------------


def test_a_bug_of_ours_exits_4_and_says_whose_it_is(monkeypatch):
    """Anything unexpected is named a bug, with its traceback and no verdict."""

    def broken(verbs):
        raise ZeroDivisionError(f"while building {verbs}")

    monkeypatch.setattr(entry, "build_app", broken)
    ran = run("assess", SONNET, "-f", OLD)

    assert (ran.code, ran.out) == (4, b"")
    assert "ZeroDivisionError" in ran.err
    assert "this is a bug in ruleout, not in your files" in ran.err


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_refusal_of_the_system_is_no_bug_of_ours(monkeypatch, error):
    """A full disk exits 2 and is named."""

    def refused(verbs):
        raise error

    monkeypatch.setattr(entry, "build_app", refused)
    ran = run("log")

    assert ran.code == 2
    assert error.strerror in ran.err
    assert "bug" not in ran.err


RUN_INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from ruleout.cli.main import run
run()
"""


def test_an_interruption_exits_2_and_leaves_no_verdict():
    """Ctrl-C during the demonstration ends it at once. Whatever it says more than its pipe holds keeps it from its end until then."""
    # A shell lets what it starts in the background ignore Ctrl-C, and children inherit that: ask for it here.
    command = [sys.executable, "-c", RUN_INTERRUPTIBLE, "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": ""}) as ran:
        fcntl.fcntl(ran.stdout, fcntl.F_SETPIPE_SZ, 4096)
        assert ran.stdout.read(1)  # it has begun
        ran.send_signal(signal.SIGINT)
        _, err = ran.communicate(timeout=90)

    assert ran.returncode == 2
    assert b"interrupted" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize(("case", "framework", "code"), [(SONNET, OLD, 0), (OPUS, NEW, 3), (MYTHOS, OLD, 1)])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_reader_that_leaves_does_not_change_the_exit_code(case, framework, code, form):
    """With `| head -0` a hold still exits 3: a closed pipe never reads as leave to go ahead."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        arguments = [sys.executable, "-m", "ruleout", "assess", str(case), "-f", framework, *form]
        done = subprocess.run(arguments, stdout=writing, stderr=subprocess.PIPE, env={}, check=False)
    finally:
        os.close(writing)

    assert done.returncode == code
    assert done.stderr == b""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_with_few_characters_gets_escapes(encoding):
    """What an encoding lacks is written as an escape; no verdict is lost to a character."""
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}

    page = run_apart("assess", OPUS, "-f", OLD, env=env)
    schema = run_apart("schema", "case", env=env)

    assert (page.code, schema.code) == (0, 0), page.err
    assert b"RESTRICT" in page.out
    assert json.loads(schema.out.decode("utf-8"))["$id"] == "ruleout-case.schema.json"


# --- output -----------------------------------------------------------------------------------------------------------

READING = {
    "assess": ["assess", OPUS, "-f", OLD, "--json"],
    "assess two": ["assess", OPUS, "-f", OLD, "-f", NEW, "--json"],
    "check": ["check", OPUS, "--json"],
    "ingest": ["ingest", "LOG", "--dry-run", "--json"],
    "key list": ["key", "list", "--json", "-w", "RECORD"],
    "log": ["log", "--json", "-w", "RECORD"],
    "verify": ["verify", "RECORD", "--json"],
    "verify a bundle": ["verify", "BUNDLE", "--json"],
    "replay": ["replay", "BUNDLE", "--json"],
}


def places(lab, arguments):
    """The arguments with the lab's paths."""
    known = {"LOG": lab.log, "RECORD": lab.record, "BUNDLE": lab.folder / "record.json", "CASE": lab.case}
    return [known.get(a, a) if isinstance(a, str) else a for a in arguments]


@pytest.mark.parametrize("name", READING)
def test_json_is_the_canonical_bytes_and_a_newline(lab, name):
    """Every reading verb writes canonical JSON on standard output, and nothing else."""
    ran = run(*places(lab, READING[name]))

    assert ran.code in (0, 3), ran.err
    data, newline = ran.out[:-1], ran.out[-1:]
    assert newline == b"\n"
    assert canonical(parse_canonical(data)) == data


PAGES = {
    "assess": ["assess", OPUS, "-f", OLD],
    "assess, two": ["assess", MYTHOS, "-f", OLD, "-f", NEW],
    "assess, in brief": ["assess", MYTHOS, "-f", OLD, "-f", NEW, "--brief"],
    "assess, own": ["assess", "CASE", "-f", OLD, "-w", "RECORD"],
    "ingest": ["ingest", "LOG", "--dry-run"],
    "verify": ["verify", "BUNDLE"],
    "replay": ["replay", "BUNDLE"],
}


@pytest.mark.parametrize("name", PAGES)
def test_piped_pages_are_plain_and_80_columns_wide(lab, name):
    """No escape codes even where colour is asked for; only a word longer than its column passes the edge."""
    coloured = {"FORCE_COLOR": "1", "COLUMNS": "200", "TERM": "xterm-256color"}
    ran = run(*places(lab, PAGES[name]), env=coloured)

    assert ran.out
    assert ESCAPE not in ran.out
    for line in ran.text.splitlines():
        assert len(line) <= 80 or len(line.split()) <= 2, line


def test_names_in_a_hostile_log_cannot_move_the_cursor(tmp_path):
    """Control characters in an evaluation log's own words are written out, on both streams."""
    samples = [inspect_logs.sample(f"s{i}") for i in range(3)]
    head = inspect_logs.header([s["id"] for s in samples])
    head["eval"] |= {"task": "suite\x1b[2J\u202e", "model": "lab/m\x1b]0;x\x07"}
    name = tmp_path / "evil\x1b[2J.eval"
    name.write_bytes(inspect_logs.log(samples, head))

    for form in ([], ["--json"]):
        ran = run("ingest", name, tmp_path / "gone\x1b[2J", "--dry-run", *form)
        assert ran.code == 2
        assert "gone\\x1b[2J" in ran.err
        assert ESCAPE not in ran.out + ran.err.encode()
    page = run("ingest", name, "--dry-run").text
    assert "\u202e" not in page
    assert "suite\\x1b[2J\\u202e" in page


# --- help -------------------------------------------------------------------------------------------------------------

COMMANDS = [
    *([verb] for verb in VERBS if verb not in ("key", "witness")),
    *(["key", verb] for verb in ("new", "rotate", "compromise", "list")),
    *(["witness", verb] for verb in ("init", "serve", "show", "policy", "ask", "outage")),
    *(["picture", "forest"], ["picture", "repeats"], ["picture", "trend"]),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example_that_parses(command):
    """Each verb's help ends 0 and holds at least one line that one could type."""
    ran = run(*command, "--help")

    assert ran.code == 0
    assert re.search(rf"^\s*(Example: )?ruleout {' '.join(command)}\b", ran.text, re.MULTILINE), ran.text
    assert "Usage: ruleout" in ran.text


def test_the_version_is_told():
    """That of the package: whoever reports a fault, or holds two hosts against each other, has to say it."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    ran = run("--version")
    assert (ran.code, ran.text) == (0, f"ruleout {told}\n")


def test_help_lists_every_verb():
    """In the order in which one meets them."""
    shown = run("--help").text

    assert [verb for verb in VERBS if re.search(rf"^│ {verb} ", shown, re.MULTILINE)] == list(VERBS)
    assert "4 a bug of ours" in " ".join(shown.split())


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["schema", "case"],
        ["assess", str(OPUS), "-f", OLD],
        ["assess", str(OPUS), "-f", OLD, "--json"],
        ["ingest", str(DEMO / "logs" / "autonomy-suite.eval"), "--dry-run", "--json"],
    ],
)
def test_nothing_heavy_is_imported(arguments):
    """A piped assessment, or reading a log, loads no statistics package, terminal renderer or evaluation framework."""
    heavy = ("scipy", "numpy", "inspect_ai", "rich", "pandas", "z3")
    program = (
        "import sys\nfrom ruleout.cli.main import main\n"
        f"code = main({arguments!r})\n"
        f"sys.stderr.write(','.join(m for m in {heavy!r} if m in sys.modules))\nsys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, env={}, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_lab_works_at_its_own_instant(lab):
    """The fixture's clock is the one that entries carry, so these tests do not depend on the day they run."""
    stamps = {e["entry"]["ts"] for e in lab.run("log", "--json").json["entries"]}

    assert stamps == {NOW.isoformat().replace("+00:00", "Z")}
