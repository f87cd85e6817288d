# SPDX-License-Identifier: Apache-2.0
"""Lantern, a lab that does not exist, on the morning of one day: its files, its people's keys, two empty records.

    python examples/story/start.py FOLDER [--ports GATEWAY,MODEL,FILTER]

What happens then is typed by hand: docs/guide/story.md. The day is today, so that evidence is fresh and permits count.
Keys come from fixed seeds (`keys.env`), which is why they protect nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from ruleout.adapters.clock import now
from ruleout.app.settings import Settings
from ruleout.app.start import add_key, start_workspace
from ruleout.app.unlock import Keys

FILES = Path(__file__).parent / "files"
PEOPLE = (
    ("ceo-ada", "ada", ("ceo",)),
    ("rso-bea", "bea", ("rso",)),
    ("secretary-cal", "cal", ("board",)),
    ("recorder-eve", "eve", ("recorder",)),
    ("duty-kim", "kim", ("kill",)),
    ("duty-lee", "lee", ("kill",)),
    ("watcher", "watch-1", ("monitor",)),
    ("floor-fay", "fay", ("floor",)),
    ("policy-pia", "pia", ("tenant-policy",)),
)
GATEWAY = ("gateway-1", "edge", ("gateway",))
_DAY = re.compile(r"\bDAY([+-]\d+)?(?=T\d|\b)")


def seed_of(name: str) -> str:
    """Return a key's seed, made from its name."""
    return base64.b64encode(hashlib.sha256(f"lantern {name}".encode()).digest()).decode("ascii")


def nobody(name: str) -> str:
    """Refuse to ask for a passphrase."""
    raise SystemExit(f"no passphrase for {name}: every key has a seed")


def start(folder: Path, ports: tuple[str, ...] = ("8080", "9100", "9101")) -> None:
    """Make the folder. Effect: writes it; draws salts."""
    at = now()
    names = ("lantern-log", "gateway-log", *(name for name, _, _ in (*PEOPLE, GATEWAY)))
    seeds = {f"RULEOUT_KEY_{name.upper().replace('-', '_')}": seed_of(name) for name in names}
    settings = Settings(keys_folder=folder / "no-keys", environment=seeds)
    keys = Keys(settings=settings, ask=nobody, salt=lambda: secrets.token_urlsafe(16))
    record = start_workspace(folder / "record", keys, origin="lantern.example/record", producer="lantern")
    sealing = start_workspace(folder / "sealing", keys, origin="lantern.example/gateway", producer="gateway")
    for name, person, roles in PEOPLE:
        add_key(record, keys, name, person=person, roles=roles, at=at)
    add_key(sealing, keys, GATEWAY[0], person=GATEWAY[1], roles=GATEWAY[2], at=at)
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    for path in (*folder.rglob("*.yaml"), *folder.rglob("*.csv")):
        write_days(path, at)
    told = folder / "gateway.yaml"
    text = told.read_text("utf-8")
    for default, port in zip(("8080", "9100", "9101"), ports, strict=True):
        text = text.replace(default, port)
    told.write_text(text, "utf-8")
    lines = [f"export {name}={seed}" for name, seed in seeds.items()]
    (folder / "keys.env").write_text("\n".join(lines) + "\n", "utf-8")


def write_days(path: Path, at: datetime) -> None:
    """Put dates in place of DAY, DAY+200, DAY-10."""
    text = path.read_text("utf-8")
    done = _DAY.sub(lambda found: str((at + timedelta(days=int(found[1] or 0))).date()), text)
    if done != text:
        path.write_text(done, "utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ports", default="8080,9100,9101")
    told = parser.parse_args()
    start(told.folder, tuple(told.ports.split(",")))


if __name__ == "__main__":
    main()
