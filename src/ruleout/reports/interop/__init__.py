# SPDX-License-Identifier: Apache-2.0
"""The record told in other people's formats: values of the record -> documents as plain JSON values or bytes. Pure."""
