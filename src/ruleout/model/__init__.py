# SPDX-License-Identifier: Apache-2.0
"""What things are: frozen dataclasses and enums, no effects. Every later stage of the flow receives these values."""
