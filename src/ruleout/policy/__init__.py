# SPDX-License-Identifier: Apache-2.0
"""What may be done at run time: a floor from the framework's red lines, tenants' policies in Cedar, and their decision.

Pure. Cedar's text is read by an adapter; here its syntax tree becomes one Python function, or is refused by name (G-3).
"""
