# SPDX-License-Identifier: Apache-2.0
"""Which calls of tools leave, by tier and argument; whatever is not known to be allowed is denied (G-4)."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from ruleout.model.permit import Tool
from ruleout.serving.refusal import Why
from ruleout.serving.tools import Allowed, Denied, NeedsApproval, judge, parse_tool_rules, under_permit

BASE = (Path(__file__).parents[4] / "vectors" / "framework" / "base-tool-rules.yaml").read_bytes()
RULES = parse_tool_rules(BASE, file="tools.yaml")
MANUAL = "https://docs.example/manual"


class Call(NamedTuple):
    name: str
    arguments: str
    whole: bool = True


def read(url, tier="standard", **more):
    return judge(Call("read_manual", json.dumps({"url": url, **more})), RULES, tier)


def rule(judged):
    assert isinstance(judged, Denied), judged
    assert judged.refusal.why is Why.TOOL
    assert judged.refusal.bundle == "acme-tools@1"
    return judged.refusal.rules[0]


def test_a_tier_allows_asks_or_denies():
    """Standard may read, trial has to ask, and a tier that is not named may not."""
    assert read(MANUAL) == Allowed("read_manual")
    assert read(MANUAL, "trial") == NeedsApproval("read_manual", ("read_manual/tier",))
    assert rule(read(MANUAL, "research")) == "read_manual/tier"


@pytest.mark.parametrize(
    "name", ["run_shell", "code_interpreter", "web_fetch_20250910", "WEATHER", "weather ", "", "pау"]
)
def test_an_unlisted_tool_is_denied_whatever_it_looks_like(name):
    """Other case, a look-alike, a built-in tool: each is another name."""
    assert rule(judge(Call(name, "{}"), RULES, "standard")).startswith("unlisted/")


@pytest.mark.parametrize(
    "url",
    [
        f"{MANUAL}/../secret",
        f"{MANUAL}/./a",
        f"{MANUAL}//a",
        f"{MANUAL}/%2e%2e/secret",
        f"{MANUAL}/%252e%252e/secret",
        f"{MANUAL}/..;/secret",
        f"{MANUAL}/a\\..\\..\\b",
        f"{MANUAL}/%C0%AE%C0%AE/secret",
        f"{MANUAL}/%E0%80%AE%E0%80%AE/secret",
        f"{MANUAL}/a%C0%AF..%C0%AFsecret",
        f"{MANUAL}/%F8%80%80%80%AE%F8%80%80%80%AE/secret",
        f"{MANUAL}/a%FC%80%80%80%80%AF..%FC%80%80%80%80%AFsecret",
        f"{MANUAL}/%E2%80%A5/secret",
        f"{MANUAL}/%E2%80%A5%20/secret",
        f"{MANUAL}/%E2%80%A4%E2%80%A4%E3%80%80/secret",
        f"{MANUAL}/.%EF%BC%8E%C2%A0/secret",
        f"{MANUAL}/%EF%BC%8E%EF%BC%8E/secret",
        f"{MANUAL}/%EF%BC%8E./secret",
        f"{MANUAL}/..%EF%BC%8Fsecret",
        f"{MANUAL}/a%EF%BC%8F..%EF%BC%8Fsecret",
        f"{MANUAL}/a%EF%BC%BC..%EF%BC%BCsecret",
        f"{MANUAL}s",
        "https://docs.example@evil.example/manual",
        "https://docs.example:443@evil.example/manual",
        "https://evil.example/manual",
        "https://evil.example#https://docs.example/manual",
        "https://docs.example#@evil.example/manual",
        f"{MANUAL}#/../../secret",
        f"{MANUAL}#a#b",
        f"{MANUAL}#%2e",
        "https://docs.example.evil.example/manual",
        "https://docs.example./manual",
        "https://docs.example:8443/manual",
        "https://docs.example:/manual",
        "https://docs.example:0443/manual",
        "http://docs.example/manual",
        "http://docs.example:443/manual",
        "//docs.example/manual",
        "https:docs.example/manual",
        "https:///docs.example/manual",
        " https://docs.example/manual",
        "https://docs.example/manual\n",
        "https://docs.exampl\u0435/manual",
        "https://docs.example\u3002evil.example/manual",
        "https://2130706433/manual",
        "https://0x7f000001/manual",
        "https://127.1/manual",
        "https://[::1]/manual",
        "https://[::ffff:127.0.0.1]/manual",
        "javascript://docs.example/manual",
        7,
        None,
        [MANUAL],
        {"href": MANUAL},
    ],
)
def test_a_url_that_is_not_plainly_within_the_prefix_is_denied(url):
    """Dots, user names, ports, numbers for hosts, look-alikes of hosts, dots and slashes, encodings, other kinds of value."""
    assert rule(read(url)) in ("read_manual/url", "read_manual/unnamed-argument")


@pytest.mark.parametrize(
    "url",
    [
        MANUAL, f"{MANUAL}/a/b.html", "HTTPS://DOCS.example:443/manual?q=..", f"{MANUAL}/%20a/", f"{MANUAL}/C%2B%2B/.well-known",
        f"{MANUAL}/caf%C3%A9", f"{MANUAL}/cafe%CC%81", f"{MANUAL}/caf%E9", f"{MANUAL}/%E8%AA%AC%E6%98%8E%EF%BC%88%EF%BC%91%EF%BC%89",
        f"{MANUAL}/wait%E2%80%A6then", f"{MANUAL}/%E0%B8%84", f"{MANUAL}/%F0%9F%98%80",
        f"{MANUAL}/a.html#part-2.1", f"{MANUAL}?page=2#top", f"{MANUAL}#",
    ],
)  # fmt: skip
def test_a_url_within_the_prefix_is_allowed(url):
    """Also with the scheme's own port, in another case, with a query or an anchor, in any script, in an encoding of before."""
    assert read(url) == Allowed("read_manual")


@pytest.mark.parametrize(
    "below",
    [
        "/private",
        "/PRIVATE/x",
        "/private?x=1",
        "/private#x",
        "/private%20/x",
        "/private%20%20",
        "/private%C2%A0/x",
        "/private%EF%BC%8E/x",
    ],
)
def test_what_is_never_allowed_is_denied_in_any_spelling(below):
    """A forbidden prefix holds against letters of another case too, and with spaces and dots behind, which some servers drop."""
    assert rule(read(MANUAL + below)) == "read_manual/url/never"


@pytest.mark.parametrize("depth", ["4", '"3"', "true", "3.0000000000000000001", "1e400", "[1]", "null"])
def test_a_number_above_its_bound_or_none_at_all_is_denied(depth):
    """Texts and flags are no numbers; decimals are exact."""
    text = f'{{"url": "{MANUAL}", "depth": {depth}}}'

    assert rule(judge(Call("read_manual", text), RULES, "standard")).startswith("read_manual/")


def test_a_forbidden_place_forbids_no_anchor_of_another_place():
    rules = never("/url", **{"url-within": ["https://files.example/private"]})

    assert judge(Call("keep", '{"url": "https://docs.example/a#b"}'), rules, "standard") == Allowed("keep")
    assert judge(Call("keep", '{"url": "https://docs.example#b"}'), rules, "standard") != Allowed("keep")


def test_an_argument_that_no_rule_names_is_denied_of_a_high_impact_tool_only():
    """A shell with an extra argument is denied; the weather may have any."""
    assert rule(judge(Call("bash_20250124", '{"command": "ls", "restart": true}'), RULES, "standard")) == (
        "bash_20250124/unnamed-argument"
    )
    assert judge(Call("weather", '{"city": "Oslo"}'), RULES, "trial") == Allowed("weather")


@pytest.mark.parametrize(
    "text",
    [
        '{"url": "https://docs.example/manual", "url": "https://evil.example/"}',
        '{"url": "https://docs.example/manual", "u\\u0072l": "https://evil.example/"}',
        '{"city": {"a": 1, "a": 2}}',
        '["https://docs.example/manual"]',
        '"text"',
        "",
        "{",
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        '{"a": 1} {}',
        '{"a":' * 2000 + "1" + "}" * 2000,
        "[" * 100_000,
        '{"a": ' + "9" * 5000 + "}",
        '{"a": 1e99999999999999999999}',
        '{"a": "' + "x" * 300_000 + '"}',
        '{"a": [' + "1," * 6000 + "1]}",
    ],
)
def test_arguments_that_two_readers_could_read_differently_are_denied(text):
    """Names that stand twice, no object, no JSON, half characters, too long, too deep: for an ordinary tool too."""
    assert rule(judge(Call("weather", text), RULES, "standard")) == "weather/arguments"


def test_a_call_that_is_not_whole_or_lacks_a_required_argument_is_denied():
    """What is still under way was not judged."""
    assert rule(judge(Call("weather", "{}", whole=False), RULES, "standard")) == "weather/arguments"
    assert rule(judge(Call("read_manual", "{}"), RULES, "standard")) == "read_manual/url"


def test_a_permit_adds_human_approval_and_takes_away_tools():
    """It can do nothing else."""
    permitted = under_permit(RULES, [Tool(tool="weather", human_approval=True, limits=())])

    assert judge(Call("weather", "{}"), permitted, "standard") == NeedsApproval("weather", ("weather/permit",))
    assert rule(judge(Call("read_manual", json.dumps({"url": MANUAL})), permitted, "standard")) == "unlisted/ordinary"


def test_a_forbidden_place_is_not_reached_by_wrapping_it():
    """A list or an object where a rule expects a value is denied, of an ordinary tool too; so is what cannot be placed."""
    text = BASE.replace(
        b"class: ordinary\n", b"class: ordinary\n    never: [{at: /to, url-within: ['http://169.254.169.254/']}]\n"
    )
    rules = parse_tool_rules(text, file="tools.yaml")

    def to(value):
        return judge(Call("weather", json.dumps({"to": value})), rules, "standard")

    assert to("https://ok.example/") == Allowed("weather")
    for value in (
        "http://169.254.169.254/latest", "https://169.254.169.254:99/", "http://2852039166/", "http://0xa9fea9fe/",
        "http://[::ffff:169.254.169.254]/", "http://a@169.254.169.254/", ["http://169.254.169.254/"], {"x": "y"}, "//x",
    ):  # fmt: skip
        rule(to(value))


def never(at, **what):
    """Rules of an ordinary tool with one that forbids."""
    told = {"name": "keep", "class": "ordinary", "tiers": {"standard": "allow"}, "never": [{"at": at, **what}]}
    text = {"kind": "tool-rules", "tool-rules": "acme-tools", "version": 1, "tools": [told]}
    return parse_tool_rules(json.dumps(text).encode(), file="tools.yaml")


@pytest.mark.parametrize("path", ["secrets/key", "/srv/secrets/key", "/srv/notes", "SECRETS"])
def test_a_path_that_may_lie_within_what_is_forbidden_is_denied(path):
    """From which folder a relative prefix counts is not known, so an absolute path may lie within it."""
    rules = never("/path", **{"path-within": ["secrets"]})

    assert rule(judge(Call("keep", json.dumps({"path": path})), rules, "standard")) == "keep/path/never"
    assert judge(Call("keep", '{"path": "notes/secrets"}'), rules, "standard") == Allowed("keep")


@pytest.mark.parametrize("path", ["a+b", "a%2Bb", "A%2Bb/c", "caf%C3%A9+", "CAF%C3%89%2B", "cafe%CC%81%2B/x"])
def test_a_url_in_other_codes_for_what_is_forbidden_is_denied(path):
    """Servers read `%2B` as `+`; a letter with its accent has two spellings and two cases."""
    rules = never("/url", **{"url-within": ["https://files.example/a+b", "https://files.example/caf%C3%A9%2B"]})

    judged = judge(Call("keep", json.dumps({"url": f"https://files.example/{path}"})), rules, "standard")
    assert rule(judged) == "keep/url/never"
    assert judge(Call("keep", '{"url": "https://files.example/C%2B%2B"}'), rules, "standard") == Allowed("keep")


@pytest.mark.parametrize("number", ["7", "7.0", "70e-1", "7.00000000000000000000001", "6.9999999999999999999999"])
def test_a_number_that_readers_take_for_a_forbidden_one_is_denied(number):
    """Most of them read floats, whose digits end."""
    rules = never("/amount", **{"one-of": [7, 1]})

    assert rule(judge(Call("keep", f'{{"amount": {number}}}'), rules, "standard")) == "keep/amount/never"
    for other in ("7.1", "6", "true", "1e400", "9" * 400):
        assert judge(Call("keep", f'{{"amount": {other}}}'), rules, "standard") == Allowed("keep")


def test_a_text_that_readers_in_c_take_for_a_forbidden_one_is_denied():
    """To them it ends before a NUL."""
    rules = never("/mode", **{"one-of": ["wipe", 7]})

    for mode in ("wipe", "wipe\0", "wipe\0d"):
        judged = judge(Call("keep", json.dumps({"mode": mode})), rules, "standard")
        assert rule(judged) == "keep/mode/never"
    for mode in ("wiped", "\0wipe", "a\0wipe"):
        assert judge(Call("keep", json.dumps({"mode": mode})), rules, "standard") == Allowed("keep")


ETC = parse_tool_rules(
    b"""kind: tool-rules
tool-rules: acme-tools
version: 1
tools:
  - name: read_notes
    class: ordinary
    tiers: {standard: allow}
    arguments:
      - {at: /one, any: true}
      - {at: "/one/*", any: true}
    never:
      - {at: "/one/*", path-within: [/etc]}
      - {at: "/paths/*", path-within: [/etc]}
      - {at: /where/path, path-within: [/etc]}
      - {at: "/lines/*/text", equals: x}
""",
    file="tools.yaml",
)


def notes(text):
    return judge(Call("read_notes", text), ETC, "standard")


@pytest.mark.parametrize(
    "text",
    [
        '{"paths": "/etc/passwd"}',
        '{"paths": {"0": "/etc/passwd"}}',
        '{"paths": [["/etc/passwd"]]}',
        '{"where": "/etc/passwd"}',
        '{"where": ["/etc/passwd"]}',
        '{"where": [{"path": "/etc/passwd"}]}',
        '{"where": [{"path": null}]}',
        '{"where": {"path": ["/etc/passwd"]}}',
        '{"lines": {"text": "x"}}',
        '{"lines": ["x"]}',
        '{"lines": "x"}',
        '{"lines": [[{"text": "x"}]]}',
        '{"Paths": ["/etc/passwd"]}',
        '{"where": {"path": "/srv/a", "PATH": "/etc/passwd"}}',
        '{"where": {"path": "/srv/a"}, "Where": {"path": "/etc/passwd"}}',
        '{"line\\u017f": [{"text": "x"}]}',
    ],
)
def test_a_forbidden_place_is_not_reached_by_another_shape(text):
    """A text for a list or an object, an object for a list, more lists or fewer; a name in another case, as some readers take it."""
    assert rule(notes(text)) == "read_notes/unnamed-argument"


def test_a_name_is_folded_once_however_many_values_it_holds(monkeypatch):
    """A long one takes its time, and a worker serves nothing else meanwhile."""
    taken = []
    module = importlib.import_module("ruleout.serving.tools.judge")
    monkeypatch.setattr(module, "folded", lambda name: taken.append(name) or name.casefold())

    assert notes(json.dumps({"long" * 9000: {"b": list(range(900)), "c": [{}] * 900}})) == Allowed("read_notes")
    assert sorted(map(len, taken)) == [1, 1, 36000]


def test_an_argument_in_another_case_may_be_allowed_by_name():
    """Then what is forbidden of one is forbidden of the other."""
    told = {
        "name": "keep", "class": "ordinary", "tiers": {"standard": "allow"},
        "arguments": [{"at": "/a", "any": True}, {"at": "/A", "any": True}], "never": [{"at": "/a", "equals": "x"}],
    }  # fmt: skip
    text = {"kind": "tool-rules", "tool-rules": "acme-tools", "version": 1, "tools": [told]}
    rules = parse_tool_rules(json.dumps(text).encode(), file="tools.yaml")

    assert judge(Call("keep", '{"a": "y", "A": "z", "B": 1, "b": 2}'), rules, "standard") == Allowed("keep")
    assert rule(judge(Call("keep", '{"A": "x"}'), rules, "standard")) == "keep/a/never"


@pytest.mark.parametrize("text", ['{"one": "/etc/passwd"}', '{"one": ["/srv", "/etc/passwd"]}', '{"one": [7]}'])
def test_what_is_forbidden_of_one_shape_is_of_another_that_is_allowed(text):
    assert rule(notes(text)) == "read_notes/one/*/never"


@pytest.mark.parametrize(
    "text",
    [
        '{"paths": ["/srv/a"], "where": {"path": "/srv/a", "line": 1}, "lines": [{"text": "y", "at": 1}]}',
        '{"paths": [], "where": {}, "lines": [{}], "one": []}',
        '{"paths": null, "where": null, "lines": null, "one": null}',
        '{"one": "/srv/a", "path": "/etc", "text": "x"}',
    ],
)
def test_what_has_the_shape_that_rules_expect_or_nothing_in_it_passes(text):
    """Null is what official SDKs' strict schemas send for an argument that is left out."""
    assert notes(text) == Allowed("read_notes")


OPTIONAL = """kind: tool-rules
tool-rules: acme-tools
version: 1
tools:
  - name: find
    class: ordinary
    tiers: {standard: allow}
    arguments:
      - {at: /depth, at-most: 3}
      - {at: "/kinds/*", longest: 9}
      - {at: /site, url-within: ["https://docs.example"], required: true}
    never:
      - {at: /path, path-within: [/etc]}
      - {at: /force, any: true}
      - {at: "/hosts/*", longest: 9}
"""


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({"depth": None, "path": None}, None),
        ({"site": None}, "find/site"),
        ({"force": None}, "find/force/never"),
        ({"depth": [], "path": None}, "find/depth"),
        ({"depth": None, "path": []}, "find/path/never"),
        ({"Path": None}, "find/unnamed-argument"),
        ({"kinds": [None]}, "find/kinds/*"),
        ({"hosts": [None]}, "find/hosts/*/never"),
    ],
)
def test_null_leaves_an_argument_out(more, broken):
    """Of an ordinary tool, as official SDKs' strict schemas send it; of one that is required it does not."""
    rules = parse_tool_rules(OPTIONAL.encode(), file="tools.yaml")
    judged = judge(Call("find", json.dumps({"site": "https://docs.example/", **more})), rules, "standard")

    assert (None if judged == Allowed("find") else rule(judged)) == broken


def test_null_leaves_nothing_out_of_a_high_impact_tool():
    rules = parse_tool_rules(OPTIONAL.replace("ordinary", "browsing").encode(), file="tools.yaml")

    for name in ("depth", "path", "force"):
        rule(judge(Call("find", json.dumps({"site": "https://docs.example/", name: None})), rules, "standard"))


@pytest.mark.parametrize("text", ['{"paths\\u0000": ["/etc/passwd"]}', '{"path": "/srv", "path\\u0000x": "/etc"}'])
def test_a_name_that_some_readers_cut_short_is_not_read(text):
    """In C a text ends with its first NUL: the one is another argument, the other stands twice."""
    assert rule(notes(text)) == "read_notes/arguments"


@pytest.mark.parametrize(
    ("path", "passes"),
    [
        ("/srv/notes", True), ("/srv/notes/a.txt", True), ("/srv/notes/.hidden", True), ("/srv/notes/../x", False),
        ("/srv/notesx", False), ("srv/notes/a", False), ("/srv/notes//a", False), ("/srv/notes/a\x00b", False),
        ("/srv/notes/..\uff0fx", False), ("/srv/notes/\u2025/x", False), ("~/a", False), ("/srv/notes/$HOME", False),
        ("/srv/notes\\..\\x", False), ("/srv/notes/a ", False), ("/srv/notes/%2e%2e/x", False),
    ],
)  # fmt: skip
def test_a_path_lies_within_its_folder_or_is_denied(path, passes):
    """One spelling: no dots, no doubled slashes, no homes, no look-alikes of dots and slashes."""
    rules = parse_tool_rules(
        BASE.replace(b"{at: /command, longest: 2000}", b"{at: /path, path-within: [/srv/notes]}"), file="tools.yaml"
    )

    judged = judge(Call("bash_20250124", json.dumps({"path": path})), rules, "standard")

    assert isinstance(judged, NeedsApproval if passes else Denied)
