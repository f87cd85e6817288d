# SPDX-License-Identifier: Apache-2.0
"""What an answer shows that is not text: a hook that must see the answer cannot read it (G-9)."""

from __future__ import annotations

_KINDS = {
    **dict.fromkeys(("image", "input_image", "computer_screenshot"), "image"),
    **dict.fromkeys(("audio", "input_audio"), "audio"),
}
#: Fields that hold such content itself where they begin with `data:`. An address is text, as it is in a sentence.
_ADDRESSES = ("url", "image_url", "file_data", "file_url")


def unread_in(value: object) -> tuple[str, ...]:
    """Return the kinds of content in what a tool found that its words do not tell, sorted: `image`, `audio`, `document`. Pure."""
    found = set[str]()
    _gather(value, "document", found)
    return tuple(sorted(found))


def _gather(value: object, around: str, found: set[str]) -> None:
    """Find the kinds in a value; what stands inside an image's object is an image."""
    if type(value) is list:
        for one in value:
            _gather(one, around, found)
    elif type(value) is dict:
        kind = _KINDS.get(str(value.get("type")), around)
        if _holds(value, encoded=kind != "document" or value.get("type") == "base64"):
            found.add(kind)
        for one in value.values():
            _gather(one, kind, found)


def _holds(value: dict[str, object], *, encoded: bool) -> bool:
    at = [value.get(key) for key in _ADDRESSES]
    return bool(
        (encoded and value.get("data"))
        or (type(value.get("blob")) is str and value["blob"])
        or any(type(one) is str and one[:5].lower() == "data:" for one in at)
    )
