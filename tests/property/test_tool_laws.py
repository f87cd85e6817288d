# SPDX-License-Identifier: Apache-2.0
"""No rule that is added, no denial, no permit lets a call of a tool through that was not let through before (G-4)."""

from __future__ import annotations

import json
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ruleout.model.permit import Tool
from ruleout.serving.tools import Allowed, Denied, judge, parse_tool_rules, under_permit
from ruleout.serving.tools.places import path_of, url_of


class Call(NamedTuple):
    name: str
    arguments: str
    whole: bool = True


NAMES, TIERS = ("fetch_page", "bash", "weather"), ("trial", "standard")
VALUES = st.one_of(
    st.sampled_from(
        ["https://a.example/x", "https://a.example/x/../y", "https://b.example/", "/srv/a", "/srv/../b", "", "ls"]
    ),
    st.integers(-5, 20),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
)
MATCHERS = st.sampled_from(
    [
        {"any": True}, {"equals": "ls"}, {"one-of": [1, "ls", True]}, {"at-most": 7}, {"longest": 3},
        {"url-within": ["https://a.example/x"]}, {"path-within": ["/srv/a"]}, {"longest": 30, "one-of": ["ls", "/srv/a"]},
    ]
)  # fmt: skip
POINTERS = st.sampled_from(["/a", "/a/*", "/b", "/c", "/c/d", "/l/*", "/l/*/d"])
RULES = st.builds(lambda at, matcher: {"at": at, **matcher}, POINTERS, MATCHERS)
TOOLS = st.builds(
    lambda name, class_, tiers, arguments, never: {
        "name": name, "class": class_, "although": "a test", "tiers": tiers, "arguments": arguments, "never": never,
    },
    st.sampled_from(NAMES),
    st.sampled_from(["browsing", "ordinary"]),
    st.fixed_dictionaries({"standard": st.sampled_from(["approve", "allow"])}, optional={"trial": st.just("deny")}),
    st.lists(RULES, max_size=4),
    st.lists(RULES, max_size=2),
)  # fmt: skip
ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "a": VALUES | st.lists(VALUES, max_size=2), "b": VALUES, "c": st.fixed_dictionaries({"d": VALUES}) | VALUES,
        "l": st.lists(VALUES | st.fixed_dictionaries({"d": VALUES}), max_size=3),
    },
)  # fmt: skip
#: Arguments with numbers that no decimal can hold, among others.
NUMBERS = st.builds(
    lambda sign, power: f'{{"a": 1.5e{sign}{power}}}', st.sampled_from(["", "-"]), st.integers(0, 10**30)
)


def rules_of(*tools):
    named = {tool["name"]: tool for tool in tools}
    text = {"kind": "tool-rules", "tool-rules": "x", "version": 1, "tools": list(named.values())}
    return parse_tool_rules(json.dumps(text).encode(), file="rules.yaml")


def strictness(judged):
    return 2 if isinstance(judged, Denied) else 0 if isinstance(judged, Allowed) else 1


@settings(max_examples=300, deadline=None)
@given(TOOLS, RULES, ARGUMENTS, st.sampled_from(TIERS), st.data())
def test_what_is_added_never_makes_a_judgement_weaker(tool, rule, arguments, tier, data):
    """A denial, another demand on a named argument, a stricter tier, a demand for a person."""
    call = Call(tool["name"], json.dumps(arguments))
    before = strictness(judge(call, rules_of(tool), tier))

    stricter = [{**tool, "never": [*tool["never"], rule]}]
    if rule["at"] in [one["at"] for one in tool["arguments"]]:
        stricter.append({**tool, "arguments": [*tool["arguments"], rule]})
    stricter.append({**tool, "arguments": [{**one, "required": True} for one in tool["arguments"]]})
    if tool["tiers"]["standard"] == "allow":
        stricter.append({**tool, "tiers": {**tool["tiers"], "standard": "approve"}})
    if not tool["arguments"]:
        stricter.append({**tool, "tiers": {**tool["tiers"], "standard": "deny"}})
    stricter.append({**tool, "class": "browsing"})
    made = data.draw(st.sampled_from(stricter))

    assert strictness(judge(call, rules_of(made), tier)) >= before


@given(TOOLS, ARGUMENTS, st.sampled_from(TIERS), st.booleans(), st.sampled_from(NAMES))
def test_a_permit_never_makes_a_judgement_weaker(tool, arguments, tier, human, name):
    """Whatever it names."""
    rules, call = rules_of(tool), Call(tool["name"], json.dumps(arguments))
    permitted = under_permit(rules, [Tool(tool=name, human_approval=human, limits=())])

    assert strictness(judge(call, permitted, tier)) >= strictness(judge(call, rules, tier))


@given(st.text(), st.text(max_size=40) | NUMBERS, st.booleans(), st.text(max_size=8))
def test_judging_never_raises_and_unknown_names_are_denied(name, arguments, whole, tier):
    """Whatever a model writes."""
    judged = judge(
        Call(name, arguments, whole), rules_of({"name": "known", "class": "ordinary", "tiers": {"t": "allow"}}), tier
    )

    assert isinstance(judged, Denied) or (name, tier) == ("known", "t")


@given(st.text(alphabet="htps:/@.%2eE0\\a[]#?;-x ", max_size=30))
def test_a_url_or_path_that_is_read_has_no_way_up(text):
    """What has a spelling here has no dots that lead up, however it is put together."""
    url, path = url_of("https://" + text), path_of("/" + text)

    for found in ([url.path] if url else []) + ([path] if path else []):
        assert ".." not in found.split("/")
        assert "." not in found.split("/")
        assert "%2e" not in found.lower()
        assert "//" not in found
    if url:
        assert "@" not in url.host
