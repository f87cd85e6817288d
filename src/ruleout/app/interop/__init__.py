# SPDX-License-Identifier: Apache-2.0
"""Exports to other formats: what of the record may be told, which formats there are, and the folder that is written."""
