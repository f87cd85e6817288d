# SPDX-License-Identifier: Apache-2.0
"""What is found while a request is read: tools, results of tools, content to be fetched, content that no text shows."""

from __future__ import annotations

from ruleout.model.permit import Endpoint
from ruleout.serving.asked import Asked
from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.built_in import is_built_in
from ruleout.serving.wires.requests.field import Plain, list_of, name_of

#: Stands among the tools where the provider is to fetch from an address; no client's tool may have this name.
FETCH_URL = "fetch-url"
_FETCHED = ("https://", "http://")


class Found:
    """Gathers; made once per request."""

    __slots__ = ("_called", "_calls", "_results", "_tools", "_unread")

    def __init__(self) -> None:
        # Keys of dictionaries instead of sets: made for each request, mostly empty, and cheaper to make.
        self._tools: dict[str, None] = {}
        self._results: dict[str, None] = {}
        self._called: dict[str, None] = {}
        self._unread: dict[str, None] = {}
        self._calls: dict[str, list[str]] = {}

    def own_tool(self, name: object) -> None:
        """Note a tool that the client defines. Raises: BadRequest: it has a name that means something else."""
        told = name_of(name, "the name of a tool")
        if told == FETCH_URL or is_built_in(told):
            raise BadRequest("a tool may not have the name of something that the provider itself runs")
        self._tools[told] = None

    def built_in(self, kind: str, called: str = "") -> None:
        """Note a tool of the provider, by its type, and the name under which the model calls it."""
        self._tools[kind] = None
        if called:
            self._called[called] = None

    def choice(self, name: object) -> None:
        """Note a tool that a choice names: it counts as offered. Raises: BadRequest, as for `own_tool`."""
        if type(name) is not str or name not in self._called:
            self.own_tool(name)

    def call(self, call: object, name: object) -> None:
        """Note a call in an earlier turn, by its id. An id may come again: models count from zero in each turn."""
        self._calls.setdefault(name_of(call, "the id of a call"), []).append(name_of(name, "the name of a tool"))

    def caller(self, caller: Plain | None) -> None:
        """Look at who made a call. Raises: BadRequest: not the model itself."""
        if caller and caller.get("type") != "direct":
            says = "a call by a program that the provider runs is not served"
            raise BadRequest(f'{says}: offer its tool with "direct" alone in allowed_callers')

    def callers(self, callers: object) -> None:
        """Look at who may call a tool that is offered. Raises: BadRequest: not the model alone."""
        if any(one != "direct" for one in list_of(callers, "allowed_callers")):
            raise BadRequest('allowed_callers is not served beyond "direct": a program would call what nobody sees')

    def result_of(self, call: object) -> None:
        """Note the result of a call, by the call's id; of a call that is not shown it is named ""."""
        for name in self._calls.get(name_of(call, "the id of a call"), ("",)):
            self._results[name] = None

    def result(self, name: object) -> None:
        """Note the result of a tool, by the tool's name."""
        self._results[name_of(name, "the name of a tool")] = None

    def source(self, value: object, kind: str, *, bare: bool = False) -> None:
        """Note content that stands in the request as data, or at an address that the provider would fetch.

        Args:
            kind: what it is: `image`, `audio`, `document`.
            bare: whether it may also be Base64 without the head of a `data:` address.

        Raises:
            BadRequest: neither.
        """
        if value is None:
            return
        if type(value) is not str:
            raise BadRequest(f"the data of {kind} content must be a text")
        if value[:8].lower().startswith(_FETCHED):
            self._tools[FETCH_URL] = None
        elif not value.startswith("data:") and (not bare or ":" in value):
            raise BadRequest(f"{kind} content must be data or an http address")
        self._unread[kind] = None

    def unread_part(self, kind: str) -> None:
        """Note content that no text shows."""
        self._unread[kind] = None

    @property
    def unread(self) -> tuple[str, ...]:
        """What no text shows, sorted."""
        return tuple(sorted(self._unread)) if self._unread else ()

    def asked(self, endpoint: Endpoint, plain: Plain, tokens: int) -> Asked:
        """Return what is asked, once all is gathered. Raises: BadRequest: the model has no proper name."""
        model = name_of(plain.get("model"), "model")
        tools = tuple(sorted(self._tools)) if self._tools else ()
        results = tuple(sorted(self._results)) if self._results else ()
        return Asked(endpoint, model, plain.get("stream") is True, tokens, tools, results)
