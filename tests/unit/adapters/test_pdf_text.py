# SPDX-License-Identifier: Apache-2.0
"""Text of a copy that somebody brings: PDFs are read, damaged ones refused, nothing crashes."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from ruleout.adapters.pdf_text import document_readings
from ruleout.errors import RuleoutError
from ruleout.framework.anchors import anchor_of, find_anchors

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: PDFs cannot be read here")
LINES = ("A model that may pass the thres-", "hold is held back until the", "guards are in place.")


def pdf(*pages: tuple[str, ...]) -> bytes:
    """A PDF of plain text made by hand, one tuple of lines per page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        content = f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
        objects.append((page + "/Resources << /Font << /F1 3 0 R >> >> >>").encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, places = b"%PDF-1.4\n", []
    for index, data in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (index, data)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + tail


def test_a_sentence_of_a_pdf_is_found_over_lines_and_pages() -> None:
    """Hyphenated at a line's end, and broken by a page."""
    sentence = "A model that may pass the threshold is held back until the guards are in place."
    anchor = anchor_of(sentence)
    for pages in ((LINES,), (LINES[:2], LINES[2:])):
        readings = list(document_readings(pdf(*pages), name="copy.pdf"))

        assert len(readings) == 2
        assert all(anchor in find_anchors(text, frozenset({anchor})).found for text in readings)


def test_pages_are_told_apart() -> None:
    """A form feed stands between them."""
    first = next(document_readings(pdf(("One.",), ("Two.",), ("Three.",)), name="copy.pdf"))

    assert [page.strip() for page in first.split("\f")] == ["One.", "Two.", "Three."]


def test_plain_text_is_itself() -> None:
    """With or without a byte-order mark."""
    assert list(document_readings(b"\xef\xbb\xbfText.", name="copy.txt")) == ["Text."]


def test_a_damaged_pdf_is_refused_or_read_but_never_crashes() -> None:
    """Cut and flipped at many places: text or an expected failure, nothing else."""
    whole, chance = pdf(LINES, ("Second page.",)), random.Random(7)
    for _ in range(60):
        data = bytearray(whole[: chance.randrange(20, len(whole))])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(9, len(data))] = chance.randrange(256)
        with suppress(RuleoutError):
            assert all(isinstance(text, str) for text in document_readings(bytes(data), name="copy.pdf"))


def test_what_is_no_pdf_inside_is_refused_with_advice() -> None:
    """The message says what to bring instead."""
    with pytest.raises(RuleoutError) as caught:
        next(document_readings(b"%PDF-1.7 and nothing else", name="copy.pdf"))

    assert "UTF-8" in caught.value.hint
