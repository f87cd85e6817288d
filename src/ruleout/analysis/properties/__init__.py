# SPDX-License-Identifier: Apache-2.0
"""What is proved about a framework (D-14): each property a function from a bench to results. Pure."""
