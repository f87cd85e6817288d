# SPDX-License-Identifier: Apache-2.0
"""Finding logs at addresses: one file, a folder with all below it, or a pattern, with companion files (E-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ruleout.adapters.logs.address import fixed_part, is_pattern, last_name, matcher, shown_address
from ruleout.adapters.logs.found import FoundFile, Search, groups_by_name
from ruleout.adapters.logs.stores import FileSystem, Item, Store, Web, open_store
from ruleout.errors import NotFound, RuleoutError


def find_at(address: str, search: Search) -> None:
    """Take what an address names. Effect: asks the store for lists.

    What cannot be found or listed is refused by its name.
    """
    try:
        _find(address, search)
    except NotFound as error:
        shown = shown_address(address)
        hint = "Check the address; name a log, a folder of logs, or a pattern."
        search.refuse(shown, NotFound(f"{shown}: {error.args[0].rpartition(': ')[2]}", hint=hint))
    except RuleoutError as error:
        search.refuse(shown_address(address), error)


def _find(address: str, search: Search) -> None:
    store = open_store(address)
    path = store.path.rstrip("/")
    if isinstance(store, Web):
        search.take_named(_file(address, store, Item(path=store.path, size=None)), ())
    elif is_pattern(path):
        pattern = matcher(path)
        below = _counted(store.below(fixed_part(path)), address, search)
        _take_each(address, store, [item for item in below if pattern.fullmatch(item.path)], search)
    else:
        _find_path(address, store, path, search)


def _find_path(address: str, store: Store, path: str, search: Search) -> None:
    folder = store.folder(path.rpartition("/")[0])
    exact = [item for item in folder if item.path.strip("/") == path.strip("/")]
    if exact and not store.path.endswith("/"):
        _take_each(address, store, exact, search)
        return
    taken = 0
    below = sorted(_counted(store.below(path), address, search), key=lambda item: _by_folder(item.path))
    for _, items in groupby(below, key=lambda item: item.path.rpartition("/")[0]):
        taken += search.take_folder([_file(address, store, item) for item in items])
    if not taken:
        raise NotFound("no evaluation log there")


def _take_each(address: str, store: Store, named: Iterable[Item], search: Search) -> None:
    """Take the logs of files that were named, each with its companions from its folder."""
    ordered = sorted(named, key=lambda item: _by_folder(item.path))
    if not ordered:
        raise NotFound("matches nothing")
    for folder, items in groupby(ordered, key=lambda item: item.path.rpartition("/")[0]):
        beside = {last_name(item.path): item for item in store.folder(folder)}
        groups = groups_by_name(list(beside))
        for item in items:
            group = groups.get(last_name(item.path), ())
            files = [_file(address, store, beside[name]) for name in group]
            search.take_named(_file(address, store, item), files)


def _by_folder(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _counted(items: Iterator[Item], address: str, search: Search) -> Iterator[Item]:
    for item in items:
        search.count(1, where=shown_address(address))
        yield item


def _file(address: str, store: Store, item: Item) -> FoundFile:
    shown = store.shown(item.path)
    # On the web the query may choose the file. Elsewhere the path is the whole name, within what it is in turn a path of
    # (`zip://a::s3://…`) and on its machine, which no path of fsspec's names; what is shown may be cut.
    within = (address.partition("::")[2], store.machine if isinstance(store, FileSystem) else 0)
    identity = (address,) if store.path == item.path and "?" in address else (shown, item.path, within)
    return FoundFile(
        path=item.path,
        address=address,
        shown=shown,
        name=last_name(item.path),
        size=item.size,
        identity=identity,
    )
