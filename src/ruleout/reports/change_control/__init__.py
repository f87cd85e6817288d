# SPDX-License-Identifier: Apache-2.0
"""Pages and values of change control: what came of handing in a version, and how versions stand."""
