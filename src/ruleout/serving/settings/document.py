# SPDX-License-Identifier: Apache-2.0
"""The shape of `gateway.yaml`. The reference of settings (docs/reference/gateway.md) is made from these descriptions.

No setting opens anything that a permit, the floor or a tenant's policy does not, and there is none that switches a check off.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Sha256, Whole

PathText = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
Address = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z:.\-]{1,100}$")]
UpstreamUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,100}$")]
#: Name under which a model is served, as clients send it.
ServedName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]


def _between(least: int, most: int) -> object:
    return Field(ge=least, le=most)


#: A key by its name and the id that is bound to it.
KeyName = Annotated[str, StringConstraints(pattern=r"^[^+\s]+\+[0-9a-f]{8}$", max_length=200)]
Port = Annotated[Whole, _between(1, 65535)]
MOST_WORKERS = 256
#: Workers are called after it and a number of up to four digits, in at most 60 characters.
GatewayName = Annotated[Id, StringConstraints(max_length=55)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Seconds = Annotated[Whole, _between(1, 3600)]
Milliseconds = Annotated[Whole, _between(1, 60_000)]


class TlsDoc(Doc):
    """TLS 1.3 for clients: a certificate chain and its key, in PEM."""

    certificate: PathText = Field(description="Certificate chain, PEM.")
    key: PathText = Field(description="Its private key, PEM; readable by the gateway's user only.")


class ListenDoc(Doc):
    """Where the gateway answers."""

    address: Address = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=8080, description="Port to listen on.")
    tls: TlsDoc | None = Field(
        default=None, description="TLS for clients; without it an address other than loopback is refused."
    )


class TrustDoc(Doc):
    """What the gateway knows from elsewhere: by it permits and bundles are checked (G-1, G-3)."""

    log_keys: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)] = Field(
        description="Public keys of the record's log, `name+id+base64`."
    )
    keyring: PathText = Field(description="File of the authors' public keys with their roles.")
    issuers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)] = Field(
        description="Roles in which a permit may be issued."
    )
    witnesses: PathText | None = Field(
        default=None, description="Policy of witnesses (C2SP tlog-policy); with it, a quorum must have cosigned."
    )
    least_size: Annotated[Whole, _between(0, 2**53)] = Field(
        default=0, description="Size of the newest checkpoint known; a permit's file of an older one is refused."
    )
    compromised: Annotated[tuple[KeyName, ...], Field(max_length=100)] = Field(
        default=(),
        description="Keys, `name+id`, that were told to be compromised before the permits were issued: nothing by them counts.",
    )


class SecretDoc(Doc):
    """Where a secret is: in a file or in the environment, never in this file."""

    file: PathText | None = Field(default=None, description="File that holds nothing else; others may not read it.")
    environment: VariableName | None = Field(default=None, description="Variable of the environment.")

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretDoc:
        if (self.file is None) == (self.environment is None):
            raise ValueError("exactly one of file and environment")
        return self


class UpstreamDoc(Doc):
    """A server behind the gateway."""

    url: UpstreamUrl = Field(description="Where it answers; a path is put before each request's own.")
    key: SecretDoc | None = Field(default=None, description="Its key; clients' keys never reach it.")
    connections: Annotated[Whole, _between(1, 100_000)] = Field(
        default=1000, description="Connections at once from each worker."
    )
    connect_ms: Milliseconds = Field(default=2000, description="Milliseconds within which a connection stands.")
    silent_seconds: Seconds = Field(
        default=120,
        description="Seconds of silence after which an answer counts as broken off; over as many it is seen what a client takes of a stream that waits for it.",
    )


class ModelDoc(Doc):
    """A model's name as clients send it, and what the gateway knows of it: never said by a client."""

    upstream: Id = Field(description="The upstream that answers for it.")
    capabilities: Annotated[tuple[Id, ...], Field(max_length=100)] = Field(
        default=(), description="Capabilities that rules and kills may name."
    )


class ToolServerDoc(Doc):
    """An MCP server: its calls are made on behalf of one served model, under that model's permit."""

    upstream: Id = Field(description="The upstream that runs the tools.")
    model: ServedName = Field(description="The served model on whose behalf tools are called.")


#: Days that a shadow may last, first and last counted.
MOST_SHADOW_DAYS = 30


class ShadowDoc(Doc):
    """A tenant's next bundle, asked beside the one in force: it changes no answer; what it would decide otherwise is counted and recorded (G-10)."""

    name: Id = Field(description="Its name, in counters, records and on `/ready`.")
    bundle: PathText = Field(
        description="The signed bundle, checked like one in force, and never a floor; it may be of a later version."
    )
    from_: Day = Field(description="First day on which it is asked, in UTC.")
    until: Day = Field(description=f"Last day, in UTC: at most {MOST_SHADOW_DAYS} days in all.")


class TenantDoc(Doc):
    """Who may ask: digests of keys, a tier, and the uses that rules look at."""

    tier: Id = Field(description="The tier that permits and policies name.")
    keys: Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=100)] = Field(
        description="SHA-256 (hex) of each API key; the key itself is nowhere. `ruleout gateway key` makes one."
    )
    uses: Annotated[tuple[Id, ...], Field(max_length=100)] = Field(
        default=(), description="What this tenant uses models for, as it was agreed; red lines look at it."
    )
    shadow: ShadowDoc | None = Field(
        default=None, description="Its next bundle, in shadow; none: nothing is in shadow."
    )


class HookDoc(Doc):
    """A safeguard that is asked while requests are served (G-9); a permit names it, and nothing is served without it."""

    address: Line = Field(description="`unix:/PATH` or `http://127.0.0.1:PORT/PATH`: hooks are on this host.")
    deadline_ms: Annotated[Whole, _between(1, 10_000)] = Field(
        default=200, description="Milliseconds within which it answers; later is a denial."
    )
    asked_about: Literal["input", "output", "both"] = Field(
        default="both", description="Whether it is asked about the request, the answer, or both."
    )
    window: Annotated[Whole, _between(0, 100_000)] = Field(
        default=400, description="Characters of a streamed answer that are held back until it has seen what follows."
    )


class ApprovalsDoc(Doc):
    """People who answer for calls of tools (G-4)."""

    folder: PathText = Field(description="Folder of questions and answers.")
    roles: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)] = Field(description="Roles that may answer.")
    seconds: Seconds = Field(default=300, description="Seconds after which a question without an answer is denied.")


class SealDoc(Doc):
    """Where the audit record is sealed each second (G-8, L-11): a workspace of this host's own."""

    workspace: PathText = Field(description="The workspace whose log takes the batches.")
    key: Id = Field(description="Key in the role `gateway` that signs them.")


class TelemetryDoc(Doc):
    """A collector of traces (OTLP over HTTP, protobuf): names and closed words of requests, never content."""

    endpoint: UpstreamUrl = Field(description="Where spans are posted to, such as `http://127.0.0.1:4318/v1/traces`.")
    key: SecretDoc | None = Field(default=None, description="Key that the collector asks for.")
    key_header: HeaderName = Field(
        default="authorization", description="Header field of the key; in `authorization` it follows `Bearer`."
    )
    every: Annotated[Whole, _between(1, 1_000_000)] = Field(
        default=1, description="One in so many requests is told, chosen by its id."
    )


class WatchingDoc(Doc):
    """Rates that are watched while serving (G-11), by a process of the gateway's own: a breach makes limits smaller and drafts a deviation."""

    file: PathText = Field(description="File of watched rates.")
    seconds: Seconds = Field(default=10, description="Seconds between two looks.")
    key: Id = Field(description="Key in the role `monitor` that makes limits smaller.")
    workspace: PathText = Field(
        description="The workspace whose `deviations/` takes the drafts, and whose record says what became of them."
    )
    closes: Flag = Field(
        default=True,
        description="Whether nothing is served while rates are not watched, or a breach is not answered; `false` where no decision assumed a rate.",
    )


class RecheckDoc(Doc):
    """How many decisions of floor and policies are asked again of Cedar itself (G-3); where it decides otherwise, nothing is served by that bundle."""

    every: Annotated[Whole, _between(1, 1_000_000)] = Field(
        default=1000, description="One in so many decisions of each worker is asked again, drawn at random."
    )


class GatewayDoc(Doc):
    """A gateway's settings."""

    gateway: GatewayName = Field(description="Its name, in audit records and entries; at most 55 characters.")
    listen: ListenDoc = Field(default_factory=ListenDoc, description="Where it answers.")
    workers: Annotated[Whole, _between(1, MOST_WORKERS)] = Field(default=2, description="Processes that serve.")
    state: PathText = Field(
        description="Folder for what must survive a restart: limits, versions, instants seen. On a disk that has hard links."
    )
    kills: PathText = Field(
        description="Folder of kills, leases and this host's page: `gateway` in the workspace that kills."
    )
    kills_store: SecretDoc | None = Field(
        default=None, description="How PostgreSQL is reached where many hosts share kills; else files in `kills`."
    )
    audit: PathText = Field(description="Folder for the audit record.")
    content_keys: PathText | None = Field(
        default=None,
        description="Folder of keys for content in the audit record; without it none is recorded, whatever a permit allows.",
    )
    seal: SealDoc | None = Field(
        default=None, description="Where it is sealed each second; without it `ruleout audit seal` does it when called."
    )
    trust: TrustDoc = Field(description="Keys and roles by which permits and bundles are checked.")
    permits: Annotated[tuple[PathText, ...], Field(min_length=1, max_length=1000)] = Field(
        description="Permits' files, from `ruleout permit show --out`."
    )
    floor: PathText = Field(description="The signed floor.")
    policies: Annotated[tuple[PathText, ...], Field(max_length=10_000)] = Field(
        default=(), description="The tenants' signed bundles; a tenant without one is denied everything."
    )
    recheck: RecheckDoc = Field(
        default_factory=RecheckDoc, description="How many decisions are asked again of Cedar itself."
    )
    upstreams: Annotated[dict[Id, UpstreamDoc], Field(min_length=1, max_length=1000)] = Field(
        description="Servers behind the gateway, by name."
    )
    models: Annotated[dict[ServedName, ModelDoc], Field(max_length=1000)] = Field(
        default_factory=dict, description="Models by the name under which they are asked for."
    )
    tool_servers: Annotated[dict[Id, ToolServerDoc], Field(max_length=1000)] = Field(
        default_factory=dict, description="MCP servers, each at `/mcp/NAME`."
    )
    tenants: Annotated[dict[Id, TenantDoc], Field(min_length=1, max_length=100_000)] = Field(
        description="Who may ask, by tenant."
    )
    hooks: Annotated[dict[Id, HookDoc], Field(max_length=100)] = Field(
        default_factory=dict, description="Safeguards that are asked, by the name that permits give them."
    )
    tools: PathText | None = Field(
        default=None, description="File of rules for tools; without it no call of a tool leaves the gateway."
    )
    approvals: ApprovalsDoc | None = Field(
        default=None, description="Where people answer; without it a call that needs a person is denied."
    )
    watch: WatchingDoc | None = Field(
        default=None, description="Rates that are watched; without it `ruleout monitoring check` does it when called."
    )
    operators: Annotated[tuple[Sha256, ...], Field(max_length=100)] = Field(
        default=(), description="SHA-256 (hex) of keys that may read `/metrics`; none: nobody may."
    )
    telemetry: TelemetryDoc | None = Field(default=None, description="Collector of traces; none: no traces.")
    most_body_bytes: Annotated[Whole, _between(1024, 256 * 2**20)] = Field(
        default=8 * 2**20, description="Bytes that a request or an answer that is not streamed may have."
    )
    body_seconds: Seconds = Field(default=30, description="Seconds in which a client sends its body.")
    least_bytes_per_second: Annotated[Whole, _between(1, 1_000_000)] = Field(
        default=240,
        description="Bytes a second that a client takes at least while its answer waits for it; one that takes fewer is left.",
    )
    at_once: Annotated[Whole, _between(1, 100_000)] = Field(
        default=1024, description="Requests at once in each worker; one more is refused."
    )
    drain_seconds: Seconds = Field(default=60, description="Seconds that live streams have at a stop or a reload.")
