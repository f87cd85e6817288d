# SPDX-License-Identifier: Apache-2.0
"""Copies of logs in object stores."""
