# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.fake_hook SOCKET [BEHAVIOUR]`: serve until ended."""

import asyncio
import sys
from pathlib import Path

from tests.fake_hook.server import hook_at


async def main() -> None:
    async with hook_at(Path(sys.argv[1])) as hook:
        hook.behaviour = sys.argv[2] if len(sys.argv) > 2 else ""
        await asyncio.Event().wait()


asyncio.run(main())
