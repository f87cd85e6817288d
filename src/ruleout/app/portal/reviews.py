# SPDX-License-Identifier: Apache-2.0
"""The shelf of published reviews: the very bytes that the act `publish` names in the record (A-9)."""

from __future__ import annotations

from ruleout.accountability.reviews.fold import PUBLISH
from ruleout.app.portal.filled import Filled, Wanted, open_objects, place
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.reports.portal.account import File, Item, Shelf

_SAYS = "What reviewers from outside found, each answer in every version, as it was published: byte for byte as in the record."
_FORMS = {"html": "page", "md": "text", "json": "data"}


def reviews(wanted: Wanted) -> Filled:
    """Each published review in its last publication, the newest first. Effect: reads objects."""
    acts = (one for one in wanted.record.of_type(EntryType.REVIEW) if one.content.subject["act"] == PUBLISH)
    last = {str(one.content.subject["review"]): one for one in acts}
    may_read = open_objects(wanted)
    items, files = [], {}
    for name, entry in reversed(last.items()):
        found = {place("reviews", name, f".{form}"): digest for form, digest in _pages(entry) if digest in may_read}
        files.update({path: wanted.record.object(digest) for path, digest in found.items()})
        forms = tuple(File(label=_FORMS[path.rpartition(".")[2]], path=path) for path in found)
        items.append(Item(title=name, says=_told(entry, len(found)), files=forms))
    return Filled(shelf=Shelf(id="reviews", title="Reviews", says=_SAYS, items=tuple(items)), files=files)


def _pages(entry: LedgerEntry) -> tuple[tuple[str, str], ...]:
    """Form and digest of each page that an act names, in the order of the forms."""
    refs = {ref.name: ref.sha256 for ref in entry.content.refs}
    return tuple((form, refs[form]) for form in _FORMS if form in refs)


def _told(entry: LedgerEntry, shown: int) -> str:
    subject = entry.content.subject
    absent = len(_pages(entry)) - shown
    hidden = f" {absent} of its files not for this audience, or gone: see what is absent." if absent else ""
    return f"Review of {subject.get('report', 'a report')}, published {entry.content.ts[:10]}.{hidden}"
