# SPDX-License-Identifier: Apache-2.0
"""What people read, frozen: pages, help and schema digests. Regenerate: `python -m tests.golden.regenerate`.

`golden_files` gives each file's text as the program writes it now; test_golden.py compares it with what stands beside
this module. Everything is deterministic: fixed instants, keys made from words, 80 columns.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.integration.command_line import CASES, DEMO, NEW, OLD, ROOT, build_lab, run

from ruleout.cli.main import VERBS

FOLDER = Path(__file__).resolve().parent
SUFFIX = ".txt"
VECTORS = ROOT / "vectors" / "framework"
NORTHLIGHT = ROOT / "examples" / "northlight" / "build.py"
#: Documents of other formats that are kept whole: a decision that holds, what passed and failed, and one of each model.
EXPORTED = (
    *(
        "oscal/assessment-results.json",
        "oscal/catalog-northlight-fsf@1.1.json",
        "oscal/components-northlight-fsf@1.1.json",
    ),
    *("oscal/mapping-collection.json", "oscal/poam.json"),
    *("in-toto/000011-approval.statement.json", "in-toto/000014-evaluation.statement.json"),
    *("in-toto/000045-decision.statement.json", "in-toto/000045-test-result-1.statement.json"),
    *("in-toto/000051-svr.statement.json", "cose-receipt/000015.receipt.cbor"),
)


def golden_files() -> Iterator[tuple[str, str]]:
    """Yield (file name, text) for every golden file."""
    yield from _decisions()
    yield from _roadmap()
    yield from _help()
    yield "schema-digests.txt", _schemas()
    with tempfile.TemporaryDirectory() as folder:
        yield from _record(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _exports(Path(folder))


def _decisions() -> Iterator[tuple[str, str]]:
    for case in sorted(CASES.glob("*.yaml")):
        for framework in (OLD, NEW):
            ran = run("assess", case, "-f", framework)
            yield f"{case.stem}-{framework.replace('@', '-')}.txt", f"{ran.text}exit {ran.code}\n"
        both = run("assess", case, "-f", OLD, "-f", NEW, "--brief")
        yield f"{case.stem}-side-by-side.txt", f"{both.text}exit {both.code}\n"


def _roadmap() -> Iterator[tuple[str, str]]:
    folder = CASES.parent / "roadmap"
    states = [folder / f"{name}-2026.yaml" for name in ("feb", "apr", "jul")]
    updates = ("--updates", folder / "updates.yaml")
    for day in ("2026-02-24", "2026-04-02", "2026-05-12", "2026-07-02", "2026-07-10", "2026-10-02"):
        ran = run("roadmap", "show", *states, *updates, "--at", day)
        yield f"roadmap-{day}.txt", f"{ran.text}exit {ran.code}\n"
    for old, new in ((0, 2), (1, 2)):
        ran = run("roadmap", "compare", states[old], states[new], *updates)
        name = f"roadmap-{states[old].stem}-{states[new].stem}.txt"
        yield name, f"{ran.text}exit {ran.code}\n"


def _help() -> Iterator[tuple[str, str]]:
    yield "help.txt", _shown("--help")
    for verb in VERBS:
        if verb not in ("key", "picture"):
            yield f"help-{verb}.txt", _shown(verb, "--help")
    for verb, below in (("key", ("new", "list")), ("picture", ("forest", "repeats", "trend"))):
        shown = (_shown(verb, *more, "--help") for more in ((), *((one,) for one in below)))
        yield f"help-{verb}.txt", "".join(shown)


def _shown(*arguments: str) -> str:
    """Help as it is printed, without the spaces that pad its lines."""
    return "".join(f"{line.rstrip()}\n" for line in run(*arguments).text.strip("\n").splitlines())


def _schemas() -> str:
    digests = (hashlib.sha256(run("schema", kind).out).hexdigest() for kind in ("framework", "case"))
    return "".join(f"{kind} {digest}\n" for kind, digest in zip(("framework", "case"), digests, strict=True))


def _record(folder: Path) -> Iterator[tuple[str, str]]:
    # A framework and a case that stand among the test vectors: what ships may change without changing these.
    lab, question = build_lab(folder), (VECTORS / "base-case.yaml", "-f", VECTORS / "base-framework.yaml")
    lab.run("assess", *question, "--record", "--key", "recorder")
    lab.run("approve", *question, "--role", "ceo", "--key", "ceo-ada")
    lab.run("assess", *question, "--record", "--key", "recorder")
    bundle = folder / "record.json"
    lab.run("export", bundle)
    yield "verification.txt", run("verify", bundle).text
    yield "replay.txt", run("replay", bundle).text
    yield "log.txt", lab.run("log").text
    yield "ingest.txt", run("ingest", "autonomy-suite.eval", "--dry-run", folder=DEMO / "logs").text
    yield "bundle-digest.txt", f"{hashlib.sha256(bundle.read_bytes()).hexdigest()}\n"
    checkpoint = (lab.record / "ledger" / "checkpoint").read_text(encoding="utf-8").splitlines()
    yield "checkpoint-root.txt", f"{checkpoint[1]} {base64.b64decode(checkpoint[2]).hex()}\n"


def _exports(folder: Path) -> Iterator[tuple[str, str]]:
    """A year of Northlight in other formats: one sample of each document whole, all of them by digest."""
    year = folder / "northlight"
    subprocess.run([sys.executable, str(NORTHLIGHT), str(year)], check=True, timeout=300)
    keys = {f"RULEOUT_KEY_{name.upper().replace('-', '_')}": _seed(name) for name in ("northlight-log", "recorder")}
    for form, more in (
        ("oscal", ("--entry", "45", "--entry", "23")),
        ("in-toto", ()),
        ("cose-receipt", ("--entry", "15")),
    ):
        ran = run("convert", form, form, *more, "-w", year, env=keys, folder=folder)
        yield f"convert-{form}.txt", ran.text
        written = json.loads((folder / form / "index.json").read_text(encoding="utf-8"))["files"]
        yield f"convert-{form}-digests.txt", "".join(f"{one['sha256']} {one['name']}\n" for one in written)
    for name in EXPORTED:
        data = (folder / name).read_bytes()
        yield (
            f"convert-{name.replace('/', '-')}.txt",
            f"{data.hex()}\n" if name.endswith(".cbor") else data.decode("utf-8"),
        )


def _seed(name: str) -> str:
    return base64.b64encode(hashlib.sha256(f"northlight {name}".encode()).digest()).decode("ascii")


def main() -> None:
    """Write every golden file and remove those that nothing makes any more."""
    made = dict(golden_files())
    for old in FOLDER.glob(f"*{SUFFIX}"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
