# SPDX-License-Identifier: Apache-2.0
"""What a gateway reads, counts, keeps and says, as values: wire formats, refusals, audit records, kills, limits.

Pure: the process that serves is `ruleout.gateway`, files and clocks are `ruleout.adapters`.
"""
