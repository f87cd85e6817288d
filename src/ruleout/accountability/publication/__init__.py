# SPDX-License-Identifier: Apache-2.0
"""Publications of frameworks: what binds an act to a text, what an announcement waits for, how versions stand (D-15, A-3)."""
