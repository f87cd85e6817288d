# SPDX-License-Identifier: Apache-2.0
"""Counts -> bounds. Pure and decimal: the same counts give the same digits on every machine.

Third station of the flow: evidence gives counts, the engine compares the bounds made here with bars.
"""

from ruleout.stats.binomial import (
    Bounds,
    clopper_pearson,
    lower_bound,
    lower_tail,
    miss_rate_bounds,
    upper_bound,
)
from ruleout.stats.choice import ANY_TIME, KORN_GRAUBARD, TASK_AS_UNIT, Chosen, bounds_by_design, may_use_spread
from ruleout.stats.clustered import (
    ShareCounts,
    TaskShares,
    TaskSums,
    count_shares,
    single_shares,
    sum_shares,
    task_bounds,
)
from ruleout.stats.e_process import anytime_bounds, anytime_upper, log_wealth
from ruleout.stats.korn_graubard import MOST_PER_TASK, korn_graubard_bounds
from ruleout.stats.multiplicity import any_of_alpha
from ruleout.stats.pass_at_k import mean_pass_at_k, pass_at_k
from ruleout.stats.sample_size import LARGEST_SEARCHED, tasks_needed

__all__ = [
    "ANY_TIME",
    "KORN_GRAUBARD",
    "LARGEST_SEARCHED",
    "MOST_PER_TASK",
    "TASK_AS_UNIT",
    "Bounds",
    "Chosen",
    "ShareCounts",
    "TaskShares",
    "TaskSums",
    "any_of_alpha",
    "anytime_bounds",
    "anytime_upper",
    "bounds_by_design",
    "clopper_pearson",
    "count_shares",
    "korn_graubard_bounds",
    "log_wealth",
    "lower_bound",
    "lower_tail",
    "may_use_spread",
    "mean_pass_at_k",
    "miss_rate_bounds",
    "pass_at_k",
    "single_shares",
    "sum_shares",
    "task_bounds",
    "tasks_needed",
    "upper_bound",
]
