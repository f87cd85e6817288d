# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/gateway.md from the shape of `gateway.yaml`; a test says whether it is up to date.

python tools/gateway_settings.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ruleout.documents.fields import kebab
from ruleout.serving.settings import document

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "gateway.md"
_HEAD = """# Settings of a gateway

`gateway.yaml`, made from the shape that reads it (`src/ruleout/serving/settings/document.py`). Paths are relative to the file's folder. A field that is not listed is refused.
No setting opens what a permit, the floor or a tenant's policy does not, and none switches a check off.
"""
_SHAPES = (
    "GatewayDoc", "ListenDoc", "TlsDoc", "TrustDoc", "UpstreamDoc", "SecretDoc", "ModelDoc", "ToolServerDoc", "TenantDoc", "ShadowDoc",
    "HookDoc", "ApprovalsDoc", "SealDoc", "TelemetryDoc", "WatchingDoc", "RecheckDoc",
)  # fmt: skip


def _default(field: Any) -> str:
    if field.is_required():
        return "must be there"
    if field.default is PydanticUndefined:
        return "empty"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return "none" if field.default in (None, ()) else f"`{field.default}`"


def _table(shape: type[BaseModel]) -> Iterator[str]:
    says = " ".join((shape.__doc__ or "").split())
    yield f"\n## {shape.__name__.removesuffix('Doc')}\n\n{says}\n\n| field | default | |\n|---|---|---|"
    for name, field in shape.model_fields.items():
        yield f"| `{kebab(name)}` | {_default(field)} | {field.description} |"


def page() -> str:
    """Return the page. Pure."""
    return _HEAD + "\n".join(line for name in _SHAPES for line in _table(getattr(document, name))) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
