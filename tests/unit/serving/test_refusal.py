# SPDX-License-Identifier: Apache-2.0
"""What anybody may read of why a gateway is closed names files, and not the folders that they lie in (G-10)."""

from __future__ import annotations

import pytest

from ruleout.serving.refusal import without_folders


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("do not hold: /srv/gw/permit.json: it proves nothing", "do not hold: permit.json: it proves nothing"),
        ("/srv/my gateway/floor.json: cannot be read", "floor.json: cannot be read"),
        ("/srv/a:b/floor.json: 1 of 2 holds", "floor.json: 1 of 2 holds"),
        ("[Errno 13] Permission denied: '/srv/gw/tools.yaml'", "[Errno 13] Permission denied: 'tools.yaml'"),
        ("1 problem(s) in /srv/gw/a.yaml, /srv/gw/b.yaml", "1 problem(s) in b.yaml"),
        ("a: /srv/gw/a.yaml; b: /srv/gw/b.yaml\nc: /etc/c.yaml", "a: a.yaml; b: b.yaml\nc: c.yaml"),
        ("watch: key: no key 'watch'; 3/4 workers, acme@1", "watch: key: no key 'watch'; 3/4 workers, acme@1"),
    ],
)
def test_folders_are_left_out(said: str, told: str) -> None:
    assert without_folders(said) == told
