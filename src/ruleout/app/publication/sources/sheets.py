# SPDX-License-Identifier: Apache-2.0
"""What sheets say of the models that a document covers, and of the developer."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.sheets import stated_in


def _sheets(ask: Context) -> Iterator[Fact]:
    for one in stated_in(ask.record, ask.audiences, ask.explanations()):
        models = tuple(model for model in one.models if model in ask.models)
        if models or not one.models:
            for topic, says in one.says.items():
                values = {"topic": topic, "of": ", ".join(models) or "the developer", "says": says}
                yield Fact(entries=(one.entry,), values=values, about=(topic, *models, one.sheet))


SHEETS = Source(
    says="What the last version of each sheet states, by topic, of the models that are covered and of the developer.",
    columns=titled("topic of says"),
    read=_sheets,
)
