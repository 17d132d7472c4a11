"""Accepting metrics of all kinds."""

import pytest
import torch
import torchmetrics
import torchmetrics.classification as tm

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Accuracy
from simple_ignite.metrics.base.accept import as_metric
from simple_ignite.metrics.base.adapters import Foreign
from simple_ignite.metrics.base.torchmetrics import Collection, Torchmetric, Wrapper


class Plain:
    def reset(self):
        pass

    def update(self, output):
        pass

    def compute(self):
        pass


class Own(torchmetrics.Metric):
    """A metric of one's own on torchmetrics' base."""

    def __init__(self):
        super().__init__()
        self.add_state("n", default=torch.tensor(0), dist_reduce_fx="sum")

    def update(self, value):
        self.n += value

    def compute(self):
        return self.n


def test_a_metric_is_itself():
    metric = Accuracy()
    assert as_metric(metric) is metric


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (Plain, Foreign),
        (lambda: tm.MulticlassAccuracy(3), Torchmetric),
        (lambda: torchmetrics.MetricCollection([tm.MulticlassAccuracy(3)]), Collection),
        (lambda: torchmetrics.ClasswiseWrapper(tm.MulticlassAccuracy(3, average=None)), Wrapper),
        (lambda: torchmetrics.MinMaxMetric(tm.MulticlassAccuracy(3)), Wrapper),
    ],
)
def test_metrics_of_other_libraries_are_wrapped(make, kind):
    metric = make()
    assert type(as_metric(metric)) is kind
    assert as_metric(metric).base is metric


def test_classes_derived_from_torchmetrics_are_recognised_by_their_base():
    assert type(as_metric(Own())) is Torchmetric


@pytest.mark.parametrize("missing", ["reset", "update", "compute"])
def test_an_object_that_lacks_a_method_is_refused(missing):
    metric = Plain()
    setattr(metric, missing, None)
    with pytest.raises(MetricInputError) as caught:
        as_metric(metric)
    assert str(caught.value) == (
        "add: got Plain; expected a Metric, or an object with reset, update and compute"
    )


def test_a_class_in_place_of_an_object_is_pointed_out():
    for kind in (Accuracy, Plain):
        with pytest.raises(
            MetricInputError, match=rf"the class {kind.__name__};.*did you mean {kind.__name__}"
        ):
            as_metric(kind)
