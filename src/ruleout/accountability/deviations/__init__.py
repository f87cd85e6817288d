# SPDX-License-Identifier: Apache-2.0
"""Deviations: practice that departs from the framework or from the last report, as entries and not as gaps (A-6)."""
