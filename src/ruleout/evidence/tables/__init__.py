# SPDX-License-Identifier: Apache-2.0
"""Small tables that people hand to estimates: runs, horizons, scores. Nothing here decides anything.

Beside the readers, which make measurements of logs; these make rows for `ruleout.estimates`.
"""
