# SPDX-License-Identifier: Apache-2.0
"""The shape of a formula in a file: a name, or a mapping with exactly one of a few words.

The shape is chosen by that word before anything is checked, so a defect inside gives one problem, not one per shape.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from ruleout.documents.fields import Doc, Id, Whole

#: The words of a formula, in the order in which a mapping with several of them is read.
WORDS = ("all-of", "any-of", "at-least", "not", "interim", "approved", "notified-before")


def formula_shape(value: Any) -> str | None:
    """Return the tag of a formula's shape, or None where it has none. Pure.

    Tags stand in angle brackets: no key of a file can look like one, so they can be told apart in a path.
    """
    if isinstance(value, str):
        return "<name>"
    if isinstance(value, dict):
        return next((f"<{word}>" for word in WORDS if word in value), None)
    return None


class AllOfDoc(Doc):
    """Every part holds."""

    all_of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class AnyOfDoc(Doc):
    """At least one part holds."""

    any_of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class CountDoc(Doc):
    """How many of which."""

    count: Annotated[Whole, Field(ge=1, le=64)]
    of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class AtLeastDoc(Doc):
    """At least `count` of the parts hold."""

    at_least: CountDoc


class NotDoc(Doc):
    """The part does not hold."""

    not_: FormulaDoc


class InterimDoc(Doc):
    """Interim measures approved as equivalent to the named safeguard standard."""

    interim: Id


class ApprovedDoc(Doc):
    """The named roles approved."""

    approved: FormulaDoc


class NotifiedDoc(Doc):
    """The named roles were notified before."""

    notified_before: FormulaDoc


FormulaDoc = Annotated[
    Annotated[Id, Tag("<name>")]
    | Annotated[AllOfDoc, Tag("<all-of>")]
    | Annotated[AnyOfDoc, Tag("<any-of>")]
    | Annotated[AtLeastDoc, Tag("<at-least>")]
    | Annotated[NotDoc, Tag("<not>")]
    | Annotated[InterimDoc, Tag("<interim>")]
    | Annotated[ApprovedDoc, Tag("<approved>")]
    | Annotated[NotifiedDoc, Tag("<notified-before>")],
    Discriminator(
        formula_shape,
        custom_error_type="formula_shape",
        custom_error_message="a name, or a mapping with one of " + ", ".join(WORDS),
    ),
]
