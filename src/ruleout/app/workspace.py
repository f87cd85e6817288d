# SPDX-License-Identifier: Apache-2.0
"""A workspace: a folder of plain files with `ruleout.toml`, frameworks, cases, a keyring and the ledger.

The ledger is the database; everything else is a file a person can read and keep in git.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.files import make_folder, read_bounded, write_new
from ruleout.errors import NotFound, RuleoutError

CONFIG = "ruleout.toml"
_ORIGIN = re.compile(r"^[a-z0-9][a-z0-9./-]{2,120}$")
_PRODUCER = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where things stand. `origin` names the log for ever; `producer` names who writes to it."""

    root: Path
    origin: str
    producer: str

    @property
    def frameworks(self) -> Path:
        """Folder of framework files, `NAME/VERSION.yaml`."""
        return self.root / "frameworks"

    @property
    def cases(self) -> Path:
        """Folder of case files."""
        return self.root / "cases"

    @property
    def ledger(self) -> Path:
        """Folder of the log."""
        return self.root / "ledger"

    @property
    def keyring(self) -> Path:
        """File of public keys with persons and roles."""
        return self.root / "keyring.yaml"

    @property
    def log_key(self) -> str:
        """Name of the key that signed the log's first checkpoints."""
        return f"{self.producer}-log"

    @property
    def witnesses(self) -> Path:
        """File of witnesses; what the record holds of it counts."""
        return self.root / "witnesses.yaml"

    def log_key_of(self, generation: int) -> str:
        """Name of the log's key of a generation, counted from 1."""
        return self.log_key if generation == 1 else f"{self.log_key}-{generation}"


def plan_workspace(root: Path, *, origin: str, producer: str) -> Workspace:
    """Return a workspace that may be made at `root`. Effect: looks at files; writes nothing.

    Raises:
        RuleoutError: a name is not of its form, or there is a workspace already.
    """
    if not _ORIGIN.match(origin):
        hint = "Use a name you own, such as example.org/safety-record."
        raise RuleoutError(f"expected a log origin of a-z, 0-9, '.', '/' and '-', got {origin!r}", hint=hint)
    if not _PRODUCER.match(producer):
        raise RuleoutError(f"expected a producer id such as 'demo-lab', got {producer!r}", hint="Use a-z, 0-9 and '-'.")
    if (root / CONFIG).exists():
        raise RuleoutError(f"{root / CONFIG} exists already", hint="Choose another folder; nothing was overwritten.")
    return Workspace(root=root, origin=origin, producer=producer)


def lay_out(workspace: Workspace) -> None:
    """Make the folders of a planned workspace's files. Effect: writes. Raises RuleoutError if it may not."""
    for folder in (workspace.root, workspace.frameworks, workspace.cases):
        make_folder(folder)


def declare(workspace: Workspace) -> None:
    """Write `ruleout.toml`, which makes the folder a workspace: the last step. Effect: writes; never overwrites."""
    text = (
        "# A Ruleout workspace. The ledger is the record; the other files are its sources.\n"
        f'format = 1\norigin = "{workspace.origin}"\nproducer = "{workspace.producer}"\n'
    )
    write_new(workspace.root / CONFIG, text.encode("utf-8"))


def open_workspace(root: Path) -> Workspace:
    """Return the workspace at `root`. Effect: reads `ruleout.toml`.

    Raises:
        NotFound: there is none.
        RuleoutError: its configuration is damaged.
    """
    path = root / CONFIG
    try:
        text = read_bounded(path, limit_bytes=65536, what="workspace file").decode("utf-8")
        config = tomllib.loads(text)
        known = {"format": 1, "origin": config["origin"], "producer": config["producer"]}
    except NotFound as error:
        hint = (
            f"Make one with `ruleout init {root} --origin NAME`, or name another: -w FOLDER, or what is to be verified."
        )
        raise NotFound(f"no workspace at {root}", hint=hint) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise RuleoutError(
            f"{path}: expected format, origin and producer, got {error}", hint="Restore the file."
        ) from error
    sound = isinstance(known["origin"], str) and isinstance(known["producer"], str)
    if config != known or not sound or not _ORIGIN.match(known["origin"]) or not _PRODUCER.match(known["producer"]):
        raise RuleoutError(f"{path}: expected format 1, an origin and a producer, and nothing else", hint="Restore it.")
    return Workspace(root=root, origin=known["origin"], producer=known["producer"])


def find_workspace(start: Path) -> Workspace | None:
    """Return the workspace that `start` stands in, looking upwards; None if there is none. Effect: looks at files."""
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return open_workspace(folder)
    return None
