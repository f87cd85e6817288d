# SPDX-License-Identifier: Apache-2.0
"""The process that serves: one request from its bytes to its last chunk, or to its refusal (G-1 … G-11).

Fails closed: whatever raises, times out or is not known is a refusal with a ground, and an audit record where one can be kept.
"""
