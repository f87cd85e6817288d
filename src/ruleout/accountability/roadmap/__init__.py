# SPDX-License-Identifier: Apache-2.0
"""Roadmaps: goal files, acts and grades -> how each goal stands at an instant, whatever its author says (A-2)."""
