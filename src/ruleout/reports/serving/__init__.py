# SPDX-License-Identifier: Apache-2.0
"""Pages about what a gateway serves by."""
