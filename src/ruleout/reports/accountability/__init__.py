# SPDX-License-Identifier: Apache-2.0
"""Pages of the registers: goals, duties, incidents, deviations, concerns, requests."""
