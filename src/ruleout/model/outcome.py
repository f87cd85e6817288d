# SPDX-License-Identifier: Apache-2.0
"""The closed vocabularies of a decision: outcomes, activities, forces (D-7)."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering


@total_ordering
class Outcome(Enum):
    """What a decision says of an activity, ordered proceed < restrict < hold < stop (D-7)."""

    PROCEED = "proceed"
    RESTRICT = "restrict"
    HOLD = "hold"
    STOP = "stop"

    @property
    def severity(self) -> int:
        """Position in the order, 0 (proceed) to 3 (stop)."""
        return _ORDER.index(self)

    @property
    def opens(self) -> bool:
        """Whether the activity may go ahead: proceed, or restrict with its conditions."""
        return self <= Outcome.RESTRICT

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Outcome):
            return NotImplemented
        return self.severity < other.severity


_ORDER = (Outcome.PROCEED, Outcome.RESTRICT, Outcome.HOLD, Outcome.STOP)


class Activity(Enum):
    """What a developer may want to do with a model (D-7)."""

    TRAIN = "train"
    DEVELOP = "develop"
    DEPLOY_INTERNAL = "deploy-internal"
    DEPLOY_INTERNAL_AT_SCALE = "deploy-internal-at-scale"
    DEPLOY_EXTERNAL = "deploy-external"
    KEEP_DEPLOYED = "keep-deployed"
    HOLD_WEIGHTS = "hold-weights"
    RELEASE_WEIGHTS = "release-weights"


class Force(Enum):
    """What stands behind a clause. Law, binding rules and plans decide; the other two never gate (D-7)."""

    LAW = "law"
    BINDING = "binding"
    PLAN = "plan"
    PUBLIC_GOAL = "public-goal"
    RECOMMENDATION = "recommendation"

    @property
    def gates(self) -> bool:
        """Whether a clause of this force may decide an outcome."""
        return self in (Force.LAW, Force.BINDING, Force.PLAN)


class BurdenOfProof(Enum):
    """What a framework says an UNKNOWN threshold means (D-5).

    UNSTATED: the text does not say; the verdict stays UNKNOWN and each rule contributes the more restrictive of its
    branches (D-8), and the decision says that the text is silent.
    """

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    HOLD = "hold"
    UNSTATED = "unstated"
