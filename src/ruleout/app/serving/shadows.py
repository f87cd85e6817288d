# SPDX-License-Identifier: Apache-2.0
"""The shadows that a gateway's settings name -> how each stands, and what may be asked of it (G-10).

A shadow changes no answer, so one that does not hold closes nothing: it is not asked, and that is said. One whose last day
has passed is not even read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from ruleout.app.policy.load import Versions
from ruleout.app.policy.shadow import shadow_layer
from ruleout.errors import RuleoutError
from ruleout.ledger.signing import Keyring
from ruleout.policy.decide import Layer
from ruleout.policy.shadow import Days, NamedShadow, Phase, Shadow
from ruleout.serving.settings.document import ShadowDoc, TenantDoc


def load_shadows(
    tenants: Mapping[str, TenantDoc],
    read: Callable[[str], bytes],
    keyring: Keyring,
    versions: Versions,
    *,
    at: datetime,
) -> tuple[NamedShadow, ...]:
    """Return the shadows of the settings' tenants. Effect: reads and makes code; raises nothing for a bundle that does not hold.

    Args:
        read: the bytes of a path of the settings.
        versions: of the bundles in force, and of those accepted before.
    """
    layer = partial(_layer, read, keyring, versions)
    return tuple(_named(name, told.shadow, layer, at) for name, told in tenants.items() if told.shadow is not None)


def _layer(read: Callable[[str], bytes], keyring: Keyring, versions: Versions, path: str, tenant: str) -> Layer:
    return shadow_layer(read(path), keyring, versions, tenant=tenant)


def _named(tenant: str, told: ShadowDoc, layer_of: Callable[[str, str], Layer], at: datetime) -> NamedShadow:
    days = Days(first=told.from_, last=told.until)
    bundle, fault, asked = "", "", None
    if days.phase(at) is not Phase.ENDED:
        try:
            layer = layer_of(told.bundle, tenant)
        except (RuleoutError, OSError) as error:
            fault = str(error)
        else:
            first_ns, end_ns = days.bounds_ns
            bundle, asked = layer.bundle, Shadow(name=told.name, layer=layer, first_ns=first_ns, end_ns=end_ns)
    return NamedShadow(tenant=tenant, name=told.name, bundle=bundle, days=days, fault=fault, asked=asked)
