# SPDX-License-Identifier: Apache-2.0
"""A framework's safeguards as an OSCAL component definition: each a component, with the clauses that it is there for.

It says what a safeguard is meant to satisfy, as the framework has it; whether it does, a decision found, and that stands in the
assessment results.
"""

from __future__ import annotations

from typing import Any

from ruleout.model.clause import Clause
from ruleout.model.formula import Kind, atoms_of
from ruleout.model.framework import Framework, Safeguard
from ruleout.reports.interop.names import uuid_of
from ruleout.reports.interop.oscal.catalog import catalog_name, control_id
from ruleout.reports.interop.oscal.parts import About, document, metadata, one_line, prop, props
from ruleout.reports.interop.shown import FrameworkShown

_ASKED = (Kind.SAFEGUARD, Kind.INTERIM)


def component_definition(shown: FrameworkShown, about: About) -> dict[str, Any]:
    """Return the component definition of a framework that has safeguards. Pure."""
    framework = shown.framework
    title = f"Safeguards of {framework.title}"
    told = metadata(title, version=framework.id.version, about=about, more=[prop("framework", framework.id)])
    components = [_component(framework, safeguard) for safeguard in framework.safeguards]
    return document("component-definition", {"metadata": told, "components": components})


def _component(framework: Framework, safeguard: Safeguard) -> dict[str, Any]:
    name = (str(framework.id), safeguard.clause.id)
    told = {
        "clause": safeguard.clause.id,
        "defined": "no: the document names it and does not define it" if safeguard.undefined else "yes",
        "threat-actor-in": safeguard.threat_actors_in,
        "threat-actor-out": safeguard.threat_actors_out,
    }
    return {
        "uuid": uuid_of("safeguard", *name),
        "type": "policy",
        "title": one_line(safeguard.title),
        "description": safeguard.clause.says,
        "props": props(told),
        "control-implementations": [_implementation(framework, safeguard)],
    }


def _implementation(framework: Framework, safeguard: Safeguard) -> dict[str, Any]:
    name = (str(framework.id), safeguard.clause.id)
    clauses = (("the standard", safeguard.clause), *(("its criterion", c.clause) for c in safeguard.criteria))
    asked = (("a rule asks for it", clause) for clause in _asking(framework, safeguard.clause.id))
    return {
        "uuid": uuid_of("control-implementation", *name),
        "source": catalog_name(str(framework.id)),
        "description": "What the framework has this safeguard for. Whether it is met is for assessment results to say.",
        "implemented-requirements": [_requirement(name, why, clause) for why, clause in (*clauses, *asked)],
    }


def _asking(framework: Framework, safeguard: str) -> list[Clause]:
    """The clauses of rules whose requirement names a safeguard, and not its absence."""
    return [
        rule.clause
        for rule in framework.rules
        if rule.require is not None
        and any(a.kind in _ASKED and a.name == safeguard and positive for a, positive in atoms_of(rule.require))
    ]


def _requirement(name: tuple[str, str], why: str, clause: Clause) -> dict[str, Any]:
    return {
        "uuid": uuid_of("implemented-requirement", *name, clause.id),
        "control-id": control_id(clause.id),
        "description": clause.says,
        "props": props({"because": why, "section": clause.section, "force": clause.force.value}),
    }
