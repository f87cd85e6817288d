# SPDX-License-Identifier: Apache-2.0
"""The files of a gateway's audit record: written by one thread per worker, read by whoever seals, asks or verifies (G-8)."""

from ruleout.adapters.audit.writer import AuditUnavailable, AuditWriter, WriterState

__all__ = ["AuditUnavailable", "AuditWriter", "WriterState"]
