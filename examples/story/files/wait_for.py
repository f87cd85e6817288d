# SPDX-License-Identifier: Apache-2.0
"""Wait until a file holds a text, for at most a minute, and print the lines that hold it.

python wait_for.py FILE TEXT
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

TRIES, EVERY_S = 300, 0.2


def main(file: str, text: str) -> int:
    """Look five times a second; 1 where it never came."""
    for _ in range(TRIES):
        whole = Path(file).read_text("utf-8") if Path(file).exists() else ""
        if found := [line for line in whole.splitlines() if text in line]:
            sys.stdout.write("".join(f"{line}\n" for line in found))
            return 0
        time.sleep(EVERY_S)
    sys.stderr.write(f"{file}: expected {text!r} within a minute, got none\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
