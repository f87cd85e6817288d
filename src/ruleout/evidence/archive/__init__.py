# SPDX-License-Identifier: Apache-2.0
"""Zip archives, read strictly: the directory, then members, each checked in every way the format offers (E-1).

`directory` and `member` ask one by one and word what is wrong; `usual_directory` and `usual_members` answer the same
questions for many at once, or leave them to those (ADR 0024).
"""
