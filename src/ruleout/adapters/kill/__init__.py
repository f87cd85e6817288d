# SPDX-License-Identifier: Apache-2.0
"""Kills and leases on real machines: stores, the host's agent, the shared page, and what workers answer (G-6, G-7)."""

from ruleout.adapters.kill.agent import Agent, Places
from ruleout.adapters.kill.file_store import FileStore
from ruleout.adapters.kill.granted import Granted, GrantFolder
from ruleout.adapters.kill.postgres_store import PostgresStore
from ruleout.adapters.kill.probe import ProbeServer
from ruleout.adapters.kill.view import View

__all__ = ["Agent", "FileStore", "GrantFolder", "Granted", "Places", "PostgresStore", "ProbeServer", "View"]
