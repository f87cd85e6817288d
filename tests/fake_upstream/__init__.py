# SPDX-License-Identifier: Apache-2.0
"""A fake provider as a process of its own: `start_fake()` gives its address; what it answers, the request chooses."""

from tests.fake_upstream.start import Fake, start_fake

__all__ = ["Fake", "start_fake"]
