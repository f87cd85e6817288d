# SPDX-License-Identifier: Apache-2.0
"""OSCAL 1.2: catalogs, component definitions, assessment results, mapping collections, plans of action. Pure."""
