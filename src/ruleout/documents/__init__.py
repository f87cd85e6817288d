# SPDX-License-Identifier: Apache-2.0
"""Text a person wrote -> checked plain values, with the place of every defect. Below it only the model."""
