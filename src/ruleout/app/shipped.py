# SPDX-License-Identifier: Apache-2.0
"""Where the files that ship with Ruleout stand: inside the installed package, or beside `src/` in a checkout."""

from __future__ import annotations

from pathlib import Path

import ruleout


def shipped_folder() -> Path:
    """Return the folder that holds `frameworks/`, `jurisdictions/`, `examples/` and `tools/`. Effect: looks at files."""
    package = Path(ruleout.__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent.parent


def public_record() -> Path:
    """Return the folder of the public record's cases and sources."""
    return shipped_folder() / "examples" / "public-record"


def demo_files() -> Path:
    """Return the folder of the demonstration's invented case and log."""
    return shipped_folder() / "examples" / "demo"


def northlight() -> Path:
    """Return the folder of the invented lab's year: `build.py`, and the files that it starts from."""
    return shipped_folder() / "examples" / "northlight"


def one_file_verifier() -> Path:
    """Return the path of the verifier that needs only Python's standard library."""
    return shipped_folder() / "tools" / "ruleout_verify.py"
