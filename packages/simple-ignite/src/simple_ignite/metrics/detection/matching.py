"""Which detection finds which object, as COCO's evaluation decides it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from simple_ignite.metrics.detection.box import overlaps

MOST = 1 << 24
"""How many places of the table (groups, areas, thresholds, objects) are worked on at a time."""


class Detections(NamedTuple):
    """Detections that count, sorted by group and, within a group, from the highest score on.

    A group is what is of one class in one image.

    Attributes:
        boxes: Left, top, width and height, float64 `(n, 4)`.
        scores: float64 `(n,)`.
        groups: int64 `(n,)`.
        places: int64 `(n,)`, the place within the group, from 0.
    """

    boxes: Tensor
    scores: Tensor
    groups: Tensor
    places: Tensor


class Objects(NamedTuple):
    """What is in the images, sorted by group.

    Attributes:
        boxes: Left, top, width and height, float64 `(m, 4)`.
        groups: int64 `(m,)`.
        crowd: bool `(m,)`, whether it is a region with more objects than were told apart.
        ignored: bool `(areas, m)`, whether it does not count within an area range.
    """

    boxes: Tensor
    groups: Tensor
    crowd: Tensor
    ignored: Tensor


class Matches(NamedTuple):
    """What became of the detections.

    Attributes:
        found: bool `(areas, thresholds, n)`, whether a detection found an object.
        ignored: bool `(areas, thresholds, n)`, whether that object does not count.
    """

    found: Tensor
    ignored: Tensor


def match(detections: Detections, objects: Objects, thresholds: Tensor) -> Matches:
    """Give each detection, from the highest score on, the object of its group that it overlaps most.

    An object is found once, a crowd any number of times. One that does not count is taken only where there is
    no other.

    Args:
        detections: What was predicted.
        objects: What is there.
        thresholds: float64 `(t,)`, the overlaps that are needed.

    Returns:
        The matches of each detection, for each area range and threshold.
    """
    shape = (objects.ignored.shape[0], len(thresholds), len(detections.groups))
    found = torch.zeros(shape, dtype=torch.bool, device=detections.boxes.device)
    ignored = found.clone()
    for part in tables(detections, objects, shape[0] * shape[1]):
        one, other = part.matched(thresholds)
        where = part.detections[part.real_detections]
        found[:, :, where] = one[part.real_detections].permute(1, 2, 0)
        ignored[:, :, where] = other[part.real_detections].permute(1, 2, 0)
    return Matches(found, ignored)


class Table(NamedTuple):
    """Some of the groups, one per row, filled up to the size of the largest.

    Attributes:
        detections: int64 `(r, d)`, indices of detections.
        real_detections: bool `(r, d)`, whether there is one.
        overlap: float64 `(r, d, g)`, of each detection with each object; -1 where there is no such object.
        crowd: bool `(r, g)`.
        ignored: bool `(r, areas, 1, g)`.
    """

    detections: Tensor
    real_detections: Tensor
    overlap: Tensor
    crowd: Tensor
    ignored: Tensor

    def matched(self, thresholds: Tensor) -> tuple[Tensor, Tensor]:
        """Return whether each detection found an object, and one that does not count.

        Args:
            thresholds: float64 `(t,)`.

        Returns:
            Two bool `(r, d, areas, t)`.
        """
        rows, size, areas = *self.detections.shape, self.ignored.shape[1]
        found = self.crowd.new_zeros((rows, size, areas, len(thresholds)))
        outside = found.clone()
        taken = self.crowd.new_zeros((rows, areas, len(thresholds), self.crowd.shape[1]))
        needed = thresholds.clamp(max=1 - 1e-10)[:, None]
        for place in range(size):
            active = int(torch.count_nonzero(self.real_detections[:, place]))  # rows are sorted by length
            overlap = self.overlap[:active, place, None, None]
            free = (overlap >= needed) & (~taken[:active] | self.crowd[:active, None, None])
            counting = free & ~self.ignored[:active]
            free = torch.where(counting.any(-1, keepdim=True), counting, free)
            # of equal overlaps the last, as in pycocotools; argmax gives the first
            best = torch.where(free, overlap, -1.0).flip(-1).argmax(-1, keepdim=True)
            best = free.shape[-1] - 1 - best
            hit = free.gather(-1, best)
            taken[:active].scatter_(-1, best, taken[:active].gather(-1, best) | hit)
            outside_hit = self.ignored[:active].expand_as(free).gather(-1, best)
            found[:active, place] = hit.squeeze(-1)
            outside[:active, place] = (outside_hit & hit).squeeze(-1)
        return found, outside


def tables(detections: Detections, objects: Objects, weight: int) -> Iterator[Table]:
    """Put the groups that have both detections and objects in tables of rows of similar sizes.

    Args:
        detections: What was predicted.
        objects: What is there.
        weight: How many values each place of a table has.
    """
    groups, starts, sizes = runs(detections.groups)
    others, other_starts, other_sizes = runs(objects.groups)
    place = torch.searchsorted(others, groups).clamp(max=max(0, len(others) - 1))
    both = others[place] == groups if len(others) else torch.zeros_like(groups, dtype=torch.bool)
    starts, sizes, place = starts[both], sizes[both], place[both]
    order = other_sizes[place].argsort(stable=True)
    starts, sizes, place = starts[order], sizes[order], place[order]
    counts = other_sizes[place].tolist()
    at = 0
    while at < len(counts):
        end = at + 1
        while end < len(counts) and counts[end] <= 2 * counts[at]:
            if (end - at) * counts[end] * weight >= MOST:
                break
            end += 1
        by_length = sizes[at:end].argsort(descending=True, stable=True) + at
        yield table(
            detections,
            objects,
            filled(starts[by_length], sizes[by_length]),
            filled(other_starts[place[by_length]], other_sizes[place[by_length]]),
        )
        at = end


def table(
    detections: Detections, objects: Objects, rows: tuple[Tensor, Tensor], others: tuple[Tensor, Tensor]
) -> Table:
    """Return the table of some groups.

    Args:
        detections: What was predicted.
        objects: What is there.
        rows: Indices of detections and whether there is one, `(r, d)`.
        others: The same of objects, `(r, g)`.
    """
    (index, real), (other, there) = rows, others
    crowd = objects.crowd[other] & there
    overlap = overlaps(detections.boxes[index], objects.boxes[other], crowd)
    overlap = torch.where(there[:, None], overlap, -1.0)
    ignored = objects.ignored[:, other].movedim(0, 1)[:, :, None]
    return Table(index, real, overlap, crowd, ignored)


def runs(groups: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the distinct groups of a sorted tensor, where each starts, and how long it is."""
    values, sizes = torch.unique_consecutive(groups, return_counts=True)
    return values, sizes.cumsum(0) - sizes, sizes


def filled(starts: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Return the indices of runs, one run per row, filled up with the last; and which are real."""
    steps = torch.arange(int(sizes.max()), device=starts.device)
    real = steps < sizes[:, None]
    return starts[:, None] + torch.minimum(steps, sizes[:, None] - 1), real
