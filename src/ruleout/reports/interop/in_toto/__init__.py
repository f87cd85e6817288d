# SPDX-License-Identifier: Apache-2.0
"""in-toto Statements v1 with predicates of our own, projections to vetted predicates, DSSE envelopes. Pure but for signing."""
