# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of duties files, for editors, accepts every shipped file and refuses another shape."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml
from tests import duty_builders as b

from ruleout.accountability.schema import SHAPES
from ruleout.framework.schema import schema_of

VECTORS = b.ROOT / "vectors" / "framework"
FILES = {
    "duties": [*sorted(b.JURISDICTIONS.glob("*/duties.yaml")), VECTORS / "base-duties.yaml"],
    "cadence": [VECTORS / "base-cadence.yaml", b.ROOT / "examples" / "duties" / "half-yearly.yaml"],
}


def value_of(path):
    """The file's value with days as texts, as an editor sees them."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def errors(kind: str, value: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema_of(SHAPES[kind], kind))
    return [f"{e.json_path}: {e.validator}" for e in validator.iter_errors(value)]


@pytest.mark.parametrize(("kind", "path"), [(k, p) for k, paths in FILES.items() for p in paths])
def test_a_file_that_is_read_fits_its_schema(kind, path):
    """What the parser accepts, an editor shows without a complaint; flags come as texts from this reader."""
    assert [one for one in errors(kind, value_of(path)) if not one.endswith(": type")] == []


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_schema_is_one_of_its_dialect(kind):
    """Valid itself, and the same every time."""
    schema = schema_of(SHAPES[kind], kind)
    jsonschema.Draft202012Validator.check_schema(schema)

    assert json.dumps(schema) == json.dumps(schema_of(SHAPES[kind], kind))
    assert schema["$id"] == f"ruleout-{kind}.schema.json"


def test_another_shape_is_refused():
    """A time in words, and a field that does not exist."""
    value = value_of(VECTORS / "base-cadence.yaml")

    assert errors("cadence", {**value, "every": "now and then"}) == ["$.every: pattern"]
    assert errors("cadence", {**value, "agreed": "yes"}) == ["$: additionalProperties"]
