# SPDX-License-Identifier: Apache-2.0
"""Where mirrors lie: addresses, bounds of what is read, and the conditions of puts (L-11)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.integration.test_log_writer import new_log
from tests.mirror_builders import Bucket, grow
from tests.unit.adapters.local_stores import gcs_server

from ruleout.adapters.mirror.store import Held, Mirror, open_mirror
from ruleout.app.mirror.push import push
from ruleout.errors import LedgerError, RuleoutError

obstore = pytest.importorskip("obstore", reason="NOT TESTED: mirrors need the extra `remote`")


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def test_a_store_that_knows_versions_by_number_takes_the_next_state_too(tmp_path: Path) -> None:
    """Google's compares generations, and no ETags."""
    log, held = new_log(tmp_path, 3), dict[str, bytes]()
    with gcs_server(held) as (host, seen):
        said = {"gcs_base_url": f"http://{host}", "disable_oauth": True, "client_email": "", "private_key": ""}
        account = json.dumps({**said, "private_key_id": ""})
        store = obstore.store.GCSStore("bucket", service_account_key=account, client_options={"allow_http": True})
        mirror = Mirror(store, base="gs://bucket", prefix="lab")
        push(log, mirror)
        grow(log, 2)
        assert push(log, mirror).head.size == 5
        stale = mirror.read("checkpoint", limit_bytes=1000)
        grow(log, 2)
        push(log, mirror)
        assert not mirror.replace("checkpoint", b"x", stale)
    assert held["lab/checkpoint"] == (log / "checkpoint").read_bytes()
    assert all("x-goog-if-generation-match" in fields for verb, _, fields in seen if verb == "PUT")


@pytest.mark.parametrize("address", ["", "record", "https://host/x", "s3://", "s3:///x", "memory://x", "file:///tmp/x"])
def test_an_address_of_no_object_store_is_refused(address: str) -> None:
    with pytest.raises(RuleoutError, match="expected an address in an object store"):
        open_mirror(address)


@pytest.mark.parametrize(
    "address",
    ["s3://logs/lab?sig=secret-word", "s3://key:a/secret-word@bucket/lab", "s3://[secret-word/lab"],
)
def test_an_address_with_a_credential_is_refused_without_it(address: str) -> None:
    with pytest.raises(RuleoutError) as error:
        open_mirror(address)
    assert "secret-word" not in f"{error.value} {error.value.hint}"


def test_no_more_is_taken_of_a_file_than_a_log_can_have(bucket: Bucket) -> None:
    bucket.put("log.json", bytes(1 << 24))
    assert len(obstore.get(bucket.store, "logs/lab/log.json").bytes()) == 1 << 24
    with pytest.raises(LedgerError, match=r"log\.json: expected at most 1000 bytes, got more"):
        bucket.mirror().read("log.json", limit_bytes=1000)


def test_a_store_without_tags_is_not_overwritten(bucket: Bucket) -> None:
    with pytest.raises(RuleoutError, match="expected an ETag, got none"):
        bucket.mirror().replace("checkpoint", b"new", Held(b"old", {}))
