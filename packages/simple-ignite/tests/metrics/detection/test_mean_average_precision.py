"""Mean average precision is that of pycocotools, digit for digit, however the images are split."""

import contextlib
import io
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import MeanAveragePrecision

NAMES = (
    *("map", "map_50", "map_75", "map_small", "map_medium", "map_large"),
    *("mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large"),
)
seeds = st.integers(0, 2**31)


def scene(random, classes, most, ties, crowds):
    """What is in one image, and what was found: mostly near what is there."""
    there, found = int(random.integers(0, 8)), int(random.integers(0, most))
    sides = np.exp(random.uniform(np.log(4), np.log(250), (there, 2)))
    boxes = np.concatenate([random.uniform(0, 300, (there, 2)), sides], 1).round(2)
    labels = random.integers(0, classes, there)
    if there:
        of = random.integers(0, there, found)
        near = boxes[of] + random.normal(0, 0.12, (found, 4)) * boxes[of][:, [2, 3, 2, 3]]
        near[:, 2:] = np.abs(near[:, 2:]) + 1
        guesses = np.where(random.random(found) < 0.8, labels[of], random.integers(0, classes + 1, found))
    else:
        near, guesses = random.uniform(1, 300, (found, 4)), random.integers(0, classes + 1, found)
    scores = random.random(found).round(1 if ties else 9)
    pred = {"boxes": near.round(2), "scores": scores, "labels": guesses}
    target = {"boxes": boxes, "labels": labels}
    if crowds:
        target["iscrowd"] = random.integers(0, 4, there) == 0
        target["area"] = boxes[:, 2] * boxes[:, 3] * random.uniform(0.3, 1, there)
    return tuple({name: torch.from_numpy(part) for name, part in side.items()} for side in (pred, target))


def scenes(seed, images=12, classes=3, most=30, ties=False, crowds=False):
    random = np.random.default_rng(seed)
    return tuple(zip(*(scene(random, classes, most, ties, crowds) for _ in range(images)), strict=True))


def rows(side, **more):
    """Annotations of COCO, of all images."""
    found = []
    for image, parts in enumerate(side):
        for i, box in enumerate(parts["boxes"].tolist()):
            label = int(parts["labels"][i])
            row = {"image_id": image, "category_id": label, "bbox": box, "id": len(found) + 1}
            for name, default in more.items():
                value = parts[name][i] if name in parts else default(box)
                row[name] = value if isinstance(value, float) else value.item()
            found.append(row)
    return found


def coco(preds, targets, detections=(1, 10, 100)):
    """What pycocotools says, its -1 as NaN."""
    truth, nothing = COCO(), lambda box: 0.0
    labels = {int(label) for side in (*preds, *targets) for label in side["labels"]}
    truth.dataset = {
        "info": {},
        "images": [{"id": i} for i in range(len(targets))],
        "categories": [{"id": label} for label in labels],
        "annotations": rows(targets, iscrowd=nothing, area=lambda box: box[2] * box[3]),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(rows(preds, scores=nothing) and scored(preds)), "bbox")
        evaluation.params.maxDets = list(detections)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation, np.where(evaluation.stats == -1, math.nan, evaluation.stats)


def scored(preds):
    return [{**row, "score": row.pop("scores")} for row in rows(preds, scores=lambda box: 0.0)]


def computed(preds, targets, **options):
    metric = MeanAveragePrecision(box_format="xywh", **options)
    metric.update((list(preds), list(targets)))
    return metric.compute()


@settings(max_examples=8)
@given(seed=seeds, ties=st.booleans(), crowds=st.booleans(), most=st.sampled_from([1, 8, 30]))
def test_agrees_with_pycocotools(seed, ties, crowds, most):
    preds, targets = scenes(seed, ties=ties, crowds=crowds, most=most)
    if not any(len(one["labels"]) for one in preds):
        return  # pycocotools has no answer to that
    ours, (_, theirs) = computed(preds, targets), coco(preds, targets)
    assert [ours[name] for name in NAMES] == pytest.approx(theirs, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", range(3))
def test_only_the_highest_scores_of_each_class_in_an_image_count(seed):
    preds, targets = scenes(seed, images=3, classes=1, most=400, ties=True)
    ours, (_, theirs) = computed(preds, targets), coco(preds, targets)
    assert max(len(one["labels"]) for one in preds) > 100
    assert [ours[name] for name in NAMES] == pytest.approx(theirs, abs=1e-12, nan_ok=True)


def test_other_limits_and_overlaps():
    preds, targets = scenes(5, most=60)
    evaluation, _ = coco(preds, targets, (2, 5, 20))
    ours = computed(preds, targets, iou_thresholds=[0.5, 0.6], max_detections=[2, 5, 20], per_class=True)
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    assert ours["map"] == pytest.approx(precision[[0, 2], :, :3, 0, 2].mean())
    assert ours["map_50"] == pytest.approx(precision[0, :, :3, 0, 2].mean())
    assert "map_75" not in ours
    for i, limit in enumerate((2, 5, 20)):
        assert ours[f"mar_{limit}"] == pytest.approx(recall[[0, 2], :3, 0, i].mean())
    for k in range(3):
        wanted = {"map": precision[[0, 2], :, k, 0, 2].mean(), "mar_20": recall[[0, 2], k, 0, 2].mean()}
        assert ours["classes"][str(k)] == pytest.approx(wanted)


@settings(max_examples=8)
@given(
    seed=seeds,
    cuts=st.lists(st.integers(0, 12), max_size=4),
    ranks=st.integers(1, 3),
    empty_rank=st.booleans(),
)
def test_split_in_any_way_the_value_is_the_same(seed, cuts, ranks, empty_rank, any_way):
    preds, targets = scenes(seed, ties=True, crowds=True)
    split = any_way(
        lambda: MeanAveragePrecision(box_format="xywh"), (preds, targets), cuts, ranks, empty_rank
    )
    assert split == pytest.approx(computed(preds, targets), abs=1e-12, nan_ok=True)


@settings(max_examples=5)
@given(seed=seeds)
def test_equal_scores_are_in_the_order_of_the_image_ids_however_the_images_come(seed):
    preds, targets = scenes(seed, ties=True)
    numbered = [{**one, "image_id": i} for i, one in enumerate(targets)]
    order = np.random.default_rng(seed).permutation(len(preds))
    shuffled = computed([preds[i] for i in order], [numbered[i] for i in order])
    assert shuffled == pytest.approx(computed(preds, targets), abs=1e-12, nan_ok=True)


def test_formats_of_boxes():
    preds, targets = scenes(2)
    wanted = computed(preds, targets)

    def turned(side, function):
        return [{**one, "boxes": function(one["boxes"])} for one in side]

    for name, function in {
        "xyxy": lambda b: torch.cat([b[:, :2], b[:, :2] + b[:, 2:]], 1),
        "cxcywh": lambda b: torch.cat([b[:, :2] + b[:, 2:] / 2, b[:, 2:]], 1),
    }.items():
        metric = MeanAveragePrecision(box_format=name)
        metric.update((turned(preds, function), turned(targets, function)))
        assert metric.compute() == pytest.approx(wanted, abs=1e-9, nan_ok=True)


def one(boxes, labels=None, **more):
    boxes = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
    return {"boxes": boxes, "labels": torch.zeros(len(boxes)).long() if labels is None else labels, **more}


def test_what_no_object_contributes_to_is_not_a_number():
    metric = MeanAveragePrecision()
    metric.update(([one([[0, 0, 9, 9]], scores=torch.ones(1))], [one([])]))
    assert all(math.isnan(value) for value in metric.compute().values())
    metric.update(([one([], scores=torch.ones(0))], [one([[0, 0, 9, 9]])]))
    values = metric.compute()
    assert (values["map"], values["map_small"], values["mar_100"]) == (0.0, 0.0, 0.0)
    assert math.isnan(values["map_large"])


def test_found_where_it_is_the_value_is_1_and_no_box_is_an_empty_tensor():
    metric = MeanAveragePrecision(per_class=True)
    metric.update(([one([[0, 0, 99, 99]], scores=torch.ones(1))], [one([[0, 0, 99, 99]])]))
    nothing = {"boxes": torch.empty(0), "scores": torch.empty(0), "labels": torch.empty(0).long()}
    metric.update(([nothing], [one([])]))
    values = metric.compute()
    assert values["map"] == pytest.approx(1.0)
    assert values["classes"] == {"0": {"map": pytest.approx(1.0), "mar_100": 1.0}}


GOOD = one([[0, 0, 9, 9]], scores=torch.ones(1))
MISTAKES = {
    "no lists": (
        (GOOD["boxes"], GOOD["boxes"]),
        "MeanAveragePrecision: got pred float32 tensor of shape (1, 4), target float32 tensor of shape "
        "(1, 4); expected two lists of one dictionary per image, of the same length",
    ),
    "no scores": (
        ([one([[0, 0, 9, 9]])], [GOOD]),
        "MeanAveragePrecision: got an image whose pred is dict {'boxes': float32 tensor of shape (1, 4), "
        "'labels': int64 tensor of shape (1,)}; expected a dictionary of the tensors 'boxes', 'scores', "
        "'labels'",
    ),
    "sizes": (
        ([GOOD], [one([[0, 0, 9, 9]], torch.zeros(2).long())]),
        "MeanAveragePrecision: got an image whose target is dict {'boxes': float32 tensor of shape (1, 4), "
        "'labels': int64 tensor of shape (2,)}; expected boxes (d, 4), and labels, area, iscrowd (d,)",
    ),
    "labels": (
        ([GOOD], [one([[0, 0, 9, 9]], torch.zeros(1))]),
        "MeanAveragePrecision: got labels float32 tensor of shape (1,) in target; expected integers",
    ),
    "image_id": (
        ([GOOD], [one([[0, 0, 9, 9]], image_id="a")]),
        "MeanAveragePrecision: got image_id str; expected one integer per image",
    ),
    "device": (
        ([GOOD], [{name: part.to("meta") for name, part in one([[0, 0, 9, 9]]).items()}]),
        "MeanAveragePrecision: got boxes on several devices; expected one device for all",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_images_that_do_not_fit_are_explained(name):
    output, message = MISTAKES[name]
    with pytest.raises(MetricInputError) as error:
        MeanAveragePrecision().update(output)
    assert str(error.value) == message


def test_boxes_of_another_format_and_numbers_that_are_none_are_reported():
    metric = MeanAveragePrecision()
    metric.update(([one([[50, 50, 9, 9]], scores=torch.ones(1))], [one([[50, 50, 9, 9]])]))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "MeanAveragePrecision: got 1 boxes of targets with a negative width or height, or NaN; expected "
        "boxes xyxy, as box_format says; it may be xyxy, xywh, cxcywh"
    )
    for bad, message in (
        (one([[0, math.nan, 9, 9]], scores=torch.ones(1)), "got 1 predicted boxes that are not finite"),
        (one([[0, 0, 9, 9]], scores=torch.full((1,), math.nan)), "got 1 scores that are NaN"),
    ):
        metric.reset()
        metric.update(([bad], [one([[0, 0, 9, 9]])]))
        with pytest.raises(MetricInputError, match=message):
            metric.compute()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"box_format": "yx"}, "got box_format='yx'; expected one of xyxy, xywh, cxcywh"),
        ({"iou_thresholds": [0.5, 2]}, r"got iou_thresholds=\[0.5, 2\]; expected numbers above 0, up to 1"),
        ({"max_detections": [10, 1]}, r"got max_detections=\[10, 1\]; expected ascending numbers from 1 on"),
        ({"max_detections": [0, 1]}, r"got max_detections=\[0, 1\]; expected ascending numbers from 1 on"),
    ],
)
def test_options_that_make_no_sense_are_explained(options, message):
    with pytest.raises(MetricInputError, match=message):
        MeanAveragePrecision(**options)
