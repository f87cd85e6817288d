# SPDX-License-Identifier: Apache-2.0
"""Ruleout: the system of record for a frontier safety framework.

Data flows one way: text and logs, model, evidence, estimate, decision, ledger. Nothing here says that a model is
safe; it says whether promise, evidence and decision agree.
"""

__version__ = "0.1.0"
