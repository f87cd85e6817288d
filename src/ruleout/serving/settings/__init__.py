# SPDX-License-Identifier: Apache-2.0
"""A gateway's settings: the shape of `gateway.yaml`, and the values made of it."""
