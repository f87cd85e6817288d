# SPDX-License-Identifier: Apache-2.0
"""Counts -> bounds. Pure and decimal: the same counts give the same digits on every machine.

Third station of the flow: evidence gives counts, the engine compares the bounds made here with bars.
"""

from ruleout.stats.binomial import Bounds, clopper_pearson, lower_bound, lower_tail, upper_bound, upper_tail
from ruleout.stats.clustered import TaskSums, sum_shares, task_bounds
from ruleout.stats.multiplicity import any_of_alpha
from ruleout.stats.sample_size import LARGEST_SEARCHED, tasks_needed

__all__ = [
    "LARGEST_SEARCHED",
    "Bounds",
    "TaskSums",
    "any_of_alpha",
    "clopper_pearson",
    "lower_bound",
    "lower_tail",
    "sum_shares",
    "task_bounds",
    "tasks_needed",
    "upper_bound",
    "upper_tail",
]
