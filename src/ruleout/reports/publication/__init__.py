# SPDX-License-Identifier: Apache-2.0
"""Documents as Markdown, HTML, PDF and JSON, from one value and one set of templates (A-7, ADR 0025)."""
