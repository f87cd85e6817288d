# SPDX-License-Identifier: Apache-2.0
"""The audit record as use cases see it: seal it into the log, ask it, hold it against the log (G-8)."""
