# SPDX-License-Identifier: Apache-2.0
"""Files of the registers: their schemas, and parsers that refuse anything else by name (A-2 to A-6, A-13)."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleout.accountability.schema import SHAPES
from ruleout.app.accountability.files import KINDS, PARSERS
from ruleout.errors import BadInput
from ruleout.framework.schema import schema_of

FOLDER = Path(__file__).parents[3] / "vectors" / "framework"
BASES = {kind: (FOLDER / f"base-{kind}.yaml").read_bytes() for kind in PARSERS}


class Plain(yaml.SafeLoader):
    """Numbers and `true` or `false` as such, everything else as text: days, and words such as yes."""


Plain.yaml_implicit_resolvers = {}
Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?[0-9]+$"), list("-0123456789"))
Plain.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?[0-9]+\.[0-9]+$"), list("-0123456789"))
Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), list("tf"))


def test_every_kind_of_file_has_a_schema_and_a_parser():
    """Whoever adds a kind adds both."""
    assert set(SHAPES) == set(PARSERS) == set(KINDS.values())


@pytest.mark.parametrize("kind", PARSERS)
def test_base_file_fits_the_schema(kind):
    """The schema is valid, names no host, and accepts what the parser accepts."""
    schema = schema_of(SHAPES[kind], kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    value = json.loads(json.dumps(yaml.load(BASES[kind], Loader=Plain)))

    assert list(jsonschema.Draft202012Validator(schema).iter_errors(value)) == []
    assert schema["$id"] == f"ruleout-{kind}.schema.json"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(PARSERS)), st.data())
def test_no_bytes_are_more_than_refused(kind, data):
    """A cut, a splice or a changed byte gives a file or `BadInput`, never anything else."""
    base = BASES[kind]
    at = data.draw(st.integers(0, len(base)))
    to = data.draw(st.integers(at, min(len(base), at + 40)))
    text = base[:at] + data.draw(st.binary(max_size=12)) + base[to:]
    with suppress(BadInput):
        PARSERS[kind](text, file="x.yaml")
