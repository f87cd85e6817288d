# SPDX-License-Identifier: Apache-2.0
"""Names for other formats: tokens that stay apart, UUIDs of version 5, addresses by digest (A-10)."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ruleout.reports.interop.names import NAMESPACE, digest_uri, is_sha256, name_uri, token, uuid_of

WORDS = st.lists(st.sampled_from(["a", "b", "0", "a1", "2f"]), min_size=1, max_size=3).map("-".join)
CLAUSES = WORDS | st.tuples(WORDS, WORDS).map("/".join)
ITEMS = st.tuples(st.sampled_from("0aA"), st.text("0aA.()-28", max_size=8)).map("".join)
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@settings(max_examples=30)
@given(st.sets(CLAUSES, min_size=2, max_size=8))
def test_different_clauses_have_different_tokens(names):
    """And each is a token."""
    made = {token(name) for name in names}

    assert len(made) == len(names)
    assert all(TOKEN.fullmatch(one) for one in made)


@example({"1(a", "1.a", "1)a", "1-a"})
@settings(max_examples=50)
@given(st.sets(ITEMS, min_size=2, max_size=8))
def test_different_items_have_different_tokens(names):
    """Parentheses, points and capitals included."""
    made = {token(name, prefix="sb53-") for name in names}

    assert len(made) == len(names)
    assert all(TOKEN.fullmatch(one) for one in made)


@given(st.lists(st.text(max_size=20) | st.integers(0, 9), min_size=1, max_size=4))
def test_uuids_are_of_version_5_and_follow_from_their_parts(parts):
    """Parts that run together differently are different parts."""
    assert UUID.fullmatch(uuid_of(*parts))
    assert uuid_of(*parts) == uuid_of(*parts)
    assert uuid_of("a", "bc") != uuid_of("ab", "c")


def test_an_address_by_digest_is_that_of_rfc_6920():
    """The example of its section 3, "Hello World!"."""
    digest = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"

    assert digest_uri(digest) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    assert is_sha256(digest)
    assert not is_sha256(digest.upper())


def test_what_we_name_is_a_uuid_urn_below_one_drawn_namespace():
    """Valid without any authority, and another name or version is another URN; never changed once it is out."""
    assert NAMESPACE.version == 4
    assert name_uri("predicate/decision/1") == "urn:uuid:1342e406-008b-5696-8669-5c43bf5db3d0"
    assert name_uri("oscal/1") == "urn:uuid:594874f6-c140-55c0-b3a9-f9f15105d3dc"
    assert UUID.fullmatch(name_uri("predicate/decision/2").removeprefix("urn:uuid:"))
    assert len({name_uri(f"predicate/{kind}/{n}") for kind in ("decision", "review") for n in (1, 2)}) == 4
