# SPDX-License-Identifier: Apache-2.0
"""Publications: documents assembled from entries, in which no sentence stands without one (A-7, A-10). Pure."""
