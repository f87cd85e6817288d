# SPDX-License-Identifier: Apache-2.0
"""Calls of tools that wait for a person: a durable folder, and the waiting (G-4)."""

from ruleout.adapters.approvals.folder import ApprovalFolder
from ruleout.adapters.approvals.waiting import Approvals, Wanted

__all__ = ["ApprovalFolder", "Approvals", "Wanted"]
