# SPDX-License-Identifier: Apache-2.0
"""A bundle: rules, their tests, name and version, as canonical bytes that are signed as one (G-3).

The two kinds are signed under two payload types by keys of two roles: a signature on a tenant's bundle is none on a
floor, and a key that may sign one may not sign the other.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import Signer, decode_base64, verifier_key
from ruleout.ledger.signing import Holder, Keyring, pre_authentication_encoding
from ruleout.model.canonical import canonical, digest_of, parse_canonical
from ruleout.policy.trial import Trial

FORMAT = "ruleout-policy/1"
MOST_BYTES = 8 * 1024 * 1024


class Kind(Enum):
    """Which of the two layers a bundle is of; also the role in which it is signed."""

    FLOOR = "floor"
    TENANT = "tenant-policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Rules with their tests. `about` says of a floor which red lines it enforces and lists, else whose policy it is."""

    kind: Kind
    name: str
    version: int
    schema: str
    policy: str
    trials: tuple[Trial, ...]
    about: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Name and version, as decisions give it."""
        return f"{self.name}@{self.version}"


def value_of_bundle(bundle: Bundle) -> dict[str, Any]:
    """Return what is signed, as JSON values. Pure."""
    tests = [
        {"name": t.name, "call": dict(t.call), "allowed": t.allowed, "rules": list(t.rules)} for t in bundle.trials
    ]
    return {
        "format": FORMAT, "kind": bundle.kind.value, "name": bundle.name, "version": bundle.version,
        "schema": bundle.schema, "policy": bundle.policy, "tests": tests, "about": dict(bundle.about),
    }  # fmt: skip


def bundle_digest(bundle: Bundle) -> str:
    """Return the SHA-256 of what is signed, in hex. Pure."""
    return digest_of(value_of_bundle(bundle))


def sign_bundle(bundle: Bundle, signer: Signer) -> bytes:
    """Return the bundle's file with one signature. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "key" for an unfit key.
    """
    payload = value_of_bundle(bundle)
    signature = signer.sign(_signed(bundle.kind, canonical(payload)))
    key_id = verifier_key(signer.name, signer.public_key).key_id
    return canonical({"bundle": payload, "key": key_id, "signature": base64.b64encode(signature).decode("ascii")})


def open_bundle(data: bytes, keyring: Keyring, kind: Kind) -> tuple[Bundle, Holder]:
    """Return the bundle of a file and who signed it. Pure.

    Raises:
        VerificationFailed: check "policy-bundle" for bytes that are no bundle of this kind; check "policy-signature" for an
            unknown key, one of another role or of both, or a wrong signature.

    Source: G-2, G-3.
    """
    value = parse_canonical(data, max_bytes=MOST_BYTES)
    _require(type(value) is dict and value.keys() == {"bundle", "key", "signature"}, "a bundle, its key and signature")
    bundle = _bundle(value["bundle"])
    _require(bundle.kind is kind, f"a bundle of the kind {kind.value}, signed as such")
    holder = keyring.get(value["key"]) if type(value["key"]) is str else None
    if holder is None or type(value["signature"]) is not str:
        raise VerificationFailed(
            "policy-signature", f"expected a key of the keyring that counts, got {str(value['key'])[:80]!r}"
        )
    check_role(holder, kind)
    message = _signed(kind, canonical(value["bundle"]))
    holder.key.verify(message, decode_base64(value["signature"], check="policy-signature"))
    return bundle, holder


def check_role(holder: Holder, kind: Kind) -> None:
    """Refuse a key that may not sign this kind, or that may sign both. Pure. Raises VerificationFailed. Source: G-2."""
    other = Kind.TENANT if kind is Kind.FLOOR else Kind.FLOOR
    if kind.value not in holder.roles or other.value in holder.roles:
        raise VerificationFailed(
            "policy-signature",
            f"expected a key in role {kind.value!r} and not {other.value!r}, got {holder.key.key_id} as "
            f"{', '.join(holder.roles)}",
            hint="The floor has a key of its own.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest version of a bundle that was ever accepted, and its digest."""

    version: int
    digest: str


def check_version(bundle: Bundle, seen: Seen | None) -> Seen:
    """Return what has been seen once this bundle is accepted. Pure.

    Raises:
        VerificationFailed: check "policy-version"; an older version, or another text under the same version.

    Source: G-3.
    """
    digest = bundle_digest(bundle)
    if seen is not None and bundle.version < seen.version:
        raise VerificationFailed(
            "policy-version", f"expected {bundle.name} from version {seen.version}, got an older one"
        )
    if seen is not None and bundle.version == seen.version and digest != seen.digest:
        raise VerificationFailed(
            "policy-version", f"expected one text for {bundle.label}, got another", hint="Count up."
        )
    return Seen(version=bundle.version, digest=digest)


def _signed(kind: Kind, payload: bytes) -> bytes:
    return pre_authentication_encoding(payload, payload_type=f"application/vnd.ruleout.{kind.value}+json")


_FIELDS = {"format", "kind", "name", "version", "schema", "policy", "tests", "about"}


def _bundle(value: Any) -> Bundle:
    _require(type(value) is dict and value.keys() == _FIELDS and value["format"] == FORMAT, f"a bundle of {FORMAT}")
    kinds = {kind.value: kind for kind in Kind}
    texts = [value[name] for name in ("kind", "name", "schema", "policy")]
    _require(
        all(type(text) is str for text in texts) and value["kind"] in kinds, "kind, name, schema and policy as texts"
    )
    _require(type(value["version"]) is int and value["version"] > 0, "a version from 1")
    _require(type(value["tests"]) is list and type(value["about"]) is dict, "tests as a list")
    trials = tuple(_trial(item) for item in value["tests"])
    return Bundle(
        kind=kinds[value["kind"]], name=value["name"], version=value["version"], schema=value["schema"],
        policy=value["policy"], trials=trials, about=value["about"],
    )  # fmt: skip


_HEADS = ("tenant", "tier", "action", "model")


def _trial(item: Any) -> Trial:
    _require(type(item) is dict and item.keys() == {"name", "call", "allowed", "rules"}, "tests of four fields")
    call, rules = item["call"], item["rules"]
    _require(type(item["name"]) is str and type(item["allowed"]) is bool and type(call) is dict, "tests with a call")
    _require(type(rules) is list and _all_texts(rules), "rules of a test as texts")
    _require(_all_texts(call.get(head) for head in _HEADS), "calls with tenant, tier, action and model")
    return Trial(name=item["name"], call=call, allowed=item["allowed"], rules=tuple(rules))


def _all_texts(values: Iterable[Any]) -> bool:
    return all(type(value) is str for value in values)


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise VerificationFailed("policy-bundle", f"expected {expected}, got something else", hint="Sign it again.")
