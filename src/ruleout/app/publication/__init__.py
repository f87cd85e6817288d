# SPDX-License-Identifier: Apache-2.0
"""Documents from the record: what each source tells, and the order of steps from a draft to an entry (A-7, A-10)."""
