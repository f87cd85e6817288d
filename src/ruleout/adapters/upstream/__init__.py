# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 to the servers behind a gateway: kept connections, bounded buffers, one answer at a time on each."""
