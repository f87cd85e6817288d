# SPDX-License-Identifier: Apache-2.0
"""The folder: one file per call that waits, one per answer and key. What has ended is moved away, never used again.

`waiting/ID.json` is a question, `answers/ID.KEY.json` an answer, `ended/ID.json` how a question ended. Each file is written
whole and synced before it has its name. Whoever may write here may not approve: answers count by their signatures.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from ruleout.adapters.files import make_folder, read_bounded, replace_file, write_new
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.model.canonical import canonical
from ruleout.serving.approvals.answer import MOST_BYTES as MOST_ANSWER_BYTES
from ruleout.serving.approvals.asking import MOST_BYTES, Asking, asking_bytes, parse_asking

MOST_WAITING = 1000
_NAME = re.compile(r"([0-9a-f]{32})\.json")
_ANSWER = re.compile(r"([0-9a-f]{32})\.[0-9a-f]{8}\.json")


class ApprovalFolder:
    """The files of calls that wait, for gateways and for the people who answer."""

    def __init__(self, root: Path) -> None:
        """Name the folder; `make` makes it."""
        self.waiting, self.answers, self.ended = root / "waiting", root / "answers", root / "ended"

    def make(self) -> None:
        """Make the folder, readable by its owner and group alone. Effect: writes."""
        for folder in (self.waiting, self.answers, self.ended):
            make_folder(folder, mode=0o770)

    def ask(self, asking: Asking) -> None:
        """Keep a question, durably. Effect: writes a file.

        Raises:
            RuleoutError: too many wait already, or it cannot be written; then nobody is asked.
        """
        if sum(1 for _ in self.waiting.iterdir()) >= MOST_WAITING:
            raise RuleoutError(f"expected at most {MOST_WAITING} calls to wait, got more", hint="Answer some first.")
        replace_file(self.waiting / f"{asking.id}.json", asking_bytes(asking))

    def asked(self) -> tuple[Asking, ...]:
        """Return the questions that wait, by instant; files that are no questions are not among them. Effect: reads."""
        found = []
        for path in self.waiting.iterdir() if self.waiting.is_dir() else ():
            with contextlib.suppress(NotFound, VerificationFailed):
                match = _NAME.fullmatch(path.name)
                if match and not path.is_symlink():
                    found.append(self.question(match[1]))
        return tuple(sorted(found, key=lambda one: (one.asked, one.id)))

    def question(self, id_: str) -> Asking:
        """Return one question that waits. Effect: reads a file.

        Raises:
            NotFound: none of this id waits.
            VerificationFailed: its file is not what a gateway wrote.
        """
        if not re.fullmatch(r"[0-9a-f]{32}", id_):
            raise NotFound(
                f"expected the id of a call that waits, got {id_[:80]!r}", hint="See `ruleout tools waiting`."
            )
        path = self.waiting / f"{id_}.json"
        if not path.exists():
            raise NotFound(
                f"{id_} does not wait, or not any more", hint="See `ruleout tools waiting`: a call that ended is over."
            )
        data = read_bounded(path, limit_bytes=MOST_BYTES, what="call that waits")
        asking = parse_asking(data)
        if asking.id != id_:
            raise VerificationFailed("tool-call", f"expected the call {id_}, got {asking.id}")
        return asking

    def answer(self, id_: str, key_id: str, data: bytes) -> None:
        """Keep an answer; a key answers once. Effect: writes a file durably.

        Raises:
            RuleoutError: this key has answered already, or it cannot be written.
        """
        # Beside first: a gateway must never read half an answer.
        name = f"{id_}.{key_id.rpartition('+')[2]}.json"
        write_new(self.answers / f".{name}.new", data)
        try:
            (self.answers / name).hardlink_to(self.answers / f".{name}.new")
        except FileExistsError as error:
            hint = "A key answers once; another person may still deny."
            raise RuleoutError(f"{key_id} has answered {id_} already", hint=hint) from error
        finally:
            (self.answers / f".{name}.new").unlink(missing_ok=True)

    def answers_by_id(self) -> dict[str, list[bytes]]:
        """Return the bytes of every answer by its question's id. Effect: reads the files; those unread are left out."""
        found: dict[str, list[bytes]] = {}
        for path in self.answers.iterdir():
            match = _ANSWER.fullmatch(path.name)
            if match and not path.is_symlink():
                with contextlib.suppress(RuleoutError):
                    data = read_bounded(path, limit_bytes=MOST_ANSWER_BYTES, what="answer")
                    found.setdefault(match[1], []).append(data)
        return found

    def end(self, asking: Asking, how: str) -> None:
        """Note how a question ended and take it and its answers away. Effect: writes and removes files."""
        replace_file(self.ended / f"{asking.id}.json", canonical({"how": how, "id": asking.id, "tool": asking.tool}))
        (self.waiting / f"{asking.id}.json").unlink(missing_ok=True)
        for path in self.answers.glob(f"{asking.id}.*.json"):
            path.unlink(missing_ok=True)
