# SPDX-License-Identifier: Apache-2.0
"""Kills as acts: switch off, prove it, give back by two persons, drill, and bring all of it into the record (G-6)."""
