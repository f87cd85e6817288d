# SPDX-License-Identifier: Apache-2.0
"""Framework and case files -> model: the shape of the files, their building and their checks. Pure."""
