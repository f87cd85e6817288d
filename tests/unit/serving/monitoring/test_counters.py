# SPDX-License-Identifier: Apache-2.0
"""What a gateway counts: kept over restarts, brought together, read by Prometheus; damage is unknown (G-11)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.prometheus_format import parse

from ruleout.adapters.monitoring import keep_counters, read_counters, start_of
from ruleout.serving.monitoring import METRICS, Counters, merged, parse_snapshot, prometheus_text, snapshot_bytes
from ruleout.serving.monitoring import counters as module
from ruleout.serving.monitoring.dashboard import dashboard
from ruleout.serving.monitoring.metrics import HOOK_SECONDS, REFUSALS, STREAMS
from ruleout.serving.settings.document import MOST_WORKERS

DASHBOARD = Path(__file__).parents[4] / "examples" / "gateway" / "grafana-dashboard.json"


def counted():
    made = Counters()
    made.add(REFUSALS, "acme", "lumen-2", "hook", by=3)
    made.add(STREAMS, by=2)
    for us in (10, 50, 51, 99_999_999):
        made.observe(HOOK_SECONDS, "bio", us=us)
    return made


def test_the_page_is_what_prometheus_reads():
    """By a reader of our own from the format's description: names, escapes, buckets that add up."""
    state = counted().state
    state.numbers[REFUSALS.name, ('a"b\\c\nd', "m", "hook")] = 1

    found = parse(prometheus_text(state))

    assert found[REFUSALS.name, (("tenant", "acme"), ("model", "lumen-2"), ("why", "hook"))] == 3
    assert found[REFUSALS.name, (("tenant", 'a\\"b\\\\c\\nd'), ("model", "m"), ("why", "hook"))] == 1
    assert found["ruleout_hook_seconds_bucket", (("hook", "bio"), ("le", "0.00005"))] == 2
    assert found["ruleout_hook_seconds_bucket", (("hook", "bio"), ("le", "10"))] == 3
    assert found["ruleout_hook_seconds_count", (("hook", "bio"),)] == 4
    assert found["ruleout_hook_seconds_sum", (("hook", "bio"),)] == pytest.approx(100.00011)


@pytest.mark.parametrize(
    "text", ["x 1", "# TYPE x counter\nx{a=b} 1\n", "# TYPE x counter\nx 1\nx 1\n", "# TYPE x counter\ny 1\n"]
)
def test_the_reader_refuses_what_is_no_page(text):
    """It can fail."""
    with pytest.raises(ValueError, match=r"[a-z]"):
        parse(text)


def test_prometheus_own_reader_agrees():
    """Where it is installed."""
    parser = pytest.importorskip("prometheus_client.parser")

    families = {family.name for family in parser.text_string_to_metric_families(prometheus_text(counted().state))}

    assert {re.sub("_total$", "", metric.name) for metric in METRICS} <= families


def test_workers_are_summed_and_a_damaged_one_is_unknown(tmp_path):
    """Its figures are not zero: it is named."""
    for name in ("worker-0", "worker-1", "worker-2"):
        keep_counters(tmp_path, name, snapshot_bytes(counted().state))
    data = (tmp_path / "worker-2.counters").read_bytes()
    (tmp_path / "worker-2.counters").write_bytes(data.replace(b"acme", b"acmf"))

    state = merged(read_counters(tmp_path))

    assert state.unknown == ("worker-2",)
    found = parse(prometheus_text(state))
    assert found[REFUSALS.name, (("tenant", "acme"), ("model", "lumen-2"), ("why", "hook"))] == 6
    assert found["ruleout_worker_unknown", (("worker", "worker-2"),)] == 1
    assert found["ruleout_hook_seconds_count", (("hook", "bio"),)] == 8


def test_counters_of_every_worker_that_settings_allow_are_read(tmp_path):
    """Also of those that a reload starts beside them, each under a name of its own: their files stay."""
    names = {f"worker-{number}" for number in range(2 * MOST_WORKERS)}
    for name in names:
        keep_counters(tmp_path, name, snapshot_bytes(Counters().state))

    assert read_counters(tmp_path).keys() == names


def test_a_worker_that_starts_again_goes_on_from_its_last_counts(tmp_path):
    """But for streams: those of the old process have ended."""
    keep_counters(tmp_path, "worker-0", snapshot_bytes(counted().state))

    again = Counters(start_of(tmp_path, "worker-0")[0])
    again.add(REFUSALS, "acme", "lumen-2", "hook")

    assert again.state.numbers == {(REFUSALS.name, ("acme", "lumen-2", "hook")): 4}
    assert start_of(tmp_path, "worker-7") == (None, False)


def test_damaged_counters_are_put_aside_and_told(tmp_path):
    """Overwritten by the worker that begins anew, what is lost would look like zero."""
    (tmp_path / "worker-0.counters").write_bytes(b"torn")

    assert start_of(tmp_path, "worker-0") == (None, True)
    assert (tmp_path / "worker-0.counters.damaged").read_bytes() == b"torn"
    assert start_of(tmp_path, "worker-0") == (None, False)


@pytest.mark.parametrize("data", [b"", b"{}", b"0" * 64 + b"\n{}", b"\xff" * 100])
def test_bytes_that_are_no_counters_are_unknown(data):
    """Never an error, never zero."""
    assert parse_snapshot(data) is None


def test_a_whole_file_of_another_metric_is_unknown():
    """The digest is right and the name is not."""
    state = counted().state
    state.numbers["ruleout_gone_total", ()] = 1

    assert parse_snapshot(snapshot_bytes(state)) is None


def test_series_are_bounded(monkeypatch):
    """Beyond the bound everything is counted together."""
    monkeypatch.setattr(module, "MOST_SERIES", 2)
    made = Counters()
    for tenant in "abcd":
        made.add(REFUSALS, tenant, "m", "hook")

    assert made.state.numbers[REFUSALS.name, ("_other",) * 3] == 2


def test_every_metric_of_the_dashboard_exists_and_every_metric_is_shown():
    """The file is what the code makes, and its expressions name metrics of the one list with their labels."""
    kept = json.loads(DASHBOARD.read_text("utf-8"))
    shown = " ".join(target["expr"] for panel in kept["panels"] for target in panel["targets"])
    names = {re.sub("_bucket$", "", name) for name in re.findall(r"ruleout_[a-z_]+", shown)}

    assert kept == dashboard()
    assert names == {metric.name for metric in METRICS}
