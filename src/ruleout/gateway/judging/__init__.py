# SPDX-License-Identifier: Apache-2.0
"""What permits and policies say of a request; what asks the same again is not judged anew (G-1, G-3)."""
