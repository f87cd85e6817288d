# SPDX-License-Identifier: Apache-2.0
"""Estimates that decide nothing: planning, time horizons, trends, comparisons, uplift (ADR 0012). Pure.

Beside the decision, not in it: numpy and scipy may be used here, and nothing that decides imports this package. What
leaves it are the values of `results`, decimals with stated digits. Randomness comes in as a generator.

This module imports nothing, so that `ruleout.estimates.results` costs nothing: name the module you need.
"""
