# SPDX-License-Identifier: Apache-2.0
"""A sealed page carries each part once, and nothing in it changes unseen; the one-file verifier agrees (A-9, L-10)."""

from __future__ import annotations

import hashlib
import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest
from tests.ledger_builders import bundle_of, chain

from ruleout.errors import VerificationFailed
from ruleout.ledger.bundle import to_bytes
from ruleout.ledger.entry import EntryType
from ruleout.ledger.sealed import begin, is_page, open_sealed, page_digest, sealed_block, with_manifest
from ruleout.model.canonical import canonical

TOOL = Path(__file__).resolve().parents[3] / "tools" / "ruleout_verify.py"
BUNDLE = to_bytes(bundle_of(chain((EntryType.FRAMEWORK, EntryType.KEY))))
VERIFIER = b"print('verifier')\n"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ruleout_verify_sealed", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SINGLE = load()


def sealed(words: str = "Some words.", **more: object) -> bytes:
    parts = sealed_block("manifest", b""), sealed_block("bundle", BUNDLE), sealed_block("verifier", VERIFIER)
    page = f"<!doctype html>\n<p>{words}</p>\n{''.join(parts)}\n".encode()
    named = {"bundle": BUNDLE, "verifier": VERIFIER}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in named.items()}
    return with_manifest(page, canonical({**digests, "page": page_digest(page), **more}))


def both_refuse(page: bytes) -> bool:
    """Whether the library refuses a page; the tool must say the same."""
    try:
        open_sealed(page)
    except VerificationFailed:
        refused = True
    else:
        refused = False
    try:
        SINGLE.open_page(page)
    except SINGLE.BadInput:
        assert refused
    else:
        assert not refused
    return refused


def test_what_was_sealed_comes_out():
    """Parts, byte for byte, and the digest of the manifest."""
    found = open_sealed(sealed())

    assert (BUNDLE, VERIFIER) == (found.bundle, found.verifier)
    assert (found.bundle, found.digest) == SINGLE.open_page(sealed())
    assert found.digest == hashlib.sha256(found.manifest).hexdigest()
    assert is_page(sealed())
    assert not is_page(BUNDLE)


@pytest.mark.parametrize(("told", "refused"), [({"of": ["a"]}, False), ({"of": [["a"]]}, True)])
def test_a_manifest_is_as_deep_to_both(told, refused):
    """Three levels and no more."""
    assert both_refuse(sealed(more=told)) is refused


PLANTED = sealed_block("bundle", b"{}").encode()


@pytest.mark.parametrize(
    "planted",
    [
        PLANTED,
        PLANTED.replace(b"<script", b"<SCRIPT"),
        PLANTED.replace(b' id="sealed-bundle"', b"").replace(b"<script", b"<script id=sealed-bundle"),
        PLANTED.replace(b"<script ", b"<script\n\t"),
        sealed_block("manifest", b"{}").encode(),
        b"<b>",
    ],
)
def test_nothing_can_be_planted_before_or_after(planted):
    """A second part in any spelling, or any other word in the page, is refused."""
    page = sealed()

    assert both_refuse(page.replace(b"<p>", planted + b"<p>"))
    assert both_refuse(page + planted)


def test_a_second_bundle_is_refused_even_if_the_manifest_names_the_page():
    """Whoever makes the whole page anew still gets no page accepted that holds two."""
    page = sealed().replace(b"<p>", PLANTED.replace(b"<script", b"<SCRIPT") + b"<p>")
    start = page.index(begin("manifest").encode()) + len(begin("manifest"))
    end = page.index(b"</script>", start)
    named = {"bundle": hashlib.sha256(BUNDLE).hexdigest(), "verifier": hashlib.sha256(VERIFIER).hexdigest()}
    page = page[:start] + page[end:]

    assert both_refuse(with_manifest(page, canonical({**named, "page": page_digest(page)})))


def test_any_changed_byte_outside_the_manifest_is_found():
    """A changed letter anywhere is refused; inside the manifest it gives another digest or is refused."""
    page, digest = sealed(), open_sealed(sealed()).digest
    rng = random.Random(7)
    start = page.index(begin("manifest").encode()) + len(begin("manifest"))
    end = page.index(b"</script>", start)
    for _ in range(200):
        at = rng.randrange(len(page))
        changed = page[:at] + bytes([page[at] ^ 1 << rng.randrange(7)]) + page[at + 1 :]
        assert both_refuse(changed) or (start <= at < end and open_sealed(changed).digest != digest)


@pytest.mark.parametrize("cut", ["manifest", "bundle", "verifier"])
def test_a_missing_part_is_refused(cut):
    """Each of the three has to be there."""
    page = sealed()
    start = page.index(begin(cut).encode())

    assert both_refuse(page[:start] + page[page.index(b"</script>", start) + len(b"</script>") :])


def test_words_that_look_like_marks_are_words():
    """A report may speak of scripts and bundles: escaped text is no element."""
    assert not both_refuse(
        sealed("&lt;script type=&quot;application/vnd.ruleout.bundle;base64&quot;&gt; sealed-bundle")
    )
