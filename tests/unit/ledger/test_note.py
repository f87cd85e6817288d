# SPDX-License-Identifier: Apache-2.0
"""Signed notes, verifier keys and checkpoints (L-5, L-7)."""

from __future__ import annotations

import base64

import pytest
from tests.ledger_builders import CEO, LOG, ORIGIN, RSO, FakeSigner, checkpoint_of, text64

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from ruleout.ledger.merkle import EMPTY_ROOT
from ruleout.ledger.note import is_sound_point, open_note, parse_vkey, sign_note, verifier_key

TEXT = "one\ntwo\n"
NOTE = sign_note(TEXT, LOG)
PRIME = 2**255 - 19


def refused(check: str, note: str) -> str:
    with pytest.raises(VerificationFailed) as caught:
        open_note(note, [LOG.key])
    assert check == caught.value.check
    return str(caught.value)


def test_a_key_is_read_as_it_is_written() -> None:
    """A verifier key has one spelling."""
    assert LOG.key == parse_vkey(str(LOG.key))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        str(LOG.key).replace(ORIGIN, "example.org/other"),
        str(LOG.key).replace(LOG.key.id, LOG.key.id.upper()),
        str(LOG.key)[:-1],
        str(LOG.key) + "=",
        str(LOG.key).replace(ORIGIN, "two words"),
        str(LOG.key).replace(ORIGIN, ""),
        f"x+00000000+{text64(b'')}",
        f"x+00000000+{text64(bytes([4]) + bytes(32))}",
        f"x+00000000+{text64(bytes([1]) + bytes(31))}",
        f"x+00000000+{text64(bytes([1]) + bytes(32))}",
    ],
)
def test_keys_of_another_shape_are_refused(text: str) -> None:
    """A wrong id, name, length, algorithm, or a weak key is refused as a key."""
    with pytest.raises(VerificationFailed) as caught:
        parse_vkey(text)

    assert "key" == caught.value.check


def test_weak_and_non_canonical_points_are_not_sound() -> None:
    """Points of small order, y not below the prime and other lengths are refused; an ordinary key is not."""
    eighth = LOG.public_key
    small = [y.to_bytes(32, "little") for y in (0, 1, PRIME - 1, PRIME, PRIME + 1)]

    assert is_sound_point(eighth)
    assert [False] * 5 == [is_sound_point(point) for point in small]
    assert not is_sound_point(b"\x01" + bytes(30) + b"\x80")
    assert not is_sound_point(eighth[:-1])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "x" * 201])
def test_names_that_would_break_a_line_are_refused(name: str) -> None:
    """A key's name has no space, plus or control character and is short."""
    with pytest.raises(VerificationFailed, match="key name"):
        verifier_key(name, LOG.public_key)


def test_a_note_opens_under_its_key_and_names_it() -> None:
    """The text comes back with who signed; signatures by others do not matter."""
    line = sign_note(TEXT, CEO).rpartition("\n\n")[2]

    assert (TEXT, (LOG.key,)) == open_note(NOTE, [LOG.key, RSO.key])
    assert (TEXT, (LOG.key, CEO.key)) == open_note(NOTE + line, [CEO.key, LOG.key])
    assert (TEXT, (LOG.key,)) == open_note(NOTE + line, [LOG.key])


def test_an_empty_line_in_the_text_belongs_to_the_text() -> None:
    """The last empty line separates text and signatures."""
    assert "a\n\nb\n" == open_note(sign_note("a\n\nb\n", LOG), [LOG.key])[0]


def test_a_signature_by_nobody_known_is_refused() -> None:
    """Without a known signature a note says nothing, whoever else signed."""
    assert LOG.key.key_id in refused("signature", sign_note(TEXT, CEO))
    with pytest.raises(VerificationFailed, match="no key at all"):
        open_note(NOTE, [])


def test_a_wrong_or_repeated_signature_by_a_known_key_is_refused() -> None:
    """A known key's signature must hold and stand once, even if another one holds."""
    line = NOTE.rpartition("\n\n")[2]
    material = bytearray(base64.b64decode(line.split(" ")[2]))
    material[-1] ^= 1
    wrong = f"— {ORIGIN} {text64(bytes(material))}\n"

    refused("signature", NOTE.replace("two", "tow"))
    refused("signature", NOTE + line)
    refused("signature", f"{TEXT}\n{wrong}")
    refused("signature", f"{TEXT}\n— {ORIGIN} {text64(bytes(material[:-1]))}\n")
    refused("signature", f"{TEXT}\n— {ORIGIN} {text64(bytes(material[:4]) + bytes(64))}\n")


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        NOTE + "\n",
        NOTE.replace("— ", "- "),
        NOTE.replace("two", "t\two"),
        NOTE.replace("two", "\ud800"),
        f"{TEXT}\n— {ORIGIN} AAAA\n",
        f"{TEXT}\n— {ORIGIN}\n",
        f"{TEXT}\n— {ORIGIN} not*base64\n",
        f"{TEXT}\n— {ORIGIN} AAAAAAB=\n",
        f"{TEXT}\n— a+b {text64(bytes(68))}\n",
        f"{TEXT}\n" + f"— other {text64(bytes(68))}\n" * 101,
        f"{TEXT}\n" + f"— {chr(0x20000) * 180} {text64(bytes(360))}\n" * 95,
        "x" * 70000 + NOTE,
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    """Anything but text, an empty line and signature lines is refused as a note."""
    refused("note", note)


@pytest.mark.parametrize("text", ["no newline", "", "tab\t\n", "\ud800\n"])
def test_text_that_is_no_note_is_never_signed(text: str) -> None:
    """What could not be opened is not signed."""
    with pytest.raises(ValueError, match="note text"):
        sign_note(text, LOG)


def test_a_signer_with_a_weak_key_signs_nothing() -> None:
    """The signer's key is checked as anybody's."""

    class Weak(FakeSigner):
        public_key = bytes(32)

    with pytest.raises(VerificationFailed, match="sound Ed25519 key"):
        sign_note(TEXT, Weak("weak"))


def test_a_checkpoint_comes_back_as_signed() -> None:
    """Size, root, origin and other logs' lines survive signing and opening."""
    head = Checkpoint(ORIGIN, 7, bytes(range(32)), ("extra line",))

    assert head == open_checkpoint(sign_checkpoint(head, LOG), [LOG.key], origin=ORIGIN)
    assert 0 == open_checkpoint(checkpoint_of([]), [LOG.key], origin=ORIGIN).size


def test_another_logs_checkpoint_is_refused() -> None:
    """A checkpoint counts for its own origin only, even under the right key."""
    with pytest.raises(VerificationFailed, match="expected origin") as caught:
        open_checkpoint(checkpoint_of([], origin="example.org/other"), [LOG.key], origin=ORIGIN)

    assert "checkpoint" == caught.value.check


@pytest.mark.parametrize("size", ["01", "+1", "-1", " 1", "1 ", "١", "", str(2**63), "9" * 40])
def test_sizes_have_one_spelling(size: str) -> None:
    """A size is a decimal number below 2^63 without signs, spaces or leading zeros."""
    with pytest.raises(VerificationFailed):
        parse_checkpoint(f"{ORIGIN}\n{size}\n{text64(EMPTY_ROOT)}\n")


@pytest.mark.parametrize("root", ["", "AA==", text64(bytes(31)), text64(bytes(33)), "*", text64(bytes(32))[:-1]])
def test_roots_have_32_bytes(root: str) -> None:
    """A root of another length or spelling is refused."""
    with pytest.raises(VerificationFailed):
        parse_checkpoint(f"{ORIGIN}\n7\n{root}\n")
