"""What holds of every metric: no host sync, no growth, no graph kept, states that save and go on."""

import copy
import io
import math
import pickle

import pytest
import torch

from simple_ignite import metrics
from simple_ignite.errors import MetricStateError, NoDataError
from simple_ignite.metrics import (
    BLEU,
    MAE,
    MAPE,
    MCC,
    MSE,
    PRAUC,
    PSNR,
    RMSE,
    ROCAUC,
    SSIM,
    WER,
    Accuracy,
    Average,
    AveragePrecision,
    CalibrationError,
    CohenKappa,
    ConfusionMatrix,
    Dice,
    EditDistance,
    EpochMetric,
    F1Score,
    FBeta,
    Frequency,
    GpuInfo,
    HammingDistance,
    Huber,
    IoU,
    Jaccard,
    Loss,
    MaxError,
    MeanIoU,
    MedianAE,
    Metric,
    MetricSet,
    Pearson,
    Perplexity,
    Precision,
    R2Score,
    Recall,
    RougeL,
    RunningAverage,
    Spearman,
    Specificity,
    TopK,
)
from simple_ignite.metrics.gpu import Reading

N = 32


def data(kind, device="cpu", seed=0, dtype=torch.float32):
    """A batch of one kind."""
    random = torch.Generator().manual_seed(seed)
    if kind == "classes":
        pred = torch.randn(N, 4, generator=random)
        target = torch.randint(0, 4, (N,), generator=random)
    elif kind == "probabilities":
        pred = torch.randn(N, 4, generator=random).softmax(1)
        target = torch.randint(0, 4, (N,), generator=random)
    elif kind == "binary":
        pred, target = torch.rand(N, generator=random), torch.randint(0, 2, (N,), generator=random)
    elif kind == "labels":
        pred, target = torch.rand(N, 3, generator=random), torch.randint(0, 2, (N, 3), generator=random)
    elif kind == "numbers":
        pred, target = torch.randn(N, generator=random), torch.randn(N, generator=random).to(device, dtype)
    elif kind == "images":
        pred, target = torch.rand(2, 3, 16, 16, generator=random), torch.rand(2, 3, 16, 16, generator=random)
        target = target.to(device, dtype)
    elif kind == "one":
        return torch.rand((), generator=random).to(device, dtype)
    elif kind == "texts":
        return ["a cat sat on the mat", "a b"], ["the cat sat on a mat", "a c"]
    return pred.to(device, dtype), target.to(device)


CASES = {
    "Accuracy": (lambda: Accuracy(), "classes"),
    "Accuracy top-2": (lambda: Accuracy(top_k=2), "classes"),
    "Accuracy ignoring": (lambda: Accuracy(ignore_index=1), "classes"),
    "Accuracy binary": (lambda: Accuracy(), "binary"),
    "Accuracy multilabel": (lambda: Accuracy(task="multilabel"), "labels"),
    "Accuracy macro": (lambda: Accuracy(average="macro"), "classes"),
    "TopK": (lambda: TopK(2), "classes"),
    "Precision": (lambda: Precision(), "classes"),
    "Precision binary": (lambda: Precision(), "binary"),
    "Precision multilabel": (lambda: Precision(task="multilabel"), "labels"),
    "Precision ignoring": (lambda: Precision(ignore_index=-1), "classes"),
    "Recall": (lambda: Recall(), "classes"),
    "F1Score": (lambda: F1Score(), "classes"),
    "FBeta": (lambda: FBeta(2.0), "classes"),
    "Specificity": (lambda: Specificity(), "classes"),
    "HammingDistance": (lambda: HammingDistance(task="multilabel"), "labels"),
    "ConfusionMatrix": (lambda: ConfusionMatrix(), "classes"),
    "CohenKappa": (lambda: CohenKappa(), "classes"),
    "MCC": (lambda: MCC(), "classes"),
    "Jaccard": (lambda: Jaccard(), "classes"),
    "IoU": (lambda: IoU(average="none"), "classes"),
    "MeanIoU": (lambda: MeanIoU(), "classes"),
    "Dice": (lambda: Dice(), "classes"),
    "CalibrationError": (lambda: CalibrationError(), "probabilities"),
    "ROCAUC": (lambda: ROCAUC(), "binary"),
    "PRAUC": (lambda: PRAUC(), "classes"),
    "AveragePrecision": (lambda: AveragePrecision(task="multilabel"), "labels"),
    "EpochMetric": (lambda: EpochMetric(lambda p, t: (p.double() - t.double()).abs().mean()), "numbers"),
    "MSE": (lambda: MSE(), "numbers"),
    "RMSE": (lambda: RMSE(), "numbers"),
    "MAE": (lambda: MAE(), "numbers"),
    "MAPE": (lambda: MAPE(), "numbers"),
    "MedianAE": (lambda: MedianAE(), "numbers"),
    "MaxError": (lambda: MaxError(), "numbers"),
    "Huber": (lambda: Huber(), "numbers"),
    "R2Score": (lambda: R2Score(), "numbers"),
    "Pearson": (lambda: Pearson(), "numbers"),
    "Spearman": (lambda: Spearman(), "numbers"),
    "Loss": (lambda: Loss(torch.nn.functional.cross_entropy), "classes"),
    "Average": (lambda: Average(), "one"),
    "RunningAverage": (lambda: RunningAverage(), "one"),
    "RunningAverage of a metric": (lambda: RunningAverage(Accuracy()), "classes"),
    "Perplexity": (lambda: Perplexity(), "classes"),
    "PSNR": (lambda: PSNR(), "images"),
    "SSIM": (lambda: SSIM(), "images"),
    "MetricsLambda": (lambda: 2 * Precision() * Recall() / (Precision() + Recall()), "classes"),
    "BLEU": (lambda: BLEU(2), "texts"),
    "RougeL": (lambda: RougeL(), "texts"),
    "EditDistance": (lambda: EditDistance(), "texts"),
    "WER": (lambda: WER(), "texts"),
    "Frequency": (lambda: Frequency(output_transform=lambda output: 8), "one"),
}
ON_TENSORS = [name for name in CASES if CASES[name][1] != "texts"]
KEEP_ALL = {"EpochMetric", "ROCAUC", "PRAUC", "AveragePrecision", "MedianAE", "Spearman"}
NO_METRIC = {
    *("Cat", "Max", "Metric", "MetricSet", "Min", "Reduced", "Sum"),
    *("larger", "pair", "single", "smaller"),
}
ELSEWHERE = {"DistributedMetric", "GpuInfo"}  # test_foreign, test_gpu


def states(metric):
    """All that a metric holds on to, as one flat list of tensors."""
    return [
        value for leaf in metric.leaves() for value in vars(leaf).values() if isinstance(value, torch.Tensor)
    ]


def same(a, b):
    """Whether two values are the same."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    return a == b or math.isclose(a, b, rel_tol=1e-12) or (math.isnan(a) and math.isnan(b))


def test_every_public_metric_is_held_to_the_laws():
    held = {name.split()[0] for name in CASES}
    assert set(metrics.__all__) - NO_METRIC - ELSEWHERE == held


@pytest.mark.parametrize("name", ON_TENSORS)
def test_an_update_never_waits_for_the_device(name):
    """On the meta device whatever asks a tensor for its value raises."""
    make, kind = CASES[name]
    metric = make()
    for _ in range(2):
        metric.update(data(kind, device="meta"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("name", ON_TENSORS)
def test_on_a_gpu_no_update_synchronises_and_the_value_is_the_same(name):
    make, kind = CASES[name]
    on_gpu, on_cpu = make(), make()
    batches = [data(kind, seed=seed) for seed in range(3)]
    moved = [tuple(x.cuda() for x in b) if isinstance(b, tuple) else b.cuda() for b in batches]
    on_gpu.update(moved[0])  # the first may have to allocate
    torch.cuda.set_sync_debug_mode("error")
    try:
        for batch in moved[1:]:
            on_gpu.update(batch)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for batch in batches:
        on_cpu.update(batch)
    if name != "Frequency":
        torch.testing.assert_close(
            torch.as_tensor(on_gpu.compute()).cpu(), torch.as_tensor(on_cpu.compute()), rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("name", ON_TENSORS)
def test_inference_mode_may_be_left_and_entered(name):
    make, kind = CASES[name]
    mixed, plain = make(), make()
    for seed in range(4):
        with torch.inference_mode(seed % 2 == 0):
            mixed.update(data(kind, seed=seed))
        plain.update(data(kind, seed=seed))
    if name != "Frequency":
        assert same(mixed.compute(), plain.compute())


@pytest.mark.parametrize("name", [name for name in CASES if "Lambda" not in name and name != "EpochMetric"])
def test_a_copy_goes_its_own_way(name):
    make, kind = CASES[name]
    if name == "Frequency":
        pytest.skip("time goes on; its transform is a lambda")
    metric, whole = make(), make()
    metric.update(data(kind))
    copies = [copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))]
    metric.update(data(kind, seed=5))
    whole.update(data(kind))
    whole.update(data(kind, seed=1))
    for copied in copies:
        copied.update(data(kind, seed=1))
        assert same(copied.compute(), whole.compute())


@pytest.mark.parametrize("name", [name for name in CASES if name not in KEEP_ALL])
def test_what_is_held_does_not_grow(name):
    make, kind = CASES[name]
    metric = make()
    metric.update(data(kind))
    size = sum(tensor.numel() for tensor in states(metric))
    names = set(vars(metric))
    for seed in range(20):
        metric.update(data(kind, seed=seed))
    assert sum(tensor.numel() for tensor in states(metric)) == size
    assert set(vars(metric)) == names
    assert not any(isinstance(value, list) for leaf in metric.leaves() for value in vars(leaf).values())


@pytest.mark.parametrize("name", ON_TENSORS)
def test_no_graph_is_kept(name):
    make, kind = CASES[name]
    metric = make()
    batch = data(kind)
    leaf = (batch[0] if isinstance(batch, tuple) else batch).requires_grad_()
    grown = leaf * 1.0
    for _ in range(2):
        metric.update((grown, batch[1]) if isinstance(batch, tuple) else grown)
    kept = [*states(metric), *(c for part in metric.leaves() for n in part.states for c in chunks(part, n))]
    assert not any(tensor.requires_grad for tensor in kept)


def chunks(metric, name):
    """What a state that keeps batches holds."""
    value = getattr(metric, name)
    return value if isinstance(value, list) else []


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ON_TENSORS)
def test_half_precision_gives_the_value_of_the_same_numbers_in_double(name, dtype):
    make, kind = CASES[name]
    if name in ("Loss", "Frequency"):
        pytest.skip("the loss is the user's, and a frequency has no precision")
    half, double = make(), make()
    for seed in range(30):
        batch = data(kind, dtype=dtype, seed=seed)
        wide = [
            x.double() if x.is_floating_point() else x
            for x in (batch if isinstance(batch, tuple) else [batch])
        ]
        half.update(batch)
        double.update(tuple(wide) if isinstance(batch, tuple) else wide[0])
    a, b = half.compute(), double.compute()
    torch.testing.assert_close(
        torch.as_tensor(a), torch.as_tensor(b), rtol=1e-5, atol=1e-6, check_dtype=False
    )


@pytest.mark.parametrize("name", CASES)
def test_saved_states_go_on_as_if_never_stopped(name):
    make, kind = CASES[name]
    if name == "Frequency":
        pytest.skip("time goes on; see test_throughput")
    whole, half, again = make(), make(), make()
    whole.update(data(kind))
    half.update(data(kind))
    file = io.BytesIO()
    torch.save(half.state_dict(), file)
    file.seek(0)
    again.update(data(kind, seed=9))  # what was there before is forgotten
    again.load_state_dict(torch.load(file, weights_only=True))
    for metric in (whole, again):
        metric.update(data(kind, seed=1))
    assert same(again.compute(), whole.compute())


@pytest.mark.parametrize("name", ON_TENSORS)
def test_loaded_and_merged_states_follow_to_the_device_of_the_data(name):
    make, kind = CASES[name]
    saved, loaded, merged, metrics = make(), make(), make(), MetricSet()
    metrics.add("inside", make())
    saved.update(data(kind))
    loaded.load_state_dict(saved.state_dict())
    metrics.load_state_dict({"inside": saved.state_dict()})
    merged.merge(saved)
    for metric in (loaded, merged, metrics):
        metric.update(data(kind, device="meta"))
        metric.update(data(kind, device="meta"))
    for metric in (loaded, merged, metrics["inside"]):
        kept = [value for leaf in metric.leaves() for state in leaf.states for value in held(leaf, state)]
        assert all(tensor.is_meta for tensor in kept)


def held(metric, name):
    """The tensors of a state."""
    value = getattr(metric, name)
    return [
        item for item in (value if isinstance(value, list) else [value]) if isinstance(item, torch.Tensor)
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_state_dictionary_does_not_change_with_later_updates(name):
    make, kind = CASES[name]
    metric = make()
    metric.update(data(kind))
    saved = metric.state_dict()
    before = repr(saved)
    metric.update(data(kind, seed=1))
    assert repr(saved) == before


@pytest.mark.parametrize("name", [name for name in ON_TENSORS if CASES[name][1] != "one"])
def test_an_empty_batch_changes_nothing(name):
    make, kind = CASES[name]
    if "Running" in name or name == "Frequency":
        pytest.skip("each batch counts as one")
    with_empty, without = make(), make()
    pred, target = data(kind)
    for metric in (with_empty, without):
        if metric is with_empty:
            metric.update((pred[:0], target[:0]))
        metric.update((pred, target))
        if metric is with_empty:
            metric.update((pred[:0], target[:0]))
    assert same(with_empty.compute(), without.compute())


@pytest.mark.parametrize("name", CASES)
def test_a_reset_metric_is_as_new(name):
    make, kind = CASES[name]
    if name == "Frequency":
        pytest.skip("see test_throughput")
    used, new = make(), make()
    used.update(data(kind))
    used.reset()
    with pytest.raises(NoDataError):
        used.compute()
    for metric in (used, new):
        metric.update(data(kind, seed=1))
    assert same(used.compute(), new.compute())


@pytest.mark.parametrize("name", CASES)
def test_alone_and_in_a_set_the_value_is_the_same(name):
    make, kind = CASES[name]
    if name == "Frequency":
        pytest.skip("see test_throughput")
    alone, inside, every = make(), MetricSet(), MetricSet()
    inside.add("metric", make())
    for other, (build, its) in CASES.items():
        if its == kind:
            every.add(other, build())
    for seed in range(3):
        for metric in (alone, inside, every):
            metric.update(data(kind, seed=seed))
    assert same(inside.compute()["metric"], alone.compute())
    assert same(every.compute()[name], alone.compute())


def test_states_of_another_metric_are_refused():
    metric = Average()
    metric.update(1.0)
    with pytest.raises(MetricStateError) as error:
        Accuracy().load_state_dict(metric.state_dict())
    assert str(error.value).endswith(
        "cannot load the states ['samples', 'total']; expected the states ['correct', 'outside', 'seen']"
    )


def test_metrics_of_other_settings_do_not_merge():
    with pytest.raises(MetricStateError) as error:
        Huber(1.0).merge(Huber(2.0))
    assert str(error.value) == (
        "Huber(kind='Huber', delta=1.0): cannot merge Huber(kind='Huber', delta=2.0); expected a metric of "
        "the same kind and settings"
    )


def test_batches_of_other_sizes_do_not_mix_up_classes():
    one, other = ConfusionMatrix(), ConfusionMatrix()
    one.update((torch.eye(3), torch.arange(3)))
    other.update((torch.eye(4), torch.arange(4)))
    with pytest.raises(MetricStateError) as error:
        one.merge(other)
    assert str(error.value) == (
        "Counts(threshold=0.5): multiclass: cannot add states of shapes (1, 6, 5) and (1, 7, 6); "
        "expected states of the same shape"
    )


def test_readings_are_no_states():
    metric: Metric = GpuInfo(read=lambda: [Reading(0, 1, 2, 1)])
    assert metric.state_dict() == {}
