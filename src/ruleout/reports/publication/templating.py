# SPDX-License-Identifier: Apache-2.0
"""How a template of ours is rendered: in a sandbox, every value escaped by the environment, a missing name refused (ADR 0025).

Effect: reads the templates that ship in this package, and nothing else; no template of others is ever rendered.
"""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup


def environment(package: str, finalize: Callable[[object], Markup]) -> ImmutableSandboxedEnvironment:
    """Return an environment for the templates of a package.

    Args:
        package: its dotted name; the templates stand in its folder `templates`.
        finalize: turns each value into what may stand in the form's text.
    """
    return ImmutableSandboxedEnvironment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
