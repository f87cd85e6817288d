# SPDX-License-Identifier: Apache-2.0
"""What every clause of a file carries -> the model's clause."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.documents.fields import ClauseDoc
from ruleout.documents.findings import Findings
from ruleout.framework.parts.formulas import Resolver
from ruleout.framework.parts.names import Names
from ruleout.model.clause import Clause
from ruleout.model.outcome import Force


@dataclass(frozen=True, slots=True)
class Context:
    """What the building of every part needs: the names, the formulas, the file's default force, the problems."""

    names: Names
    formulas: Resolver
    force: Force
    findings: Findings

    def clause(self, doc: ClauseDoc, id_: str) -> Clause:
        """Return the clause of a part; its force is its own or the file's."""
        return Clause(
            id=id_,
            says=doc.says,
            section=doc.section,
            anchor=doc.anchor,
            force=doc.force or self.force,
            note=doc.note or "",
        )
