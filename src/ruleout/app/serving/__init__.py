# SPDX-License-Identifier: Apache-2.0
"""From a gateway's settings to what it serves by: every file checked, or nothing served."""
