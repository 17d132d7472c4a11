"""Every metric of classification against scikit-learn or torchmetrics, for all ways of giving data.

Generated: binary, multiclass and multilabel data, scores and labels of all types, ignored targets, sets in
which classes are missing, nothing is right, or nothing counts; and every average.
"""

import math
import warnings

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
import torchmetrics.functional.classification as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.metrics import (
    MCC,
    PRAUC,
    ROCAUC,
    Accuracy,
    AveragePrecision,
    CalibrationError,
    ClassificationReport,
    CohenKappa,
    ConfusionMatrix,
    Dice,
    F1Score,
    FBeta,
    HammingDistance,
    Jaccard,
    MeanIoU,
    PRCurve,
    Precision,
    Recall,
    ROCCurve,
    Specificity,
    TopK,
)

CLASSES = 4
FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
TARGETS = ["any", "one class", "two classes", "no positive", "all positive", "all ignored", "one sample"]
GUESSES = ["any", "one class", "right", "wrong", "ties"]


def generated(task, seed, targets, guesses, ignore, *, labels=False, pred_type=None, target_type=torch.int64):
    """A prediction and a target of a task.

    `labels` gives classes instead of scores; `ignore` is None or what some targets are replaced by.
    """
    random = torch.Generator().manual_seed(seed)
    n = 1 if targets == "one sample" else int(torch.randint(2, 24, (), generator=random))
    classes = CLASSES if task == "multiclass" else 2
    shape = (n, 3) if task == "multilabel" else (n,)
    target = torch.randint(0, classes, shape, generator=random)
    if targets == "one class":
        target = torch.full(shape, int(target.flatten()[0]))
    elif targets == "two classes":
        target = target.clamp(max=1)
    elif targets == "no positive":
        target = torch.where(torch.arange(shape[-1]) == 0, 0, target) if task == "multilabel" else target * 0
    elif targets == "all positive":
        target = target * 0 + 1
    scores = (n, CLASSES) if task == "multiclass" else shape
    pred = torch.rand(scores, generator=random)
    if guesses == "one class":
        pred = torch.zeros(scores)
    elif guesses == "ties":
        pred = (pred * 4).round() / 4
    elif guesses in ("right", "wrong"):
        truth = torch.nn.functional.one_hot(target, CLASSES) if task == "multiclass" else target
        pred = (pred + 2 * truth if guesses == "right" else pred + 2 * (1 - truth)) / 3
    if ignore is not None:
        few = torch.rand(shape, generator=random) < 0.3
        target = torch.where(few | torch.tensor(targets == "all ignored"), ignore, target)
    if labels:
        pred = pred.argmax(1) if task == "multiclass" else (pred > 0.5).long()
    pred = pred.to(pred_type) if pred_type is not None else pred
    return pred, target.to(target_type)


@st.composite
def data(draw, task, *, scores_only=False):
    """Arguments for `generated`, that fit each other."""
    labels = draw(st.booleans()) and not scores_only
    small = [torch.bool] if task != "multiclass" else []
    integers = draw(st.sampled_from([*INTEGERS, *small]))
    pred_type = integers if labels else draw(st.sampled_from(FLOATS))
    target_type = draw(st.sampled_from([*INTEGERS, *(FLOATS if task != "multiclass" else [])]))
    ignored = [None, None, 0, 1] + ([-1, -100] if target_type != torch.uint8 else [255])
    ignore = draw(st.sampled_from(ignored))
    targets = draw(st.sampled_from(TARGETS if ignore is not None else [t for t in TARGETS if "ign" not in t]))
    return ignore, generated(
        task,
        draw(st.integers(0, 2**31)),
        targets,
        draw(st.sampled_from(GUESSES)),
        ignore,
        labels=labels,
        pred_type=pred_type,
        target_type=target_type,
    )


def arrays(task, pred, target, ignore):
    """Guessed classes or labels, targets, and which count, as numpy has them."""
    target = target.double().numpy().astype(int)
    kept = np.ones_like(target, bool) if ignore is None else target != ignore
    if task == "multiclass" and pred.ndim == 2:
        guess = pred.argmax(1).numpy()
    elif pred.is_floating_point():
        guess = (pred > 0.5).numpy().astype(int)
    else:
        guess = pred.long().numpy()
    return guess, target, kept


def computed(metric, batch):
    """The value after one batch, as numpy has it."""
    metric.update(batch)
    return np.asarray(metric.compute(), dtype=float)


def near(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


# Values per class --------------------------------------------------------------------------------------

SCORES = {
    "precision": (Precision, sk.precision_score),
    "recall": (Recall, sk.recall_score),
    "f1": (F1Score, sk.f1_score),
    "f2": (lambda **o: FBeta(2.0, **o), lambda *a, **o: sk.fbeta_score(*a, beta=2.0, **o)),
    "jaccard": (Jaccard, sk.jaccard_score),
    "dice": (Dice, sk.f1_score),
    "specificity": (Specificity, None),
}
ZEROS = {"jaccard": (0, 1)}
AVERAGES = ["micro", "macro", "weighted", "none"]


def specificity(target, guess, *, average, zero_division, labels=None):
    """Recall of what is not of a class; its averages by their definition."""
    if average == "binary":
        return sk.recall_score(1 - target, 1 - guess, average="binary", zero_division=zero_division)
    multilabel = target.ndim == 2
    found = sk.multilabel_confusion_matrix(target, guess, labels=None if multilabel else labels)
    if average == "samples":
        found = sk.multilabel_confusion_matrix(target, guess, samplewise=True)
    if average == "micro":
        found = found.sum(0, keepdims=True)
    below = found[:, 0].sum(1)
    each = np.where(below == 0, zero_division, found[:, 0, 0] / np.maximum(below, 1))
    if average in (None, "none"):
        return each
    weights = found[:, 1].sum(1) if average == "weighted" else np.ones(len(each))
    defined = ~np.isnan(each)
    weights = weights * defined
    if not weights.sum():
        weights = defined * 1.0
    return np.average(np.nan_to_num(each), weights=weights) if weights.sum() else math.nan


def scored(name, target, guess, average, zero, classes=None):
    """What scikit-learn says of a set that is not empty."""
    reference = SCORES[name][1] or specificity
    labels = range(classes) if average == "micro" and name == "specificity" and classes else None
    average = None if average == "none" else average
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reference(target, guess, average=average, zero_division=zero, labels=labels)


@pytest.mark.parametrize("average", [*AVERAGES, "binary", "auto"])
@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=3)
@given(case=data("binary"), zero=st.sampled_from([0, 1, math.nan]))
def test_binary_scores(name, average, case, zero):
    ignore, (pred, target) = case
    if zero not in ZEROS.get(name, (zero,)):
        return
    metric = SCORES[name][0](average=average, task="binary", ignore_index=ignore, zero_division=zero)
    guess, true, kept = arrays("binary", pred, target, ignore)
    ours = computed(metric, (pred, target))
    if not kept.any():
        assert np.isnan(ours).all()
        return
    true, guess = true[kept], guess[kept]
    if average == "none":
        sides = ((1 - true, 1 - guess), (true, guess))
        theirs = [scored(name, *side, "binary", zero) for side in sides]
    else:
        theirs = scored(name, true, guess, "binary" if average == "auto" else average, zero, 2)
    near(ours, theirs)


@pytest.mark.parametrize("average", [*AVERAGES, "auto"])
@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=3)
@given(case=data("multiclass"), zero=st.sampled_from([0, 1, math.nan]))
def test_multiclass_scores(name, average, case, zero):
    ignore, (pred, target) = case
    if zero not in ZEROS.get(name, (zero,)):
        return
    options = {"task": "multiclass", "num_classes": CLASSES, "ignore_index": ignore}
    metric = SCORES[name][0](average=average, zero_division=zero, **options)
    guess, true, kept = arrays("multiclass", pred, target, ignore)
    ours = computed(metric, (pred, target))
    if not kept.any():
        assert np.isnan(ours).all()
        return
    average = "macro" if average == "auto" else average
    true, guess = true[kept], guess[kept]
    if average == "none":
        theirs = [scored(name, 1 * (true == k), 1 * (guess == k), "binary", zero) for k in range(CLASSES)]
    else:
        theirs = scored(name, true, guess, average, zero, CLASSES)
    near(ours, theirs)


def by_label(function, true, guess, kept, average):
    """An average over labels of which some targets do not count, by its definition."""
    if average == "micro":
        return function(true[kept], guess[kept]) if kept.any() else math.nan
    if average == "samples":
        true, guess, kept = true.T, guess.T, kept.T
    columns = range(true.shape[1])
    parts = [(true[kept[:, k], k], guess[kept[:, k], k]) for k in columns]
    each = np.array([function(*part) if len(part[0]) else math.nan for part in parts], dtype=float)
    if average == "none":
        return each
    weights = ((true == 1) & kept).sum(0) if average == "weighted" else np.ones(len(each))
    defined = ~np.isnan(each)
    weights = weights * defined
    if not weights.sum():
        weights = defined * 1.0
    return np.average(np.nan_to_num(each), weights=weights) if weights.sum() else math.nan


@pytest.mark.parametrize("average", [*AVERAGES, "samples", "auto"])
@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=3)
@given(case=data("multilabel"), zero=st.sampled_from([0, 1, math.nan]))
def test_multilabel_scores(name, average, case, zero):
    ignore, (pred, target) = case
    if zero not in ZEROS.get(name, (zero,)):
        return
    metric = SCORES[name][0](average=average, task="multilabel", ignore_index=ignore, zero_division=zero)
    guess, true, kept = arrays("multilabel", pred, target, ignore)
    ours = computed(metric, (pred, target))
    average = "macro" if average == "auto" else average
    if ignore is None:
        near(ours, scored(name, true, guess, average, zero))
    else:
        near(ours, by_label(lambda t, g: scored(name, t, g, "binary", zero), true, guess, kept, average))


# Shares of right and wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("task", ["binary", "multiclass"])
@settings(max_examples=8)
@given(drawn=st.data())
def test_accuracy_and_its_complement(task, average, drawn):
    ignore, batch = drawn.draw(data(task))
    options = {"task": task, "average": average, "ignore_index": ignore}
    if task == "multiclass":
        options["num_classes"] = CLASSES
    guess, true, kept = arrays(task, *batch, ignore)
    ours, distance = computed(Accuracy(**options), batch), computed(HammingDistance(**options), batch)
    if not kept.any():
        assert np.isnan(ours).all()
        assert np.isnan(distance).all()
        return
    true, guess = true[kept], guess[kept]
    recalls = np.array([sk.recall_score(true == k, guess == k, zero_division=0) for k in range(CLASSES)])
    has = np.bincount(true, minlength=CLASSES) > 0
    if average == "none":
        near(ours, recalls[: len(ours)])
        near(distance[has[: len(ours)]], 1 - ours[has[: len(ours)]])
        return
    theirs = recalls[has].mean() if average == "macro" else sk.accuracy_score(true, guess)
    near(ours, theirs)
    near(distance, 1 - theirs)
    if average == "macro":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            near(ours, sk.balanced_accuracy_score(true, guess))
    if average == "micro":
        near(distance, sk.hamming_loss(true, guess))


@pytest.mark.parametrize("average", [*AVERAGES, "samples"])
@settings(max_examples=8)
@given(case=data("multilabel"))
def test_accuracy_of_labels_and_its_complement(average, case):
    ignore, batch = case
    options = {"task": "multilabel", "average": average, "ignore_index": ignore}
    guess, true, kept = arrays("multilabel", *batch, ignore)
    theirs = by_label(lambda t, g: (t == g).mean(), true, guess, kept, average)
    near(computed(Accuracy(**options, subset=False), batch), theirs)
    near(computed(HammingDistance(**options), batch), 1 - np.asarray(theirs))
    if average == "micro":
        right = ((true == guess) | ~kept).all(1)[kept.any(1)]
        near(computed(Accuracy(**options), batch), right.mean() if len(right) else math.nan)


@settings(max_examples=8)
@given(case=data("multiclass", scores_only=True), k=st.integers(1, CLASSES))
def test_top_k(case, k):
    ignore, (pred, target) = case
    ranked = pred.double() - torch.arange(CLASSES) * 1e-9  # no ties
    _, true, kept = arrays("multiclass", pred, target, ignore)
    theirs = math.nan
    if kept.any():
        theirs = 1.0
        if k < CLASSES:
            theirs = sk.top_k_accuracy_score(true[kept], ranked[kept], k=k, labels=range(CLASSES))
    near(computed(TopK(k, ignore_index=ignore), (ranked, target)), theirs)


# Whole matrices -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@settings(max_examples=12)
@given(drawn=st.data(), normalize=st.sampled_from([None, "true", "pred", "all"]))
def test_confusion_matrix_kappa_and_mcc(task, drawn, normalize):
    ignore, batch = drawn.draw(data(task))
    classes = CLASSES if task == "multiclass" else 2
    options = {"task": task, "ignore_index": ignore, "num_classes": classes}
    guess, true, kept = arrays(task, *batch, ignore)
    matrix = computed(ConfusionMatrix(**options, normalize=normalize), batch)
    if not kept.any():
        assert np.isnan(matrix).all() if normalize else not matrix.any()
        assert math.isnan(computed(CohenKappa(**options), batch))
        assert math.isnan(computed(MCC(**options), batch))
        return
    true, guess = true[kept], guess[kept]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        near(matrix, sk.confusion_matrix(true, guess, labels=range(classes), normalize=normalize))
        near(computed(MCC(**options), batch), sk.matthews_corrcoef(true, guess))
        for weights in (None, "linear", "quadratic"):
            theirs = sk.cohen_kappa_score(true, guess, weights=weights, labels=range(classes))
            near(computed(CohenKappa(**options, weights=weights), batch), theirs)


@settings(max_examples=8)
@given(case=data("multilabel"))
def test_matrices_of_labels(case):
    ignore, batch = case
    guess, true, kept = arrays("multilabel", *batch, ignore)
    parts = [(true[kept[:, k], k], guess[kept[:, k], k]) for k in range(3)]
    nothing = np.zeros((2, 2))
    theirs = [sk.confusion_matrix(*part, labels=[0, 1]) if len(part[0]) else nothing for part in parts]
    near(computed(ConfusionMatrix(task="multilabel", ignore_index=ignore), batch), theirs)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
@settings(max_examples=8)
@given(drawn=st.data(), zero=st.sampled_from([0, 1, math.nan]))
def test_report(task, drawn, zero):
    ignore, batch = drawn.draw(data(task))
    if task == "multilabel" and ignore is not None:
        return  # scikit-learn has no such thing; its parts are tested above
    classes = {"binary": 2, "multiclass": CLASSES, "multilabel": 3}[task]
    options = {"num_classes": classes} if task != "multilabel" else {}
    metric = ClassificationReport(task=task, ignore_index=ignore, zero_division=zero, **options)
    metric.update(batch)
    ours = metric.compute()
    guess, true, kept = arrays(task, *batch, ignore)
    if not kept.any():
        assert all(math.isnan(ours[name]["f1-score"]) for name in ("0", "macro avg", "weighted avg"))
        return
    if task != "multilabel":
        true, guess = true[kept], guess[kept]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sk.classification_report(true, guess, output_dict=True, zero_division=zero)
    for name, line in theirs.items():  # classes that do not occur are missing there
        assert ours[name] == pytest.approx(line, abs=1e-9, nan_ok=True), name


@settings(max_examples=12)
@given(case=data("multiclass", scores_only=True))
def test_mean_iou_is_over_all_classes_that_occur(case):
    ignore, (pred, target) = case
    guess, true, kept = arrays("multiclass", pred, target, ignore)
    theirs = math.nan
    if kept.any():
        theirs = sk.jaccard_score(true[kept], guess[kept], average="macro", zero_division=0)
    near(computed(MeanIoU(ignore_index=ignore), (pred, target)), theirs)


@settings(max_examples=12)
@given(case=data("binary"))
def test_mean_iou_of_a_mask_is_over_background_and_foreground(case):
    ignore, (pred, target) = case
    guess, true, kept = arrays("binary", pred, target, ignore)
    theirs = math.nan
    if kept.any():
        theirs = sk.jaccard_score(true[kept], guess[kept], average="macro", zero_division=0)
    near(computed(MeanIoU(task="binary", ignore_index=ignore), (pred, target)), theirs)


# Orders of scores ---------------------------------------------------------------------------------------


def pr_auc(target, scores):
    if not target.any():
        return math.nan
    precision, recall, _ = sk.precision_recall_curve(target, scores)
    return sk.auc(recall, precision)


def roc_auc(target, scores):
    return math.nan if len(set(target)) < 2 else sk.roc_auc_score(target, scores)


def average_precision(target, scores):
    return sk.average_precision_score(target, scores) if target.any() else 0.0


ORDERS = {ROCAUC: roc_auc, AveragePrecision: average_precision, PRAUC: pr_auc}


def averaged(each, weights, average):
    """As scikit-learn: NaN goes through, except where it weighs nothing."""
    each = np.asarray(each, dtype=float)
    if average == "none":
        return each
    if not weights.sum():
        return math.nan
    return np.average(np.where(weights == 0, 0, each), weights=weights)


@pytest.mark.parametrize("metric", ORDERS)
@settings(max_examples=12)
@given(case=data("binary"), average=st.sampled_from(AVERAGES))
def test_order_of_binary_scores(metric, case, average):
    ignore, (pred, target) = case
    _, true, kept = arrays("binary", pred, target, ignore)
    theirs = ORDERS[metric](true[kept], pred.double().numpy()[kept]) if kept.any() else math.nan
    near(computed(metric(average=average, ignore_index=ignore), (pred, target)), theirs)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("metric", ORDERS)
@settings(max_examples=8)
@given(case=data("multiclass", scores_only=True), whole=st.booleans())
def test_order_of_multiclass_scores(metric, average, case, whole):
    ignore, (pred, target) = case
    pred = (pred * 8).round().to(torch.int8) if whole else pred
    scores = pred.double().numpy()
    _, true, kept = arrays("multiclass", pred, target, ignore)
    hot = (true[kept][:, None] == np.arange(CLASSES)).astype(int)
    ours = computed(metric(average=average, ignore_index=ignore), (pred, target))
    if not kept.any():
        assert np.isnan(ours).all()
        return
    if average == "micro":
        theirs = ORDERS[metric](hot.ravel(), scores[kept].ravel())
    else:
        each = [ORDERS[metric](hot[:, k], scores[kept][:, k]) for k in range(CLASSES)]
        theirs = averaged(each, hot.sum(0) if average == "weighted" else np.ones(CLASSES), average)
    near(ours, theirs)


@pytest.mark.parametrize("average", [*AVERAGES, "samples"])
@pytest.mark.parametrize("metric", ORDERS)
@settings(max_examples=8)
@given(case=data("multilabel"))
def test_order_of_multilabel_scores(metric, average, case):
    ignore, (pred, target) = case
    scores = pred.double().numpy()
    _, true, kept = arrays("multilabel", pred, target, ignore)
    ours = computed(metric(average=average, ignore_index=ignore, task="multilabel"), (pred, target))
    if average == "micro":
        near(ours, ORDERS[metric](true[kept], scores[kept]) if kept.any() else math.nan)
        return
    if average == "samples":
        true, scores, kept = true.T, scores.T, kept.T
    columns = range(true.shape[1])
    known = kept.any(0)
    parts = [(true[kept[:, k], k], scores[kept[:, k], k]) for k in columns]
    each = [ORDERS[metric](*part) if len(part[0]) else math.nan for part in parts]
    weights = known * 1.0
    positives = ((true == 1) & kept).sum(0)
    if average == "weighted" and positives.sum():
        weights = positives
    near(ours, averaged(each, weights, average))


@settings(max_examples=12)
@given(case=data("multilabel"))
def test_averages_of_orders_are_those_of_sklearn(case):
    ignore, (pred, target) = case
    if ignore is not None:
        return
    for metric, reference in ((ROCAUC, sk.roc_auc_score), (AveragePrecision, sk.average_precision_score)):
        for average in ("macro", "weighted", "micro", "samples"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = reference(target.long(), pred.double(), average=average)
            ours = computed(metric(average=average, task="multilabel"), (pred, target))
            if target.any() or average != "weighted" or metric is not ROCAUC:
                near(ours, theirs)
            else:  # without any positive scikit-learn says 0 of what it cannot know
                assert (theirs, math.isnan(ours)) == (0.0, True)


@settings(max_examples=12)
@given(case=data("binary"))
def test_curves(case):
    ignore, (pred, target) = case
    scores = pred.double().numpy()
    _, true, kept = arrays("binary", pred, target, ignore)
    true, scores = true[kept], scores[kept]
    roc, pr = ROCCurve(ignore_index=ignore), PRCurve(ignore_index=ignore)
    for metric in (roc, pr):
        metric.update((pred, target))
    roc, pr = roc.compute(), pr.compute()
    if not len(true):
        assert roc["fpr"].isnan().all()
        assert pr["recall"].isnan().all()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fpr, tpr, thresholds = sk.roc_curve(true, scores, drop_intermediate=False)
        precision, recall, ascending = sk.precision_recall_curve(true, scores)
    for name, theirs in (("fpr", fpr), ("tpr", tpr), ("thresholds", thresholds)):
        near(roc[name], theirs)
    near(pr["precision"], precision)
    near(pr["recall"], recall if true.any() else np.full(len(recall), np.nan))
    near(pr["thresholds"], [*ascending, math.inf])


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@settings(max_examples=8)
@given(drawn=st.data(), norm=st.sampled_from(["l1", "l2", "max"]))
def test_calibration(task, drawn, norm):
    ignore, (pred, target) = drawn.draw(data(task, scores_only=True))
    pred = pred.double() / pred.double().sum(1, keepdim=True).clamp(min=1) if task == "multiclass" else pred
    _, true, kept = arrays(task, pred, target, ignore)
    ours = computed(CalibrationError(8, norm, ignore_index=ignore), (pred, target))
    if not kept.any():
        assert math.isnan(ours)
        return
    scores, true = pred[torch.from_numpy(kept)].double(), torch.from_numpy(true[kept])
    if task == "binary":
        theirs = tm.binary_calibration_error(scores, true, 8, norm)
    else:
        theirs = tm.multiclass_calibration_error(scores, true, CLASSES, 8, norm)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
