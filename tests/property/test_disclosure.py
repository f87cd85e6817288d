# SPDX-License-Identifier: Apache-2.0
"""Laws of disclosures (L-4): what is sealed comes back, what is held back is a hole, and nothing else fits its place."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import VerificationFailed
from ruleout.ledger.disclosure import Hidden, Sealed, digest_of_disclosure, named_in, parse_disclosure, reveal, seal

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8).filter(
    lambda name: name not in ("_sd", "...") and not name.startswith("?")
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=20
)
OBJECTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5)


def counted() -> Callable[[], str]:
    """Salts that differ: numbers, in the form of salts."""
    number = iter(range(10**9))
    return lambda: base64.urlsafe_b64encode(next(number).to_bytes(16, "big")).rstrip(b"=").decode("ascii")


def sealed(members: Mapping[str, Any], decoys: int = 2) -> Sealed:
    return seal(members, salt=counted(), decoys=decoys)


def everything(made: Sealed) -> dict[str, str]:
    return {**made.disclosures, **made.decoys}


def frozen(value: Any) -> Any:
    """The value with its lists as tuples, as `reveal` gives it."""
    if isinstance(value, dict):
        return {name: frozen(item) for name, item in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def holes(value: Any) -> set[str]:
    if isinstance(value, Hidden):
        return {value.digest}
    if isinstance(value, Mapping):
        return {hole for item in value.values() for hole in holes(item)}
    return {hole for item in value for hole in holes(item)} if isinstance(value, tuple) else set()


@given(members=OBJECTS, decoys=st.integers(0, 3))
def test_what_is_sealed_comes_back_whole(members: dict[str, Any], decoys: int) -> None:
    made = sealed(members, decoys)
    assert reveal(made.digests, everything(made)) == frozen(members)
    assert sorted(made.digests) == list(made.digests)
    assert len(made.digests) == len(members) + decoys


@given(members=OBJECTS, data=st.data())
def test_what_is_held_back_is_a_hole_and_the_rest_stands(members: dict[str, Any], data: st.DataObject) -> None:
    """A hole hides what is below it too; every other value is there as it was."""
    made = sealed(members)
    held_back = data.draw(st.sets(st.sampled_from(sorted(made.disclosures)), min_size=1))
    found = holes(reveal(made.digests, {d: text for d, text in everything(made).items() if d not in held_back}))
    below = {name for digest in held_back for name in _all_below(made, digest)}
    assert found - made.decoys.keys() == held_back - below


def _all_below(made: Sealed, digest: str) -> set[str]:
    named = named_in(parse_disclosure(made.disclosures[digest]))
    deeper = {inner for name in named if name in made.disclosures for inner in _all_below(made, name)}
    return set(named) | deeper


@given(members=OBJECTS, data=st.data())
def test_another_disclosure_never_fits(members: dict[str, Any], data: st.DataObject) -> None:
    """Under a digest stands the disclosure it was made of and no other: a changed text is refused."""
    made = sealed(members)
    digest = data.draw(st.sampled_from(sorted(made.disclosures)))
    text = made.disclosures[digest]
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(VerificationFailed, match="disclosures"):
        reveal(made.digests, {**everything(made), digest: changed})


@given(members=OBJECTS)
def test_no_value_and_no_name_is_in_the_digests(members: dict[str, Any]) -> None:
    """The same object sealed with other salts shares no digest: nothing can be guessed by trying values."""
    first, numbers = sealed(members), counted()
    for _ in range(1000):
        numbers()
    second = seal(members, salt=numbers)
    assert not set(first.digests) & set(second.digests)


@pytest.mark.parametrize(
    "value", [{"a": 1.5}, {"a": {1, 2}}, {"_sd": 1}, {"...": 1}, {"?x": 1}, {"ä": 1}, {"": 1}, {"a": b"x"}, {1: 2}]
)
def test_what_cannot_be_disclosed_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        sealed(value)


def test_a_salt_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="salt"):
        seal({"a": ["x", "x"]}, salt=lambda: "A" * 22)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e30",
        base64.urlsafe_b64encode(b'["short","a",1]').decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","a",1.5]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b", "a",1]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","_sd",1]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","a",{"b":1}]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","a",[1]]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","a",1,2]' % (b"A" * 22)).decode().rstrip("="),
        base64.urlsafe_b64encode(b'["%b","a",9007199254740992]' % (b"A" * 22)).decode().rstrip("="),
    ],
)
def test_a_malformed_disclosure_is_refused(text: str) -> None:
    with pytest.raises(VerificationFailed, match="disclosures"):
        reveal([digest_of_disclosure(text)], {digest_of_disclosure(text): text})


def test_a_value_is_in_its_place_only() -> None:
    """A member is no element, an element no member, and a digest that is named twice is refused."""
    made = sealed({"a": ["x"], "b": 1}, decoys=0)
    [element] = [d for d in made.disclosures if made.paths[d] == "a.0"]
    [member] = [d for d in made.disclosures if made.paths[d] == "b"]
    for digests in ([element], [member, member]):
        with pytest.raises(VerificationFailed, match="disclosures"):
            reveal(digests, made.disclosures)
