# SPDX-License-Identifier: Apache-2.0
"""Use cases of disclosure: who sees what, hide with a reason, remove for good (L-4, A-8)."""
