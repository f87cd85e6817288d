# SPDX-License-Identifier: Apache-2.0
"""Incidents: one record of facts, classified by each regime in its own terms, with its clocks and reports (A-4)."""
