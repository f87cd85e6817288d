# SPDX-License-Identifier: Apache-2.0
"""Effects at the edge: files, clock, keys, the log's storage. Nothing here decides."""
