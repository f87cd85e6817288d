# SPDX-License-Identifier: Apache-2.0
"""`gateway.yaml` -> settings whose names resolve: all of its problems at once, with their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError
from ruleout.serving.hooks.target import parse_target
from ruleout.serving.settings.document import MOST_SHADOW_DAYS, GatewayDoc

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[1-9][0-9]{0,4}))?(/[!-\"$->@-~]*)?"
)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def parse_settings(data: bytes, *, file: str, upstreams: Mapping[str, str] = MappingProxyType({})) -> GatewayDoc:
    """Return the settings of a file. Pure.

    Args:
        upstreams: addresses in place of the file's, by upstream's name; "" stands for the only one that there is.

    Raises:
        BadInput: with every problem: shapes, an upstream or model that is not there, a key of two tenants, an address or
            an upstream beyond this host without TLS, a hook that is not on this host, a shadow of the floor, or one whose days do not hold.
    """
    document = read_yaml(data, file=file)
    _put_addresses(document.value, upstreams)
    doc = validate(GatewayDoc, document)
    findings = Findings(document)
    _check_names(doc, findings)
    _check_keys(doc, findings)
    _check_addresses(doc, findings)
    _check_hooks(doc, findings)
    _check_shadows(doc, findings)
    findings.raise_any()
    return doc


def _put_addresses(value: Any, upstreams: Mapping[str, str]) -> None:
    """Put addresses that were given otherwise where the file has its own; they are checked like those."""
    told = value.get("upstreams") if isinstance(value, dict) else None
    for name, url in upstreams.items():
        named = [name] if name else list(told) if isinstance(told, dict) else []
        if not isinstance(told, dict) or len(named) != 1 or not isinstance(told.get(named[0]), dict):
            raise RuleoutError(f"no upstream {name!r} for an address", hint="Use --upstream NAME=URL, by the settings.")
        told[named[0]]["url"] = url


def _check_names(doc: GatewayDoc, findings: Findings) -> None:
    for name, model in doc.models.items():
        if model.upstream not in doc.upstreams:
            at = ("models", name, "upstream")
            findings.note_unknown(at, expected="an upstream", name=model.upstream, known=doc.upstreams)
    for name, server in doc.tool_servers.items():
        if server.upstream not in doc.upstreams:
            at = ("tool-servers", name, "upstream")
            findings.note_unknown(at, expected="an upstream", name=server.upstream, known=doc.upstreams)
        if server.model not in doc.models:
            at = ("tool-servers", name, "model")
            findings.note_unknown(at, expected="a served model", name=server.model, known=doc.models)


def _check_keys(doc: GatewayDoc, findings: Findings) -> None:
    seen = dict.fromkeys(doc.operators, "the operators")
    for name, tenant in doc.tenants.items():
        for place, key in enumerate(tenant.keys):
            if key in seen:
                at = ("tenants", name, "keys", place)
                hint = "Make a key of its own for each: `ruleout gateway key`."
                findings.note("N001", at, expected="a key of one holder", got=f"a key of {seen[key]}", hint=hint)
            seen[key] = f"tenant {name}"


def _check_hooks(doc: GatewayDoc, findings: Findings) -> None:
    for name, hook in doc.hooks.items():
        try:
            parse_target(hook.address)
        except RuleoutError:
            hint = "Name one on this host: text of requests does not leave it to be judged."
            expected = "unix:/PATH or http://127.0.0.1:PORT/PATH"
            findings.note("N007", ("hooks", name, "address"), expected=expected, got=repr(hook.address[:80]), hint=hint)


def _check_shadows(doc: GatewayDoc, findings: Findings) -> None:
    for name, tenant in doc.tenants.items():
        shadow, at = tenant.shadow, ("tenants", name, "shadow")
        if shadow is None:
            continue
        if shadow.bundle.removeprefix("./") == doc.floor.removeprefix("./"):
            hint = "Red lines are in force or they are not: name a tenant's signed bundle."
            findings.note(
                "N005",
                (*at, "bundle"),
                expected="a tenant's bundle: the floor is never in shadow",
                got=shadow.bundle,
                hint=hint,
            )
        days = (shadow.until - shadow.from_).days + 1
        if not 1 <= days <= MOST_SHADOW_DAYS:
            hint = "Shorten it; once it has ended, name another with days of its own, or put the bundle in force."
            expected = f"a day from {shadow.from_} on, {MOST_SHADOW_DAYS} days in all at most"
            findings.note("N006", (*at, "until"), expected=expected, got=f"{shadow.until}: {days} days", hint=hint)


def _check_addresses(doc: GatewayDoc, findings: Findings) -> None:
    if doc.listen.tls is None and doc.listen.address not in _LOOPBACK:
        hint = "Add `tls:`, or listen on 127.0.0.1 behind a proxy that has it."
        findings.note(
            "N002", ("listen", "address"), expected="a loopback address without TLS", got=doc.listen.address, hint=hint
        )
    addresses: dict[tuple[str, ...], str] = {
        ("upstreams", name, "url"): upstream.url for name, upstream in doc.upstreams.items()
    }
    if doc.telemetry is not None:
        addresses["telemetry", "endpoint"] = doc.telemetry.endpoint
    for at, url in addresses.items():
        parts = _URL.fullmatch(url)
        if parts is None or int(parts["port"] or 1) > 65535:
            hint = "Keep keys out of addresses: name them under `key:`."
            expected = "a host, and no user, query or fragment"
            findings.note("N003", at, expected=expected, got="another address", hint=hint)
        elif parts["scheme"] == "http" and parts["host"].strip("[]") not in _LOOPBACK:
            hint = "Use https: a key and every request would cross the network in clear."
            findings.note("N002", at, expected="https beyond this host", got="http", hint=hint)
