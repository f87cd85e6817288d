# SPDX-License-Identifier: Apache-2.0
"""What a developer owes besides its gates: goals, duties, incidents, deviations, concerns, requests. Pure (A-1 to A-13).

One sub-package per register. Each has the shape of its documents, their building, and the rules that tell its state
from the acts in the record; none opens a file, and an instant is always a parameter.
"""
