# SPDX-License-Identifier: Apache-2.0
"""Run-time policy as pages."""
