# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema for editors accepts what the parser accepts and refuses what has another shape."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ruleout.documents.yaml_text import read_yaml
from ruleout.framework import json_schema

FOLDER = Path(__file__).parents[3] / "vectors" / "framework"


def plain_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def base(kind: str) -> dict[str, Any]:
    return plain_json(
        read_yaml((FOLDER / f"base-{kind}.yaml").read_bytes(), file=kind, own_keys=kind != "evaluations").value
    )


def errors(kind: Any, value: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema(kind))
    return [f"{e.json_path}: {e.validator}" for e in validator.iter_errors(value)]


@pytest.mark.parametrize("kind", ["framework", "case", "evaluations"])
def test_schema_is_one_of_its_dialect_and_the_same_every_time(kind: Any) -> None:
    """The schema is valid itself, is JSON, and names no host."""
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)

    assert json.dumps(schema) == json.dumps(json_schema(kind))
    assert schema["$id"] == f"ruleout-{kind}.schema.json"


@pytest.mark.parametrize("kind", ["framework", "case", "evaluations"])
def test_base_file_fits_the_schema(kind: str) -> None:
    """What the parser accepts, an editor shows without a complaint."""
    assert errors(kind, base(kind)) == []


def test_schema_describes_its_parts() -> None:
    """An editor shows what each part is for."""
    schema = json_schema("framework")

    assert "version" in schema["description"]
    assert "if" in schema["$defs"]["RuleDoc"]["properties"]
    assert schema["$defs"]["RuleDoc"]["description"]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("framework", ("titel",), "x"), ("framework", ("version",), 1.0), ("framework", ("force",), "strict"),
        ("framework", ("effective",), "soon"), ("framework", ("gates", "trian"), []),
        ("framework", ("red-lines", "mass-harm", "prohibits"), {"unless": "x"}),
        ("framework", ("red-lines", "mass-harm", "prohibits"), {"all-of": []}),
        ("framework", ("safeguards", "strong-guard", "re-approve"), "yearly"),
        ("framework", ("duties", "review", "every"), {"from": "1 year"}),
        ("case", ("subject", "activity"), "sell"), ("case", ("safeguards", "strong-guard", "met"), True),
        ("case", ("at",), "yesterday"), ("case", ("determinations", "bio-2"), []),
        ("evaluations", ("evaluations", "Cyber range", "limit"), 3), ("evaluations", ("evaluations",), {}),
        ("evaluations", ("evaluations", "Cyber range", "epochs"), 0),
        ("evaluations", ("evaluations", "Cyber range", "generate", "temperature"), "hot"),
    ],
)  # fmt: skip
def test_file_of_another_shape_does_not_fit(kind: str, path: tuple[str, ...], value: object) -> None:
    """An editor underlines what the parser would refuse for its shape."""
    document = base(kind)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    assert errors(kind, document) != []
