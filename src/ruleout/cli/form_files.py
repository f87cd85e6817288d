# SPDX-License-Identifier: Apache-2.0
"""The four files of a document, written into a folder that the user names."""

from __future__ import annotations

from pathlib import Path

from ruleout.accountability.reporting.publication import Publication
from ruleout.adapters.files import make_folder, replace_file
from ruleout.cli.output import say
from ruleout.reports.publication.forms import every_form


def write_forms(publication: Publication, audience: str, out: Path) -> None:
    """Write a document as Markdown, HTML, PDF and JSON, and say where. Effect: writes four files."""
    make_folder(out)
    for name, data in every_form(publication, audience).items():
        replace_file(out / name, data)
        say(f"wrote {out / name}")
