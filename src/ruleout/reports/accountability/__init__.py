# SPDX-License-Identifier: Apache-2.0
"""Pages and values of the registers: what people and programs read of goals, incidents, deviations and the rest."""
