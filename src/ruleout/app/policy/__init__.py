# SPDX-License-Identifier: Apache-2.0
"""Use cases of run-time policy: test, sign, load, explain."""
