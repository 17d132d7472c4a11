"""Metrics over two real processes: exact with uneven data, with a rank that saw none, and when one fails."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
WORKER = Path(__file__).with_name("rank_worker.py")


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """The worker's module in this process, as a run of one rank."""
    folder = tmp_path_factory.mktemp("ranks")
    arguments, sys.argv = sys.argv, [str(WORKER), "0", "1", str(folder)]
    try:
        spec = importlib.util.spec_from_file_location("rank_worker", WORKER)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.argv = arguments
    return module


@pytest.fixture(scope="module")
def ranks(worker):
    """What each scenario gave on each of two ranks."""
    metrics = worker.many()
    pred, target = worker.data(70)
    metrics.update((pred[:20], target[:20]))
    torch.save(metrics.state_dict(), worker.FOLDER / "one.pt")
    table = worker.laws()
    states = {kind: metrics.state_dict() for kind, metrics in worker.fed(table, [7, 8]).items()}
    torch.save(states, worker.FOLDER / "every_one.pt")
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(rank), "2", str(worker.FOLDER)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    return [json.loads((worker.FOLDER / f"rank{rank}.json").read_text()) for rank in range(2)]


def expected(worker, n=50):
    """What one process gets that sees all the data."""
    metrics = worker.many()
    metrics.update(worker.data(n))
    return worker.plain(metrics.compute())


def close(got, wanted):
    """Compare nested results."""
    assert set(got) == set(wanted)
    for name, value in wanted.items():
        if isinstance(value, dict):
            close(got[name], value)
        else:
            torch.testing.assert_close(torch.tensor(got[name]), torch.tensor(value), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "scenario", ["uneven", "starved", "computed_twice_and_updated_between", "save_for_one"]
)
def test_two_ranks_get_what_one_process_gets(scenario, ranks, worker):
    for rank in ranks:
        assert "error" not in rank[scenario], rank[scenario]
        close(rank[scenario], expected(worker))
    assert ranks[0][scenario] == ranks[1][scenario]


def test_a_wrapper_of_torchmetrics_reduces_by_itself(ranks, worker):
    for rank in ranks:
        assert rank["wrappers"]["raw"] == pytest.approx(expected(worker)["accuracy"])


def test_a_metric_alone_reduces_by_itself(ranks, worker):
    for rank in ranks:
        assert rank["alone"]["accuracy"] == pytest.approx(expected(worker)["accuracy"])


def test_no_data_on_any_rank_is_an_error_on_all(ranks):
    assert [rank["nobody_saw_data"]["error"] for rank in ranks] == ["NoDataError", "NoDataError"]


def test_what_fails_on_one_rank_raises_on_all(ranks):
    first, second = (rank["one_rank_fails"] for rank in ranks)
    assert (second["error"], second["text"]) == ("ValueError", "no luck")
    assert first["error"] == "RankError"
    assert first["text"] == (
        "rank 1 failed in computing the metrics: ValueError: no luck (while computing the metric 'bad')"
    )


def test_a_foreign_metric_that_cannot_be_reduced_is_an_error(ranks):
    for rank in ranks:
        assert rank["foreign_without_reduction"]["error"] == "MetricStateError"
        assert 'DistributedMetric(metric, reduce_op="sum")' in rank["foreign_without_reduction"]["text"]


def test_a_wrapped_foreign_metric_is_reduced(ranks):
    for rank in ranks:
        assert rank["wrapped_foreign"] == {"sum": 50.0, "mean": 25.0, "max": 37.0, "min": 13.0}


def test_the_running_average_is_the_mean_of_the_ranks_and_survives_saving(ranks):
    values = [(1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0)]
    means = []
    for numbers in values:
        mean = numbers[0]
        for number in numbers[1:]:
            mean = 0.5 * mean + 0.5 * number
        means.append(mean)
    for rank in ranks:
        assert rank["running_average"]["value"] == pytest.approx(sum(means) / 2)
        assert rank["running_average"]["again"] == pytest.approx(sum(means) / 2)


def test_states_of_one_process_go_on_in_two(ranks, worker):
    for rank in ranks:
        assert "error" not in rank["load_from_one"], rank["load_from_one"]
        close(rank["load_from_one"], expected(worker, 70))


def test_states_of_two_processes_go_on_in_one(ranks, worker):
    assert ranks
    metrics = worker.many()
    metrics.load_state_dict(torch.load(worker.FOLDER / "two.pt", weights_only=True))
    pred, target = worker.data(70)
    more = worker.data(50)
    metrics.update((pred[50:], target[50:]))
    whole = worker.many()
    whole.update(more)
    whole.update((pred[50:], target[50:]))
    close(worker.plain(metrics.compute()), worker.plain(whole.compute()))


def test_every_metric_has_the_value_of_one_process(ranks, worker):
    table = worker.laws()
    whole = worker.valued(table, worker.fed(table, range(7)))
    longer = worker.valued(table, worker.fed(table, [7, 8, *range(7)]))
    for rank in ranks:
        assert "error" not in rank["every_metric"], rank["every_metric"]
        for name in table.EXACT:
            for share in ("uneven", "starved"):
                table.close(rank["every_metric"][share][name], whole[name])
            table.close(rank["every_metric"]["from one"][name], longer[name])


def test_states_of_every_metric_go_on_in_one_process(ranks, worker):
    assert ranks
    table = worker.laws()
    states = torch.load(worker.FOLDER / "every_two.pt", weights_only=True)
    again = worker.fed(table, [])
    for kind, metrics in again.items():
        metrics.load_state_dict(states[kind])
        for seed in (7, 8):
            metrics.update(table.data(kind, seed=seed))
    values, whole = worker.valued(table, again), worker.valued(table, worker.fed(table, range(9)))
    for name in table.EXACT:
        table.close(values[name], whole[name])


def test_messages_of_any_length_arrive_whole(ranks):
    for rank in ranks:
        assert rank["long_messages"] == {"sums": [3, sum(range(9003))], "sizes": [3, 9003]}
