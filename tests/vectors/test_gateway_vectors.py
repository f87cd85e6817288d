# SPDX-License-Identifier: Apache-2.0
"""Runs vectors/gateway/requests.json: what each request asks for, or with which words it is refused (G-5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ruleout.model.permit import Endpoint
from ruleout.serving.wires import BadRequest, read_request

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "gateway" / "requests.json").read_text("utf-8"))
CASES = VECTORS["cases"]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_request_is_read_or_refused_as_the_vector_says(case):
    """Each case states what is asked, field by field, or a word of the refusal."""
    endpoint, body = Endpoint(case["endpoint"]), json.dumps(case["body"]).encode()
    if "refused" in case:
        with pytest.raises(BadRequest) as raised:
            read_request(endpoint, body)
        assert case["refused"] in raised.value.says
        return
    asked = read_request(endpoint, body).asked
    assert case["asked"]
    assert {name: _plain(getattr(asked, name)) for name in case["asked"]} == case["asked"]


def test_every_case_has_a_reason_and_a_name_of_its_own():
    """Vectors are read by people too."""
    assert all(case["reason"] for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert {case["endpoint"] for case in CASES} == {endpoint.value for endpoint in Endpoint}
