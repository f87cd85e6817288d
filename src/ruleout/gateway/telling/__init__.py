# SPDX-License-Identifier: Apache-2.0
"""What is told of an exchange beside its answer: counters, traces, and what was said for the audit record (G-8, G-11)."""
