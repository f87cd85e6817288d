# SPDX-License-Identifier: Apache-2.0
"""The public account: one page that leads to everything an audience is given (A-7, A-8, L-10)."""
