# SPDX-License-Identifier: Apache-2.0
"""The command line: parse, call one use case, show. Exit codes are the same everywhere (docs/reference/cli.md)."""
