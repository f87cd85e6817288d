# SPDX-License-Identifier: Apache-2.0
"""What every OSCAL document of ours is made of: metadata, props in our own namespace, resources by digest.

Written as OSCAL 1.2.1, which 1.2.3 reads. `last-modified` is the instant of the record that the document tells of, never
that of the export: the same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import Hole
from ruleout.model.canonical import digest_of
from ruleout.reports.interop.absent import hole_values
from ruleout.reports.interop.losses import OSCAL
from ruleout.reports.interop.names import OSCAL_NS, digest_uri, uuid_of
from ruleout.reports.interop.shown import EntryShown

VERSION = "1.2.1"
NOTE = "Told from a record that was checked before; nothing here says that a model is safe. Not told, or told more coarsely:"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a document is of, and for whom: the log's name, how many entries it has, the instant of the last of them.

    `catalogs` names the frameworks whose catalogs lie beside it.
    """

    origin: str
    size: int
    at: str
    audience: Audience = Audience.PUBLIC
    catalogs: frozenset[str] = frozenset()


def one_line(text: str) -> str:
    """Return a text on one line, as OSCAL's strings must be. Pure."""
    return " ".join(text.split())


def prop(name: str, value: object, **more: str) -> dict[str, Any]:
    """Return one property in our namespace. Pure."""
    return {"name": name, "ns": OSCAL_NS, "value": one_line(str(value)), **more}


def props(values: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return properties for what is not empty; a list gives one each. Pure."""
    found: list[dict[str, Any]] = []
    for name, value in values.items():
        each = value if isinstance(value, list | tuple) else (value,)
        found += [prop(name, one) for one in each if one_line(str(one))]
    return found


def entry_props(entry: EntryShown) -> list[dict[str, Any]]:
    """Return the properties by which an entry of the record is found again. Pure."""
    told = props(
        {
            "log": entry.origin,
            "entry": entry.id,
            "entry-index": entry.index,
            "entry-sha256": entry.sha256,
            "signed-by": entry.keys,
        }
    )
    return [*told, *hole_props(entry.holes)]


def hole_props(holes: Iterable[Hole]) -> list[dict[str, Any]]:
    """Return a property for what an audience does not see, one for each entry and reason; the reason is its remark. Pure."""
    return [_hole(value) for value in hole_values(holes)]


def _hole(value: Mapping[str, Any]) -> dict[str, Any]:
    by = f" by {value['by']}" if "by" in value else ""
    why = value.get("justification", "No entry says why.")
    made = prop("hole", f"{value['standing']}{by}: {len(value['digests'])} digests of {value['entry']}", remarks=why)
    return {**made, **({"class": value["class"]} if "class" in value else {})}


def metadata(title: str, *, version: str, about: About, more: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return a document's metadata, with what the format loses as its remarks. Pure."""
    told = props({"log": about.origin, "log-size": about.size, "audience": about.audience.value})
    return {
        "title": one_line(title),
        "last-modified": about.at,
        "version": version,
        "oscal-version": VERSION,
        "props": [*told, *more],
        "remarks": "\n".join([NOTE, *(f"* {loss.id}: {loss.says}" for loss in OSCAL)]),
    }


def resource(
    title: str, sha256: str, *, media_type: str, href: str = "", more: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Return a back-matter resource for bytes by their SHA-256 (hex); `href` where they are published. Pure."""
    link = {
        "href": href or digest_uri(sha256),
        "media-type": media_type,
        "hashes": [{"algorithm": "SHA-256", "value": sha256}],
    }
    made: dict[str, Any] = {"uuid": uuid_of("resource", sha256), "title": one_line(title), "rlinks": [link]}
    told = props(more or {})
    return {**made, "props": told} if told else made


def resource_link(sha256: str) -> str:
    """Return how a document refers to its own back-matter resource. Pure."""
    return f"#{uuid_of('resource', sha256)}"


def back_matter(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the back matter, each resource once, as a part of a document: nothing for none. Pure."""
    once = {one["uuid"]: one for one in resources}
    return {"back-matter": {"resources": list(once.values())}} if once else {}


def document(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a whole document. Pure: its UUID names its content, so a revised document has another."""
    return {kind: {"uuid": uuid_of("document", kind, digest_of(body)), **body}}
