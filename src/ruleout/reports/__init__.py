# SPDX-License-Identifier: Apache-2.0
"""Values -> text that a person reads. No rule is worked out here: a report shows what a decision holds."""
