# SPDX-License-Identifier: Apache-2.0
"""Two versions of a framework held against each other: outcomes state by state, clauses one by one (D-15). Pure.

The modules of this package need the solver, but for `result`; nothing is imported here for that reason.
"""
