# SPDX-License-Identifier: Apache-2.0
"""How it is said that a request cannot be read."""

from __future__ import annotations


class BadRequest(ValueError):
    """A request that cannot be judged whole and so is not served; `says` may be shown to the client."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says
