# SPDX-License-Identifier: Apache-2.0
"""The processes of a gateway: the master, the host's own, the one that seals, and each worker from its start to its end."""
