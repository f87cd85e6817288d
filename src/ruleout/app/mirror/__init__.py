# SPDX-License-Identifier: Apache-2.0
"""A log in an object store: pushed as it grows, fetched by whoever holds it against something."""
