# SPDX-License-Identifier: Apache-2.0
"""What a gateway serves by, once its files have been checked; see `load`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from ruleout.app.policy.load import Loaded
from ruleout.app.serving.untrusted import trusted_layers
from ruleout.ledger.permits import Compromise, PermitVerdict
from ruleout.model.permit import Permit
from ruleout.policy.decide import Layers
from ruleout.policy.shadow import NamedShadow, Shadow
from ruleout.serving.grants import Grants
from ruleout.serving.tools import ToolRules


class Later(NamedTuple):
    """What settings say that came since: who serves beside a process that drains goes by them, and kills hit by them here too (G-6).

    Attributes:
        permits: those that they name, in force or not.
        capabilities: by served model, those that the own settings do not state.
    """

    permits: tuple[Permit, ...] = ()
    capabilities: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is served by.

    Attributes:
        grants: what permits in force grant, by served name; `permit_ids` are theirs.
        permits: those in force; `verdicts` says of every file how it stands, and why.
        layers: the floor and the tenants' policies; `floor` its name and version.
        loaded: the bundles that they are made of; `untrusted` labels those that nothing is served by, for their digest is
            among `distrusted`.
        later: what settings that came since say too.
        named_shadows: every shadow of the settings and how it stands; `shadows` are those to be asked, by tenant.
        tools: rules for calls of tools; none are allowed where the settings name no file.
        compromised: what permits' files tell of compromised keys, and what they told before.
        at: the instant it was judged at: no earlier than any that was seen, whatever the clock said.
    """

    grants: Grants
    permit_ids: frozenset[str]
    permits: tuple[Permit, ...]
    verdicts: tuple[PermitVerdict, ...]
    layers: Layers
    loaded: Loaded
    tools: ToolRules
    compromised: Mapping[str, Compromise]
    at: datetime
    later: Later
    named_shadows: tuple[NamedShadow, ...] = ()
    shadows: Mapping[str, Shadow] = field(default_factory=dict)
    distrusted: frozenset[str] = frozenset()
    untrusted: frozenset[str] = frozenset()

    def without(self, digests: frozenset[str]) -> Standing:
        """Return the same, but that nothing is served by these bundles. Pure. Raises VerificationFailed if the floor is one."""
        if digests <= self.distrusted:
            return self
        layers, labels = trusted_layers(self.loaded, self.distrusted | digests)
        return replace(self, layers=layers, distrusted=self.distrusted | digests, untrusted=labels)

    @property
    def floor(self) -> str:
        """Name and version of the floor."""
        return self.layers.floor.bundle
