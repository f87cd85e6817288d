# SPDX-License-Identifier: Apache-2.0
"""Assemble a folder that gives an audience its account: pages, documents, the copy of the record, the verifier."""
