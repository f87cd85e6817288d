# SPDX-License-Identifier: Apache-2.0
"""Evidence in a workspace's record: received, owned, ending, withdrawn, compared (E-3 to E-5, A-12)."""
