# SPDX-License-Identifier: Apache-2.0
"""Serve the fake provider: `python -m tests.fake_upstream [PORT]`; prints its port on one line."""

import asyncio
import sys

from tests.fake_upstream.server import serve

asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
