# SPDX-License-Identifier: Apache-2.0
"""Options that many verbs share and that cost nothing to import: looking at a log needs neither keys nor YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", "-w", help="The workspace's folder; default: the one you stand in.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write canonical JSON to standard output.")]
