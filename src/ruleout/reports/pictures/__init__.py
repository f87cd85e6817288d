# SPDX-License-Identifier: Apache-2.0
"""Pictures: values -> Vega-Lite specifications and pages. Nothing is rendered or written here.

Figures enter a specification as the text of their decimals, so a specification holds no floating-point number, the same
input gives the same bytes, and what is drawn is what was found. Texts of files are data: they are cut and made visible
(`lettering`), and escaped where a page is made (`frame`).
"""
