# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 from clients, in the event loop's own thread: what was not yet written when an answer is cut is never written (G-6)."""
