# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends, and in whatever pieces: the same requests are read, and what is held is bounded (RFC 9112)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client_server import MOST_BODY, POST, READING

from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import Outlet
from ruleout.adapters.clients.reading import Malformed, RequestReader
from ruleout.adapters.outbox import Outbox


def read(pieces: list[bytes]) -> list[tuple[str, str, str, list[str], bytes, str]]:
    """What is read of bytes that come in pieces; the last says how it ended."""
    found: list[tuple[str, str, str, list[str], bytes, str]] = []

    def note(one: Incoming) -> None:
        fault = one.fault.value if one.fault else ""
        found.append((one.method, one.path, one.query, one.every(b"x-a"), one.body, fault))

    reader = RequestReader(READING, Outlet(lambda: "", Outbox()), note, lambda: None)
    for piece in pieces:
        try:
            reader.feed(piece)
        except Malformed as error:
            found.append(("", "", "", [], b"", str(error.status)))
    return found


_LINES = st.sampled_from([
    POST, POST.replace(b"content-length: 4", b"transfer-encoding: chunked").replace(b"body", b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"),
    b"GET / HTTP/1.0\r\n\r\n", b"HEAD /x HTTP/1.1\r\nhost: y\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: 100001\r\n\r\n", b"no\r\n",
])  # fmt: skip


@given(st.lists(_LINES, min_size=1, max_size=4), st.data())
@settings(max_examples=200)
def test_it_does_not_matter_in_which_pieces_bytes_come(sent: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(sent)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read(pieces) == read([whole])


@given(st.lists(st.one_of(st.binary(max_size=80), _LINES), max_size=8))
@settings(max_examples=300)
def test_whatever_comes_is_read_or_refused(pieces: list[bytes]) -> None:
    for _, _, _, _, body, _ in read(pieces):
        assert len(body) <= MOST_BODY
