"""What holds of every metric: no host sync, no growth, no graph kept, states that save and go on."""

import copy
import io
import pickle

import pytest
import torch

from simple_ignite import metrics
from simple_ignite.errors import MetricError, MetricStateError, NoDataError
from simple_ignite.metrics import (
    BLEU,
    MAE,
    MAPE,
    MCC,
    MRR,
    MSE,
    NDCG,
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
    ClassificationReport,
    CohenKappa,
    ConfusionMatrix,
    CosineSimilarity,
    Dice,
    EditDistance,
    EpochMetric,
    F1Score,
    FBeta,
    FrechetDistance,
    Frequency,
    GpuInfo,
    HammingDistance,
    Huber,
    IoU,
    Jaccard,
    JSDivergence,
    Kendall,
    KLDivergence,
    Loss,
    MaxError,
    MeanAveragePrecision,
    MeanIoU,
    MedianAE,
    Metric,
    MetricSet,
    Pearson,
    Perplexity,
    PRCurve,
    Precision,
    R2Score,
    Recall,
    ROCCurve,
    RougeL,
    RunningAverage,
    Spearman,
    Specificity,
    TopK,
)
from simple_ignite.metrics.base.reduction import unique
from simple_ignite.metrics.base.wire_format import packed, unpacked
from simple_ignite.metrics.gpu import Reading

N = 32


def data(kind, device="cpu", seed=0, dtype=torch.float32):
    """A batch of one kind."""
    random = torch.Generator().manual_seed(seed)

    def floats(*shape):
        return torch.rand(shape, generator=random)

    def whole(most, *shape):
        return torch.randint(0, most, shape, generator=random)

    batch = {
        "classes": lambda: (floats(N, 4), whole(4, N)),
        "tokens": lambda: (floats(N, 3, 4), whole(4, N, 3)),
        "probabilities": lambda: (floats(N, 4).softmax(1), whole(4, N)),
        "binary": lambda: (floats(N), whole(2, N)),
        "labels": lambda: (floats(N, 3), whole(2, N, 3)),
        "numbers": lambda: (floats(N) - 0.5, floats(N) - 0.5),
        "vectors": lambda: (floats(N, 3) - 0.5, floats(N, 3) - 0.5),
        "distributions": lambda: (floats(N, 3).softmax(1), floats(N, 3).softmax(1)),
        "queries": lambda: (floats(N, 5), whole(3, N, 5)),
        "images": lambda: (floats(2, 3, 16, 16), floats(2, 3, 16, 16)),
        "boxes": lambda: boxes(floats, whole),
        "one": lambda: floats(),
        "texts": lambda: (["a cat sat on the mat", "a b"], ["the cat sat on a mat", "a c"]),
    }[kind]()
    return mapped(batch, lambda part: part.to(device, dtype) if part.is_floating_point() else part.to(device))


def boxes(floats, whole):
    """What was found in three images, and what is there."""
    found, there = [], []
    for size in (5, 0, 3):
        place = floats(4, 4) * 100
        corners = torch.cat([place[:, :2], place[:, :2] + place[:, 2:]], 1)
        there.append({"boxes": corners, "labels": whole(2, 4)})
        near = there[-1]["boxes"][whole(4, size)] + floats(size, 4) * 8
        found.append({"boxes": near.round(), "scores": floats(size), "labels": whole(2, size)})
    return found, there


def mapped(value, function):
    """A nested value with a function applied to each tensor in it."""
    if isinstance(value, torch.Tensor):
        return function(value)
    if isinstance(value, dict):
        return {name: mapped(item, function) for name, item in value.items()}
    return type(value)(mapped(item, function) for item in value) if isinstance(value, tuple | list) else value


def flat(value):
    """All numbers of a nested value, one after the other."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return torch.cat([flat(item) for item in value]) if value else torch.empty(0, dtype=torch.float64)
    return torch.as_tensor(value).detach().cpu().double().reshape(-1)


def empty(batch):
    """The same batch without a sample."""
    return mapped(batch, lambda part: part[:0]) if isinstance(batch[0], torch.Tensor) else ([], [])


CASES = {
    "Accuracy": (lambda: Accuracy(), "classes"),
    "Accuracy top-2": (lambda: Accuracy(top_k=2), "classes"),
    "Accuracy ignoring": (lambda: Accuracy(ignore_index=1), "classes"),
    "Accuracy binary": (lambda: Accuracy(), "binary"),
    "Accuracy multilabel": (lambda: Accuracy(task="multilabel"), "labels"),
    "Accuracy macro": (lambda: Accuracy(average="macro"), "classes"),
    "Accuracy samples": (lambda: Accuracy(task="multilabel", average="samples"), "labels"),
    "Accuracy last dimension": (lambda: Accuracy(dim=-1), "tokens"),
    "TopK": (lambda: TopK(2), "classes"),
    "Precision": (lambda: Precision(), "classes"),
    "Precision binary": (lambda: Precision(), "binary"),
    "Precision multilabel": (lambda: Precision(task="multilabel"), "labels"),
    "Precision samples": (lambda: Precision(task="multilabel", average="samples"), "labels"),
    "Precision last dimension": (lambda: Precision(dim=-1), "tokens"),
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
    "ClassificationReport": (lambda: ClassificationReport(), "classes"),
    "ClassificationReport multilabel": (lambda: ClassificationReport(task="multilabel"), "labels"),
    "CalibrationError": (lambda: CalibrationError(), "probabilities"),
    "ROCAUC": (lambda: ROCAUC(), "binary"),
    "PRAUC": (lambda: PRAUC(), "classes"),
    "AveragePrecision": (lambda: AveragePrecision(task="multilabel"), "labels"),
    "AveragePrecision samples": (
        lambda: AveragePrecision(task="multilabel", average="samples"),
        "labels",
    ),
    "ROCAUC last dimension": (lambda: ROCAUC(dim=-1), "tokens"),
    "ROCCurve": (lambda: ROCCurve(), "binary"),
    "ROCCurve of classes": (lambda: ROCCurve(points=5), "classes"),
    "PRCurve": (lambda: PRCurve(average="micro"), "classes"),
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
    "Kendall": (lambda: Kendall(), "numbers"),
    "CosineSimilarity": (lambda: CosineSimilarity(), "vectors"),
    "KLDivergence": (lambda: KLDivergence(), "distributions"),
    "JSDivergence": (lambda: JSDivergence(form="logits"), "vectors"),
    "FrechetDistance": (lambda: FrechetDistance(), "vectors"),
    "NDCG": (lambda: NDCG(3), "queries"),
    "NDCG ignoring": (lambda: NDCG(ignore_index=0), "queries"),
    "MRR": (lambda: MRR(), "queries"),
    "MRR of indices": (lambda: MRR(), "classes"),
    "MeanAveragePrecision": (lambda: MeanAveragePrecision(per_class=True), "boxes"),
    "Loss": (lambda: Loss(torch.nn.functional.cross_entropy), "classes"),
    "Average": (lambda: Average(), "one"),
    "RunningAverage": (lambda: RunningAverage(), "one"),
    "RunningAverage of a metric": (lambda: RunningAverage(Accuracy()), "classes"),
    "Average of rows": (lambda: Average(output_transform=lambda output: output[0]), "vectors"),
    "Average weighted": (lambda: Average(output_transform=lambda output: (output[0], 3)), "vectors"),
    "Perplexity": (lambda: Perplexity(), "classes"),
    "Perplexity of sequences": (lambda: Perplexity(), "tokens"),
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
ON_PAIRS = [name for name in CASES if CASES[name][1] != "one"]
KEEP_ALL = {
    *("EpochMetric", "ROCAUC", "PRAUC", "AveragePrecision", "ROCCurve", "PRCurve", "MedianAE", "Spearman"),
    *("Kendall", "MeanAveragePrecision"),
}
NO_METRIC = {
    *("Cat", "Max", "Metric", "MetricSet", "Min", "Reduced", "Sum", "larger", "pair", "single", "smaller"),
    *("PRPoints", "ROCPoints", "curve_table", "report_text"),
}
BY_LAMBDA = {name for name in CASES if "Lambda" in name or name == "EpochMetric" or "Average " in name}
ELSEWHERE = {"DistributedMetric", "GpuInfo"}  # test_foreign, test_gpu


def states(metric):
    """All that a metric holds on to, as one flat list of tensors."""
    return [
        value for leaf in metric.leaves() for value in vars(leaf).values() if isinstance(value, torch.Tensor)
    ]


def same(a, b):
    """Whether two values are the same."""
    a, b = flat(a), flat(b)
    return torch.allclose(a, b, rtol=1e-12, atol=0.0, equal_nan=True)


def close(a, b, tolerance=1e-9):
    """See that two values agree, whatever the order in which their parts were added up."""
    torch.testing.assert_close(flat(a), flat(b), rtol=tolerance, atol=tolerance, equal_nan=True)


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
    moved = [mapped(batch, lambda part: part.cuda()) for batch in batches]
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
        close(on_gpu.compute(), on_cpu.compute(), 1e-6)


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


@pytest.mark.parametrize("name", [name for name in CASES if name not in BY_LAMBDA])
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


@pytest.mark.parametrize("name", [name for name in CASES if name.split()[0] not in KEEP_ALL])
def test_what_is_held_does_not_grow(name):
    make, kind = CASES[name]
    metric = make()
    for seed in range(3):
        metric.update(data(kind, seed=seed))
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
    batch = mapped(data(kind), lambda part: part.requires_grad_() * 1.0 if part.is_floating_point() else part)
    for _ in range(3):
        metric.update(batch)
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
        half.update(batch)
        double.update(mapped(batch, lambda part: part.double() if part.is_floating_point() else part))
    close(half.compute(), double.compute(), 1e-5)


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


@pytest.mark.parametrize("name", ON_PAIRS)
def test_an_empty_batch_changes_nothing(name):
    make, kind = CASES[name]
    with_empty, without = make(), make()
    for seed in range(3):
        batch = data(kind, seed=seed)
        with_empty.update(empty(batch))
        for metric in (with_empty, without):
            metric.update(batch)
    with_empty.update(empty(batch))
    assert same(with_empty.compute(), without.compute())


@pytest.mark.parametrize("name", ON_PAIRS)
def test_nothing_but_empty_batches_is_no_data(name):
    make, kind = CASES[name]
    metric = make()
    for _ in range(2):
        metric.update(empty(data(kind)))
    with pytest.raises(NoDataError):
        metric.compute()


@pytest.mark.parametrize("name", CASES)
def test_none_is_reported_in_our_words(name):
    make, kind = CASES[name]
    if name == "Frequency":
        pytest.skip("its transform gives a number whatever comes")
    batch = data(kind)
    outputs = [None]
    if isinstance(batch, tuple) and not name.startswith("Average"):
        outputs += [(None, None), (None, batch[1])]
        outputs += [(batch[0], None)] if name != "Loss" else []  # a loss may do without
    for output in outputs:
        metric = make()
        if name.startswith("Average ") and output is None:
            continue  # its transform fails
        with pytest.raises(MetricError):
            metric.update(output)
        metric.update(batch)
        with pytest.raises(MetricError):
            metric.update(output)


def shares(name, ranks):
    """Metrics that have seen a share of six batches each, the last none at all; and one that saw all."""
    make, kind = CASES[name]
    parts, whole = [make() for _ in range(ranks)], make()
    for seed in range(6):
        batch = data(kind, seed=seed)
        if seed == 5 and isinstance(batch, tuple):  # a last batch of another size
            batch = mapped(batch, lambda part: part[:1]) if kind not in ("texts", "boxes") else batch
        parts[seed % (ranks - 1)].update(batch)
        whole.update(batch)
    return parts, whole


EXACT = [name for name in CASES if name.split()[0] not in ("RunningAverage", "Frequency")]


def over_ranks(parts):
    """The value that each of several ranks gets, by the messages that they send each other."""
    sent = [[list(leaf.local().items()) for leaf in unique(metric.leaves())] for metric in parts]
    received = []
    for states in sent:
        values = iter(unpacked(packed(value for leaf in states for _, value in leaf)))
        received.append([{name: next(values) for name, _ in leaf} for leaf in states])
    values = []
    for metric in parts:
        leaves = list(unique(metric.leaves()))
        held = [leaf.hold(leaf.merged([states[i] for states in received])) for i, leaf in enumerate(leaves)]
        values.append(metric.value())
        for leaf, before in zip(leaves, held, strict=True):
            leaf.release(before)
    return values


@pytest.mark.parametrize("name", EXACT)
def test_over_ranks_the_value_is_that_of_one_process(name):
    parts, whole = shares(name, 3)
    for _ in range(2):  # computing leaves no trace
        for value in over_ranks(parts):
            close(value, whole.compute())


@pytest.mark.parametrize("name", EXACT)
def test_merged_in_any_order_the_value_is_that_of_one_process(name):
    for order in ([0, 1, 2], [2, 1, 0]):
        parts, whole = shares(name, 3)
        first, *others = (parts[i] for i in order)
        for other in others:
            first.merge(other)
        close(first.compute(), whole.compute())


@pytest.mark.parametrize("name", EXACT)
def test_states_of_several_ranks_go_on_in_another_number(name):
    parts, whole = shares(name, 3)
    leaves = [list(unique(metric.leaves())) for metric in parts]
    merged = [own[0].merged([leaf.local() for leaf in own]) for own in zip(*leaves, strict=True)]
    saved = parts[0].assembled(merged)
    make, kind = CASES[name]
    again = [make() for _ in range(4)]
    again[0].load_state_dict(saved)  # the others begin empty
    for seed, metric in enumerate(again):
        metric.update(data(kind, seed=20 + seed))
        whole.update(data(kind, seed=20 + seed))
    for value in over_ranks(again):
        close(value, whole.compute())


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
        "the same class and settings"
    )


def test_batches_of_other_sizes_do_not_mix_up_classes():
    one, other = ConfusionMatrix(), ConfusionMatrix()
    one.update((torch.eye(3), torch.arange(3)))
    other.update((torch.eye(4), torch.arange(4)))
    with pytest.raises(MetricStateError) as error:
        one.merge(other)
    assert str(error.value) == (
        "Counts(threshold=0.5, dim=1): multiclass: cannot add states of shapes (1, 6, 5) and (1, 7, 6); "
        "expected states of the same shape"
    )


def test_readings_are_no_states():
    metric: Metric = GpuInfo(read=lambda: [Reading(0, 1, 2, 1)])
    assert metric.state_dict() == {}
