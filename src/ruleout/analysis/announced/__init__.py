# SPDX-License-Identifier: Apache-2.0
"""What differs between two versions of a framework, held against what the change log announces (D-15)."""
