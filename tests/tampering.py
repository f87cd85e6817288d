# SPDX-License-Identifier: Apache-2.0
"""Named kinds of tampering with a public copy: what is changed, the step of verification that names it, and its clause.

`KINDS` is the table; docs/reference/tampering.md is made of it. Each change takes the copy's JSON value and returns another
value, or bytes. The tamperer holds neither the log's key nor an author's.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.disclosure_builders import Written, published
from tests.ledger_builders import CEO, RSO, FakeSigner, checkpoint_of

from ruleout.ledger.bundle import to_bytes
from ruleout.ledger.disclosure import digest_of_disclosure

LOG = published()
OTHER = published("example.org/other", FakeSigner("example.org/other"))
PUBLIC, STAFF, REGULATOR = (LOG.copy(audience) for audience in ("public", "staff", "regulator"))
PROOFS = LOG.copy("public", chosen=range(2, 13))
ERASED = published()  # the same log again, to find what the erasure took away
ERASED.kept["review/1"] = {**ERASED.made["review/1"].disclosures, **ERASED.made["review/1"].decoys}
NO_BUNDLE = "no bundle"

Raw = dict[str, Any]
Change = Callable[[Raw], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of tampering: its name, what it does, the step that fails, the clause, and the copy it starts from."""

    name: str
    change: Change
    step: str
    clause: str
    of: str = "public"


COPIES = {
    "public": PUBLIC,
    "proofs": PROOFS,
    "regulator": REGULATOR,
    "staff": STAFF,
}
VALUES = {name: json.loads(to_bytes(bundle)) for name, bundle in COPIES.items()}


def value_of(kind: Kind) -> Any:
    """What a kind of tampering makes of its copy."""
    return kind.change(copy.deepcopy(VALUES[kind.of]))


# --- on disclosures ---


def text_at(entry: str, path: str, log: Written = LOG) -> str:
    return log.made[entry].disclosures[log.path(entry, path)]


def parts_of(text: str) -> list[Any]:
    return list(json.loads(base64.urlsafe_b64decode(text + "==")))


def text_of(parts: Any) -> str:
    data = parts if type(parts) is bytes else json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def with_text(raw: Raw, *texts: str, without: str = "") -> Raw:
    kept = [text for text in raw["disclosures"] if text != without]
    assert len(kept) < len(raw["disclosures"]) or not without
    return {**raw, "disclosures": sorted([*kept, *texts])}


def instead(path: str, made: Callable[[list[Any]], Any], entry: str = "report/1") -> Change:
    """The disclosure at a path, remade from its parts."""

    def change(raw: Raw) -> Raw:
        old = text_at(entry, path)
        return with_text(raw, text_of(made(parts_of(old))), without=old)

    return change


def respelt(path: str, made: Callable[[str], str]) -> Change:
    """The disclosure at a path, as another text."""

    def change(raw: Raw) -> Raw:
        old = text_at("report/1", path)
        return with_text(raw, made(old), without=old)

    return change


def dropped(entry: str, path: str) -> Change:
    return lambda raw: with_text(raw, without=text_at(entry, path))


def brought(text: str) -> Change:
    return lambda raw: with_text(raw, text)


def swapped_names(raw: Raw) -> Raw:
    one, other = (text_at("report/1", f"figures.{name}") for name in ("tasks", "solved"))
    first, second = parts_of(one), parts_of(other)
    first[1], second[1] = second[1], first[1]
    return with_text(with_text(raw, text_of(first), without=one), text_of(second), without=other)


def swapped_values(raw: Raw) -> Raw:
    one, other = text_at("report/1", "title"), text_at("review/1", "text")
    first, second = parts_of(one), parts_of(other)
    first[2], second[2] = second[2], first[2]
    return with_text(with_text(raw, text_of(first), without=one), text_of(second), without=other)


def shown_decoy(raw: Raw) -> str:
    decoys = [text for made in LOG.made.values() for text in made.decoys.values()]
    return next(text for text in raw["disclosures"] if text in decoys)


def hidden_decoy() -> str:
    [digest] = LOG.beside("report/1", "sections.1.text")[:1]
    return LOG.made["report/1"].decoys[digest]


def reversed_(raw: Raw) -> Raw:
    return {**raw, "disclosures": raw["disclosures"][::-1]}


def doubled(raw: Raw) -> Raw:
    return with_text(raw, raw["disclosures"][0])


# --- on entries ---


def entry_at(raw: Raw, name: str) -> int:
    return next(i for i, text in enumerate(raw["entries"]) if json.loads(text)["id"] == name)


def rewritten(name: str, change: Callable[[dict[str, Any]], Any]) -> Change:
    """An entry changed in place, by somebody who cannot sign."""

    def made(raw: Raw) -> Raw:
        at = entry_at(raw, name)
        entry = json.loads(raw["entries"][at])
        change(entry)
        raw["entries"][at] = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return raw

    return made


def said(name: str, field: str, value: Any) -> Change:
    return rewritten(name, lambda entry: entry["subject"].__setitem__(field, value))


def removed(name: str) -> Change:
    def change(raw: Raw) -> Raw:
        del raw["entries"][entry_at(raw, name)]
        return raw

    return change


def salted(name: str, change: Callable[[list[str]], list[str]]) -> Change:
    return rewritten(name, lambda entry: entry.__setitem__("_sd", change(entry["_sd"])))


def swapped_digests(raw: Raw) -> Raw:
    report, review = (json.loads(raw["entries"][entry_at(raw, n)]) for n in ("report/1", "review/1"))
    one, other = report["_sd"][0], review["_sd"][0]
    raw = salted("report/1", lambda row: sorted([other, *row[1:]]))(raw)
    return salted("review/1", lambda row: sorted([one, *row[1:]]))(raw)


def reordered(raw: Raw) -> Raw:
    raw["entries"][2:4] = raw["entries"][3:1:-1]
    return raw


def another_logs_entry(raw: Raw) -> Raw:
    raw["entries"][2] = OTHER.entries[2].decode()
    return raw


# --- on objects, keys, the frame ---


def object_of(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def without_object(data: bytes) -> Change:
    def change(raw: Raw) -> Raw:
        del raw["objects"][object_of(data)]
        return raw

    return change


def object_says(data: bytes, other: bytes) -> Change:
    def change(raw: Raw) -> Raw:
        raw["objects"][object_of(data)] = base64.b64encode(other).decode()
        return raw

    return change


def object_replaced(raw: Raw) -> Raw:
    raw = without_object(b"why redaction/1")(raw)
    raw["objects"][object_of(b"no reason")] = base64.b64encode(b"no reason").decode()
    return raw


def objects_swapped(raw: Raw) -> Raw:
    one, other = object_of(b"why redaction/1"), object_of(b"why redaction/2")
    raw["objects"][one], raw["objects"][other] = raw["objects"][other], raw["objects"][one]
    return raw


def object_back(raw: Raw) -> Raw:
    raw["objects"][object_of(b"a log of ours")] = base64.b64encode(b"a log of ours").decode()
    return raw


def having(**fields: Any) -> Change:
    return lambda raw: {**raw, **fields}


def lacking(*fields: str, **more: Any) -> Change:
    return lambda raw: {**{name: value for name, value in raw.items() if name not in fields}, **more}


def flipped_signature(raw: Raw) -> Raw:
    note = raw["checkpoint"]
    at = note.rindex(" ") + 20
    return {**raw, "checkpoint": note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]}


def as_bytes(change: Callable[[bytes], bytes]) -> Change:
    return lambda raw: change(json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def person(raw: Raw) -> Raw:
    raw["keyring"][0]["person"] = "somebody else"
    return raw


def chosen_without(raw: Raw) -> Raw:
    raw["entries"] = [e for e in raw["entries"] if json.loads(e["entry"])["id"] != "redaction/1"]
    return raw


def proof(change: Callable[[dict[str, Any]], Any]) -> Change:
    def made(raw: Raw) -> Raw:
        change(raw["entries"][0])
        return raw

    return made


DISCLOSED, RECORD, WHY, FRAME = "L-4", "L-10", "A-8", "L-10"
_AUDIT = "full-audit"

KINDS = (
    Kind("a bit of a disclosure flipped", respelt("title", lambda t: t[:-1] + ("A" if t[-1] != "A" else "B")), "disclosures", DISCLOSED),
    Kind("a value left out", dropped("report/1", "title"), "disclosures", DISCLOSED),
    Kind("a value left out whose parts stay", dropped("report/1", "figures"), "disclosures", DISCLOSED),
    Kind("an element of an array left out", dropped("review/1", "answers.1"), "disclosures", DISCLOSED),
    Kind("a decoy left out", lambda raw: with_text(raw, without=shown_decoy(raw)), "disclosures", DISCLOSED),
    Kind("every disclosure left out", having(disclosures=[]), "disclosures", DISCLOSED),
    Kind("a disclosure twice", doubled, "disclosures", DISCLOSED),
    Kind("disclosures in another order", reversed_, "disclosures", DISCLOSED),
    Kind("a value under a new salt", instead("title", lambda p: ["A" * 22, *p[1:]]), "disclosures", DISCLOSED),
    Kind("another value under the old salt", instead("title", lambda p: [*p[:2], "All is well"]), "disclosures", DISCLOSED),
    Kind("a figure changed", instead("figures.solved", lambda p: [*p[:2], 0]), "disclosures", DISCLOSED),
    Kind("a figure made text", instead("figures.tasks", lambda p: [*p[:2], "60"]), "disclosures", DISCLOSED),
    Kind("a truth value turned", instead("figures.held", lambda p: [*p[:2], False]), "disclosures", DISCLOSED),
    Kind("a value under another name", instead("figures.solved", lambda p: [p[0], "failed", p[2]]), "disclosures", DISCLOSED),
    Kind("two values under each other's names", swapped_names, "disclosures", DISCLOSED),
    Kind("two values swapped between entries", swapped_values, "disclosures", DISCLOSED),
    Kind("a member made an element", instead("title", lambda p: [p[0], p[2]]), "disclosures", DISCLOSED),
    Kind("an element given a name", instead("answers.0", lambda p: [p[0], "x", p[1]], "review/1"), "disclosures", DISCLOSED),
    Kind("array elements swapped", instead("answers", lambda p: [*p[:2], [p[2][1], p[2][0], *p[2][2:]]], "review/1"), "disclosures", DISCLOSED),
    Kind("an element taken out of its array", instead("answers", lambda p: [*p[:2], p[2][:2]], "review/1"), "disclosures", DISCLOSED),
    Kind("an element twice in its array", instead("answers", lambda p: [*p[:2], [*p[2], p[2][0]]], "review/1"), "disclosures", DISCLOSED),
    Kind("a digest taken out of an object", instead("figures", lambda p: [*p[:2], {"_sd": p[2]["_sd"][1:]}]), "disclosures", DISCLOSED),
    Kind("an object laid open in place", instead("figures", lambda p: [*p[:2], {"_sd": [], "solved": 0}]), "disclosures", DISCLOSED),
    Kind("an array laid open in place", instead("answers", lambda p: [*p[:2], ["yes", "yes", "yes"]], "review/1"), "disclosures", DISCLOSED),
    Kind("a decoy presented as a value", lambda raw: with_text(raw, text_of([*parts_of(shown_decoy(raw)), "extra", 1]), without=shown_decoy(raw)), "disclosures", DISCLOSED),
    Kind("a value presented as a decoy", instead("title", lambda p: p[:1]), "disclosures", DISCLOSED),
    Kind("a decoy beside a redacted value shown", brought(hidden_decoy()), "disclosures", WHY),
    Kind("a decoy from nowhere", brought(text_of(["B" * 22])), "disclosures", DISCLOSED),
    Kind("a value from nowhere", brought(text_of(["B" * 22, "verdict", "safe"])), "disclosures", DISCLOSED),
    Kind("a disclosure of another log", brought(text_at("report/1", "title", OTHER)), "disclosures", DISCLOSED),
    Kind("a redacted value brought back", brought(text_at("report/1", "sections.1.text")), "disclosures", WHY),
    Kind("a value of an entry in confidence brought back", brought(text_at("incident/1", "statement")), "disclosures", WHY),
    Kind("a value below a hole brought back", brought(text_at("report/1", "sections.3.text")), "disclosures", DISCLOSED),
    Kind("an erased value brought back", brought(text_at("review/1", "author", ERASED)), "disclosures", DISCLOSED),
    Kind("the staff's disclosures in a public copy", lambda raw: {**raw, "disclosures": VALUES["staff"]["disclosures"]}, "disclosures", WHY),
    Kind("padding at the end of a disclosure", respelt("title", lambda t: t + "="), "disclosures", DISCLOSED),
    Kind("a disclosure in the other alphabet", respelt("title", lambda t: t + "+/"), "disclosures", DISCLOSED),
    Kind("spaces within a disclosure's JSON", instead("title", lambda p: json.dumps(p).encode()), "disclosures", DISCLOSED),
    Kind("a needless escape within a disclosure's JSON", instead("title", lambda p: f'["{p[0]}","\\u0074itle","{p[2]}"]'.encode()), "disclosures", DISCLOSED),
    Kind("a disclosure that is no JSON", brought(text_of(b"title: fine")), "disclosures", DISCLOSED),
    Kind("a disclosure of four parts", instead("title", lambda p: [*p, "more"]), "disclosures", DISCLOSED),
    Kind("a figure with a point", instead("figures.solved", lambda p: [*p[:2], 0.1]), "disclosures", DISCLOSED),
    Kind("a figure beyond 2^53", instead("figures.solved", lambda p: [*p[:2], 2**53]), "disclosures", DISCLOSED),
    Kind("a salt of fewer bits", instead("title", lambda p: [p[0][:8], *p[1:]]), "disclosures", DISCLOSED),
    Kind("a reserved name", instead("title", lambda p: [p[0], "_sd", p[2]]), "disclosures", DISCLOSED),
    Kind("a disclosure that is no text", having(disclosures=[1]), NO_BUNDLE, FRAME),
    Kind("a digest of the entry left out", salted("report/1", lambda row: row[1:]), _AUDIT, RECORD),
    Kind("a digest added to the entry", salted("report/1", lambda row: sorted([*row, digest_of_disclosure(text_of(["C" * 22]))])), _AUDIT, RECORD),
    Kind("digests of the entry in another order", salted("report/1", lambda row: row[::-1]), "entries", "L-1"),
    Kind("digests swapped between entries", swapped_digests, _AUDIT, RECORD),
    Kind("a redaction taken out of the log", removed("redaction/1"), _AUDIT, RECORD),
    Kind("a redaction made one of another digest", said("redaction/1", "digests", ["A" * 43]), _AUDIT, RECORD),
    Kind("a redaction made one of another entry", said("redaction/1", "entry", "review/1"), _AUDIT, RECORD),
    Kind("a redaction's class changed", said("redaction/1", "class", "national-security"), _AUDIT, RECORD),
    Kind("a redaction's audiences changed", said("redaction/2", "audiences", ["public", "regulator", "reviewer"]), _AUDIT, RECORD),
    Kind("a redaction called not material", said("redaction/1", "material", True), _AUDIT, RECORD),
    Kind("a day of review moved", said("redaction/1", "review_by", "2099-01-01"), _AUDIT, RECORD),
    Kind("a redaction's authority changed", said("redaction/1", "authority", "board"), "authors", "L-3"),
    Kind("a redaction's signature taken off", rewritten("redaction/1", lambda entry: entry.__setitem__("sigs", [])), "authors", "L-3"),
    Kind("a lift taken out of the log", removed("redaction/4"), _AUDIT, RECORD),
    Kind("a lift made one of another redaction", said("redaction/4", "lifts", "redaction/1"), _AUDIT, RECORD),
    Kind("an erasure taken out of the log", removed("erasure/1"), _AUDIT, RECORD),
    Kind("an erasure's ground changed", said("erasure/1", "ground", "recorded-in-error"), _AUDIT, RECORD),
    Kind("an erasure widened", said("erasure/1", "digests", [LOG.path("review/1", "text")]), _AUDIT, RECORD),
    Kind("an entry of another log", another_logs_entry, _AUDIT, RECORD),
    Kind("entries in another order", reordered, _AUDIT, RECORD),
    Kind("the last entries cut off", lambda raw: {**raw, "entries": raw["entries"][:-3]}, _AUDIT, RECORD),
    Kind("a justification edited", object_says(b"why redaction/1", b"why redaction/1!"), "objects", WHY),
    Kind("a justification left out", without_object(b"why redaction/1"), "objects", WHY),
    Kind("a justification replaced by another text", object_replaced, "objects", WHY),
    Kind("two justifications swapped", objects_swapped, "objects", WHY),
    Kind("an erasure's reason left out", without_object(b"why erasure/1"), "disclosures", WHY),
    Kind("an object left out", without_object(b"rules"), "objects", RECORD),
    Kind("an object edited", object_says(b"rules", b"rulez"), "objects", RECORD),
    Kind("a hidden object brought back", object_back, "objects", WHY),
    Kind("a public copy called the staff's", having(audience="staff"), "disclosures", WHY),
    Kind("a public copy called nobody's", having(audience=None), "disclosures", WHY),
    Kind("a regulator's copy called public", having(audience="public"), "disclosures", WHY, "regulator"),
    Kind("an audience that there is not", having(audience="friends"), NO_BUNDLE, FRAME),
    Kind("an older format without disclosures", lacking("disclosures", "audience", "policy", format="ruleout-bundle/1"), "disclosures", FRAME),
    Kind("a format that there is not", having(format="ruleout-bundle/9"), NO_BUNDLE, FRAME),
    Kind("the field of disclosures left out", lacking("disclosures"), NO_BUNDLE, FRAME),
    Kind("a field too many", having(verdict="safe"), NO_BUNDLE, FRAME),
    Kind("a policy that is no text", having(policy=2), NO_BUNDLE, FRAME),
    Kind("the file cut short", as_bytes(lambda data: data[: len(data) // 2]), NO_BUNDLE, FRAME),
    Kind("bytes after the end", as_bytes(lambda data: data + b" "), NO_BUNDLE, FRAME),
    Kind("the file reformatted", as_bytes(lambda data: json.dumps(json.loads(data), indent=1).encode()), NO_BUNDLE, FRAME),
    Kind("the checkpoint of another log", having(checkpoint=checkpoint_of(OTHER.entries, OTHER.log, OTHER.origin)), "signature", RECORD),
    Kind("an earlier checkpoint of this log", having(checkpoint=checkpoint_of(LOG.entries[:5])), _AUDIT, RECORD),
    Kind("a checkpoint signed by another key", having(checkpoint=checkpoint_of(LOG.entries, CEO)), "signature", RECORD),
    Kind("the checkpoint's signature changed", flipped_signature, "signature", RECORD),
    Kind("another origin", having(origin="example.org/mine"), "signature", RECORD),
    Kind("the log's key replaced", having(vkeys=[str(RSO.key)]), "signature", RECORD),
    Kind("a person of the keyring changed", person, "keyring", "L-7"),
    Kind("the keyring emptied", having(keyring=[]), "authors", "L-3"),
    Kind("a redaction left out of chosen entries", chosen_without, "disclosures", WHY, "proofs"),
    Kind("a chosen entry under another index", proof(lambda entry: entry.__setitem__("index", 1)), "inclusion", RECORD, "proofs"),
    Kind("a chosen entry's proof cut", proof(lambda entry: entry["proof"].pop()), "inclusion", RECORD, "proofs"),
    Kind("chosen entries in another order", lambda raw: {**raw, "entries": raw["entries"][::-1]}, "inclusion", RECORD, "proofs"),
)  # fmt: skip
