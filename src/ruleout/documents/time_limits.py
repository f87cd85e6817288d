# SPDX-License-Identifier: Apache-2.0
"""The field of a length of time as laws state it: a count of hours, days, business days, weeks, months or years."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ruleout.model.clock import Limit, TimeUnit

_LIMIT = r"^([0-9]{1,4}) (hour|business-day|day|week|month|year)s?$"
_MOST = {"hour": 9999, "day": 9999, "business-day": 2500, "week": 1000, "month": 1200, "year": 100}


def parse_limit(value: Any) -> Limit:
    """Return the limit of `72 hours`, `5 business-days`, `2 weeks`, `0 hours`. Pure.

    Raises:
        PydanticCustomError: anything else, or more than 100 years or 9999 of another unit.
    """
    match = re.fullmatch(_LIMIT, value) if isinstance(value, str) else None
    if match is None or int(match[1]) > _MOST[match[2]]:
        raise PydanticCustomError("limit", "a time such as '72 hours', '5 business-days', '15 days' or '1 year'")
    return Limit(count=int(match[1]), unit=TimeUnit(f"{match[2]}s"))


LimitField = Annotated[
    Limit, BeforeValidator(parse_limit, json_schema_input_type=Annotated[str, Field(pattern=_LIMIT)])
]
