# SPDX-License-Identifier: Apache-2.0
"""Wait until the gateway would serve, for at most a minute.

python ready.py
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml


def main() -> int:
    """Ask `/ready` until it answers 200; print what it said last."""
    port = yaml.safe_load(Path("gateway.yaml").read_text("utf-8"))["listen"]["port"]
    said = "nobody answers"
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
                sys.stdout.write(f"{answer.read().decode()}\n")
                return 0
        except urllib.error.HTTPError as error:
            said = error.read().decode()
        except OSError as error:
            said = str(error)
        time.sleep(0.2)
    sys.stderr.write(f"{said}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
