# SPDX-License-Identifier: Apache-2.0
"""Use cases of the registers: read their acts from the record, add one, show what follows."""
