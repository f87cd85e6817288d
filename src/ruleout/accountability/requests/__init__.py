# SPDX-License-Identifier: Apache-2.0
"""The register of requests: what was asked of a developer, what it answered, and what that amounts to at an instant.

Pure (A-5). `parse` reads the files that people hand in, `rules` says what may be granted, `fold` tells the state from
the acts in the record, `proceedings` what became of it elsewhere, `consistency` compares answers.
"""
