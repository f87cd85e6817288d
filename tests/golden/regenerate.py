# SPDX-License-Identifier: Apache-2.0
"""What people read, frozen: pages, help and schema digests. Regenerate: `python -m tests.golden.regenerate`.

`golden_files` gives each file's text as the program writes it now; test_golden.py compares it with what stands beside
this module. Everything is deterministic: fixed instants, keys made from words, 80 columns.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.integration.command_line import CASES, DEMO, NEW, OLD, ROOT, build_lab, run

from ruleout.cli.main import VERBS

FOLDER = Path(__file__).resolve().parent
SUFFIX = ".txt"
VECTORS = ROOT / "vectors" / "framework"


def golden_files() -> Iterator[tuple[str, str]]:
    """Yield (file name, text) for every golden file."""
    yield from _decisions()
    yield from _roadmap()
    yield from _help()
    yield "schema-digests.txt", _schemas()
    with tempfile.TemporaryDirectory() as folder:
        yield from _record(Path(folder))


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
