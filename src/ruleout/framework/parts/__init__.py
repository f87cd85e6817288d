# SPDX-License-Identifier: Apache-2.0
"""The parts of a framework or case file -> their model values, names resolved, every defect noted. Pure."""
