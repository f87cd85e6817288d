# SPDX-License-Identifier: Apache-2.0
"""The account's page and its JSON value: no script, no other file needed to read it, light and dark, for paper too.

Effect: reads the template that ships in this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from ruleout.model.plain import instant_text
from ruleout.reports.portal.account import Account
from ruleout.reports.publication.escaping import html_text
from ruleout.reports.publication.templating import environment

#: What the page is called, by audience.
_TITLES = {
    "public": "Public account",
    "staff": "Account for staff",
    "reviewer": "Account for reviewers",
    "regulator": "Account for regulators",
}


def account_page(account: Account) -> str:
    """Return the page, a whole HTML document in UTF-8. The same value gives the same text."""
    made = environment("ruleout.reports.portal", html_text)
    return made.get_template("index.html.j2").render(
        a=account, title=_TITLES[account.audience], at=instant_text(account.at), link=_link
    )


def account_value(account: Account, digests: Mapping[str, str]) -> dict[str, Any]:
    """Return the account as a JSON value, with the SHA-256 (hex) of each of its files by place. Pure."""
    value = asdict(account)
    return value | {
        "at": instant_text(account.at),
        "decisions": [one | {"on": one["on"].isoformat()} for one in value["decisions"]],
        "absent": [
            one | {"review_by": None if one["review_by"] is None else one["review_by"].isoformat()}
            for one in value["absent"]
        ],
        "files": dict(digests),
    }


def _link(path: str) -> Markup:
    """A place in the folder as a relative address: never a scheme, never out of the folder."""
    return Markup(f"./{quote(path)}")  # noqa: S704 - quoted: no character of HTML is left in it
