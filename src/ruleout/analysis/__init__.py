# SPDX-License-Identifier: Apache-2.0
"""Frameworks -> proofs about them and comparisons between them (D-14, D-15). Pure: values in, values out.

Nothing is imported here: the modules that need the solver load it, and it is an optional part of the installation.
"""
