# SPDX-License-Identifier: Apache-2.0
"""Use cases: the only code that knows the order of steps, from files to decisions to entries."""
