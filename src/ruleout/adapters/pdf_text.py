# SPDX-License-Identifier: Apache-2.0
"""The text of a document that somebody brings: a PDF or plain text, pages separated by form feeds.

A PDF is read twice, in the order in which its text was written and as it lies on the page: which of the two keeps a
sentence whole depends on how the PDF was made. The text is looked at and thrown away; nothing of it is stored.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ruleout.errors import RuleoutError

PDF_MARK = b"%PDF-"
MOST_PAGES = 2000
_PAGE_BREAK = "\f"
#: What a PDF's reader raises on damaged or hostile files, besides its own errors.
_FAILURES = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError, OSError,
    EOFError, zlib.error, struct.error,
)  # fmt: skip


def document_readings(data: bytes, *, name: str) -> Iterator[str]:
    """Yield a document's text, a PDF's in two readings; the second is made only if it is asked for.

    Effect: none besides time and memory in proportion to the document.

    Args:
        data: a PDF's bytes, or UTF-8 text.
        name: the document's name, for messages.

    Raises:
        RuleoutError: it is neither, is encrypted, damaged, or has more than MOST_PAGES pages.
    """
    if data[:1024].lstrip().startswith(PDF_MARK):
        yield from (_pdf_text(data, name, mode) for mode in ("plain", "layout"))
        return
    try:
        yield data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Bring the PDF, or its text as UTF-8."
        raise RuleoutError(f"{name}: expected a PDF or UTF-8 text, got other bytes", hint=hint) from error


def _pdf_text(data: bytes, name: str, mode: str) -> str:
    try:
        import pypdf  # noqa: PLC0415 - costs 100 ms and is needed for PDFs only
    except ImportError as error:
        hint = "Install pypdf, or bring the document's text as UTF-8."
        raise RuleoutError(f"{name}: reading a PDF needs pypdf, which is not installed", hint=hint) from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends in a damaged file is no talk of ours
    try:
        return _PAGE_BREAK.join(_pages(pypdf.PdfReader(BytesIO(data)), name, mode))
    except (pypdf.errors.PyPdfError, *_FAILURES) as error:
        hint = "Bring another copy, or the document's text as UTF-8."
        raise RuleoutError(f"{name}: cannot read this PDF: {type(error).__name__}", hint=hint) from error


def _pages(reader: Any, name: str, mode: str) -> list[str]:
    if len(reader.pages) > MOST_PAGES:
        hint = "Split the document."
        raise RuleoutError(f"{name}: expected at most {MOST_PAGES} pages, got {len(reader.pages)}", hint=hint)
    return [page.extract_text(extraction_mode=mode) for page in reader.pages]
