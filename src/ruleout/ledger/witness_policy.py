# SPDX-License-Identifier: Apache-2.0
"""Which witnesses count and how many are needed, by C2SP tlog-policy; and who of them signed a checkpoint (L-8).

A policy is text: `log VKEY`, `witness NAME VKEY [URL]`, `group NAME K MEMBER...`, `quorum NAME`. Every key stands in it
once, so no witness counts twice; a policy that asks for nobody is never met. Who keeps which key, only its author knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ruleout.errors import VerificationFailed
from ruleout.ledger.cosignature import CosignerKey, LogKey, parse_cosigner_key, parse_log_key, time_of
from ruleout.ledger.note import NoteKey, signatures_of

MAX_BYTES = 256 * 1024
MAX_NAMES = 64
_WORDS = {"all": -1, "any": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness by its name in the policy, its key, and the address of its server, "" if none is stated."""

    name: str
    key: CosignerKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group counts as a witness where `needed` of its members do."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """What a policy says. `quorum` names a witness or a group, or is "none"."""

    witnesses: tuple[Witness, ...]
    groups: Mapping[str, Group]
    quorum: str
    logs: tuple[LogKey, ...] = ()

    @property
    def needed(self) -> int:
        """How many members of the quorum must have signed."""
        return self.groups[self.quorum].needed if self.quorum in self.groups else int(self.quorum != "none")

    def count(self, signed: Collection[str]) -> int:
        """Return how many members of the quorum count, where the witnesses named in `signed` did sign. Pure."""
        members = self.groups[self.quorum].members if self.quorum in self.groups else (self.quorum,)
        return len(self._counting(signed).intersection(members))

    def is_met(self, signed: Collection[str]) -> bool:
        """Say whether the witnesses named in `signed` are a quorum; nobody is none. Pure."""
        return self.quorum != "none" and self.quorum in self._counting(signed)

    def _counting(self, signed: Collection[str]) -> frozenset[str]:
        """The names that count. A group names only what stands above it, and each is counted once: a short text can nest many."""
        names = set(signed)
        for name, group in self.groups.items():
            if len(names.intersection(group.members)) >= group.needed:
                names.add(name)
        return frozenset(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessing:
    """Who of a policy's witnesses signed a checkpoint, and when: seconds since 1970, by name."""

    policy: WitnessPolicy
    times: Mapping[str, int]

    @property
    def is_met(self) -> bool:
        """Whether they are a quorum."""
        return self.policy.is_met(self.times)

    def met_before(self, instant: datetime) -> bool:
        """Say whether those who signed before an instant are a quorum. Pure."""
        limit = instant.timestamp()
        return self.policy.is_met([name for name, time in self.times.items() if time < limit])

    @property
    def words(self) -> str:
        """What is to be said wherever the checkpoint is shown."""
        told = f"{self.policy.count(self.times)} of {self.policy.needed} needed"
        if not self.is_met:
            return f"unwitnessed: {told}"
        seen = ", ".join(f"{name} at {_instant(time)}" for name, time in sorted(self.times.items()))
        return f"witnessed: {told}: {seen}"


def witnessing_of(note: str, policy: WitnessPolicy, *, log_keys: Iterable[NoteKey]) -> Witnessing:
    """Return who of the policy's witnesses signed a checkpoint. Pure.

    Raises:
        VerificationFailed: check "witnesses"; a signature by one of them is wrong or says no time, or a witness is the
            log itself. Check "note" for a malformed note.

    Source: L-8.
    """
    own = {key.public_key for key in log_keys}
    for witness in policy.witnesses:
        if witness.key.public_key in own:
            raise VerificationFailed("witnesses", f"expected witnesses other than the log itself, got {witness.name!r}")
    names = {witness.key: witness.name for witness in policy.witnesses}
    try:
        _, signed = signatures_of(note, names)
    except VerificationFailed as error:
        raise VerificationFailed("witnesses", str(error)) from error
    times = {names[key]: time_of(signature) for key, signature in signed.items()}
    if not all(times.values()):
        raise VerificationFailed("witnesses", "expected cosignatures that state when, got one at time 0")
    return Witnessing(policy=policy, times=times)


def policy_text(witnesses: Sequence[Witness], needed: int) -> str:
    """Return the policy "so many of these" as text, which `parse_policy` reads. Pure."""
    lines = [f"witness {w.name} {w.key} {w.url}".rstrip() for w in witnesses]
    members = " ".join(w.name for w in witnesses)
    return "".join(f"{line}\n" for line in (*lines, f"group quorum-of-all {needed} {members}", "quorum quorum-of-all"))


def parse_policy(text: str) -> WitnessPolicy:
    """Return what a policy's text says. Pure; bounded.

    Raises:
        VerificationFailed: check "policy", with the line; check "key" for a bad key.

    Source: C2SP tlog-policy.
    """
    if len(text) > MAX_BYTES or any(ord(char) < 0x20 and char not in "\t\n" for char in text):
        raise VerificationFailed(
            "policy", f"expected text of at most {MAX_BYTES} characters without control characters"
        )
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            reader.take(number, words)
    return reader.result()


class _Reader:
    """Collects the lines of a policy; each may name only what stands before it."""

    def __init__(self) -> None:
        self._logs: dict[str, LogKey] = {}
        self._witnesses: list[Witness] = []
        self._groups: dict[str, Group] = {}
        self._quorum = ""
        self._keys: set[bytes] = set()

    def take(self, number: int, words: list[str]) -> None:
        take = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._set_quorum}
        if words[0] not in take or len(self._names()) + len(self._logs) > 2 * MAX_NAMES:
            raise self._refusal(number, "log, witness, group or quorum, not too many", words[0])
        take[words[0]](number, words[1:])

    def result(self) -> WitnessPolicy:
        if not self._quorum:
            raise VerificationFailed("policy", "expected one quorum line, got none")
        return WitnessPolicy(
            witnesses=tuple(self._witnesses), groups=self._groups, quorum=self._quorum, logs=tuple(self._logs.values())
        )

    def _log(self, number: int, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise self._refusal(number, "log VKEY [URL]", " ".join(words))
        key = parse_log_key(words[0])
        self._logs[key.key_id] = key

    def _witness(self, number: int, words: list[str]) -> None:
        if len(words) not in (2, 3) or words[0] in {*self._names(), "none"}:
            raise self._refusal(number, "witness NAME VKEY [URL] under a new name", " ".join(words))
        witness = Witness(name=words[0], key=parse_cosigner_key(words[1]), url=words[2] if len(words) == 3 else "")
        if witness.key.public_key in self._keys:
            raise self._refusal(number, "a key that no other witness has", words[0])
        self._keys.add(witness.key.public_key)
        self._witnesses.append(witness)

    def _group(self, number: int, words: list[str]) -> None:
        members = tuple(words[2:])
        known = len(set(members)) == len(members) and {*members} <= self._names()
        if len(words) < 3 or words[0] in {*self._names(), "none"} or not known:
            raise self._refusal(number, "group NAME K MEMBER... of names above", " ".join(words))
        is_count = words[1].isascii() and words[1].isdecimal() and len(words[1]) < 4
        count = _WORDS.get(words[1], int(words[1]) if is_count else 0)
        needed = len(members) if count == -1 else count
        if not 1 <= needed <= len(members):
            raise self._refusal(number, f"all, any or 1 to {len(members)}", words[1])
        self._groups[words[0]] = Group(needed=needed, members=members)

    def _set_quorum(self, number: int, words: list[str]) -> None:
        if self._quorum or len(words) != 1 or words[0] not in {*self._names(), "none"}:
            raise self._refusal(number, "one quorum line that names a witness or group above, or none", " ".join(words))
        self._quorum = words[0]

    def _names(self) -> set[str]:
        return {*self._groups, *(witness.name for witness in self._witnesses)}

    @staticmethod
    def _refusal(number: int, expected: str, got: str) -> VerificationFailed:
        return VerificationFailed(
            "policy", f"line {number}: expected {expected}, got {got[:80]!r}", hint="See docs/guide/witnesses.md."
        )


def _instant(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
