# SPDX-License-Identifier: Apache-2.0
"""Where a workspace's kills stand: the store, the keyring that counts, this host's page, words, proposals."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, write_object
from ruleout.adapters.files import read_bounded
from ruleout.adapters.kill.agent import Agent, Places
from ruleout.adapters.kill.file_store import FileStore
from ruleout.adapters.kill.granted import GrantFolder
from ruleout.adapters.kill.postgres_store import PostgresStore
from ruleout.adapters.kill.store import EpochStore
from ruleout.app.keyring import read_keyring
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger import Keyring
from ruleout.serving.epoch import SignedEpoch, check_successor, from_file, signers_of

FOLDER = "gateway"
_MOST_WORDS = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A workspace's kills. `folder` is this host's; `store` may be everybody's."""

    folder: Path
    store: EpochStore
    keyring: Callable[[], Keyring]

    @property
    def places(self) -> Places:
        """Page and sockets of this host's gateway."""
        return Places(folder=self.folder / "run")

    @property
    def grants(self) -> GrantFolder:
        """Degraded grants of this host."""
        return GrantFolder(path=self.folder / "degraded")

    @property
    def proposals(self) -> Path:
        """Epochs and degraded grants that one person has signed and a second has not."""
        return self.folder / "proposals"

    def keep_words(self, words: str) -> None:
        """Keep the words of a reason beside the store, under their digest, if the disk lets us. Effect: writes."""
        with contextlib.suppress(OSError):  # what is in force is in force without its words
            write_object(self.folder / "words" / digest_of(words), (_data_of(words),), SystemFiles())

    def words(self, digest: str) -> str | None:
        """Return the words of a reason, None if they are not here or are not those. Effect: reads."""
        try:
            data = read_bounded(self.folder / "words" / digest, limit_bytes=_MOST_WORDS, what="reason")
        except (RuleoutError, OSError):
            return None
        return data.decode("utf-8", "replace") if hashlib.sha256(data).hexdigest() == digest else None


def digest_of(words: str) -> str:
    """Return the digest under which the words of a reason are kept. Pure."""
    return hashlib.sha256(_data_of(words)).hexdigest()


def _data_of(words: str) -> bytes:
    """The words of a reason as they are kept; what a terminal of another encoding sent stands as `?`, and holds up no kill."""
    return words.encode("utf-8", "replace")


def site_of(workspace: Workspace, store: str | None) -> Site:
    """Return where a workspace's kills stand. Effect: none yet.

    Args:
        store: how PostgreSQL is reached (a conninfo or an address); None for files in the workspace.
    """
    folder = workspace.root / FOLDER
    made: EpochStore = FileStore(folder / "epochs") if store is None else PostgresStore(store)
    return Site(folder=folder, store=made, keyring=lambda: read_keyring(workspace.keyring))


def agent_of(site: Site) -> Agent:
    """Return this host's agent; the gateway runs it in a process of its own. Effect: none yet."""
    return Agent(store=site.store, places=site.places, keyring=site.keyring)


def has_state(folder: Path) -> bool:
    """Return whether files in a folder of kills hold any state: without one nothing is served. Effect: reads names."""
    return FileStore(folder / "epochs").newest() is not None


def chain(site: Site) -> list[SignedEpoch]:
    """Return every epoch from the first, each checked against the one before. Effect: reads store and keyring.

    Raises:
        StoreUnavailable: the store does not answer.
        VerificationFailed: one is not as it should be.
    """
    keyring, found = site.keyring(), list[SignedEpoch]()
    while some := site.store.history(len(found) + 1):
        for data in some:
            after = from_file(data)
            check_successor(found[-1] if found else None, after, keyring)
            found.append(after)
    return found


def latest(site: Site) -> SignedEpoch | None:
    """Return the newest epoch, its signatures checked, None for no state; what came before it is not read. Effect: reads.

    Enough to take something away, and as fast after a thousand epochs as after one: what follows a wrong epoch, no agent accepts.

    Raises: as `chain`.
    """
    newest = site.store.newest()
    if newest is None:
        return None
    found = from_file(newest[1])
    signers_of(found, site.keyring())
    if found.epoch.number != newest[0]:
        raise VerificationFailed(
            "epoch", f"expected epoch {newest[0]}, got {found.epoch.number}", hint="Restore the state."
        )
    return found
