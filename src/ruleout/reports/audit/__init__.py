# SPDX-License-Identifier: Apache-2.0
"""Pages of the audit record."""
