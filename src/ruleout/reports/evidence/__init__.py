# SPDX-License-Identifier: Apache-2.0
"""Pages and JSON values about evidence in a record."""
