# SPDX-License-Identifier: Apache-2.0
"""What Inspect's two log formats share: the shape of their fields, attempts, header, and the comparison of a log with itself."""
