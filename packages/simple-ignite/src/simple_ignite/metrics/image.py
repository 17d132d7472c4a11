"""How close two images are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Max, Min, Sum, larger, smaller
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.regression import numbers_of


class PSNR(Metric):
    """Peak signal-to-noise ratio, 10 log10(range² / MSE), in decibels, over all pixels together.

    Args:
        data_range: The range of pixel values, such as 1.0 or 255. Default: highest minus lowest target seen.
        output_transform: Makes `(pred, target)` of a step's output, both of the same shape.
    """

    squared = Sum()
    pixels = Sum()
    highest = Max()
    lowest = Min()

    def __init__(self, data_range: float | None = None, *, output_transform: Transform | None = None) -> None:
        check_range("PSNR", data_range)
        self.data_range = data_range
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: Any shape.
            target: The same shape.
        """
        pred, target = numbers_of("PSNR", pred, target)
        if not target.numel():
            return
        self.squared = self.squared + (pred - target).square().sum()
        self.pixels = self.pixels + target.numel()
        if self.data_range is None:
            low, high = target.aminmax()
            self.highest = larger(self.highest, high)
            self.lowest = smaller(self.lowest, low)

    def result(self) -> Tensor:
        """Give the ratio; infinity where all is equal."""
        span = self.highest - self.lowest if self.data_range is None else self.data_range
        return 10 * torch.log10(span**2 * self.pixels / self.squared)


class SSIM(Metric):
    """Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004), the mean over images.

    A Gaussian window over images padded by reflection, as in torchmetrics.

    Args:
        data_range: The range of pixel values, such as 1.0 or 255.
        sigma: The width of the window, in pixels.
        k1: Steadies the luminance where means are small.
        k2: Steadies the contrast where variances are small.
        output_transform: Makes `(pred, target)` of a step's output, both `(n, channels, height, width)`.
    """

    total = Sum()
    images = Sum()

    def __init__(
        self,
        data_range: float = 1.0,
        sigma: float = 1.5,
        *,
        k1: float = 0.01,
        k2: float = 0.03,
        output_transform: Transform | None = None,
    ) -> None:
        check_range("SSIM", data_range)
        if not sigma > 0:
            raise MetricInputError("SSIM", f"sigma={sigma!r}", "a number above 0")
        self.data_range = data_range
        self.sigma = sigma
        self.k1 = k1
        self.k2 = k2
        super().__init__(output_transform=output_transform)

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: `(n, channels, height, width)`.
            target: The same shape.
        """
        x, y = numbers_of("SSIM", pred, target)
        radius = int(3.5 * self.sigma + 0.5)
        if pred.ndim != 4 or min(pred.shape[2:]) <= radius:
            wanted = f"images (n, channels, height, width), of more than {radius} pixels each way"
            raise MetricInputError("SSIM", f"pred {described(pred)}", wanted)
        if not pred.numel():
            return
        # variances do not depend on the means; taking them off keeps large means from cancelling
        shift = y.mean((1, 2, 3), keepdim=True)
        x, y = x - shift, y - shift
        mean_x, mean_y, xx, yy, xy = self._blurred(torch.stack([x, y, x * x, y * y, x * y]), radius)
        spread_x, spread_y = (xx - mean_x.square()).clamp(min=0), (yy - mean_y.square()).clamp(min=0)
        together = xy - mean_x * mean_y
        mean_x, mean_y = mean_x + shift, mean_y + shift
        c1, c2 = (self.k1 * self.data_range) ** 2, (self.k2 * self.data_range) ** 2
        upper = (2 * mean_x * mean_y + c1) * (2 * together + c2)
        lower = (mean_x.square() + mean_y.square() + c1) * (spread_x + spread_y + c2)
        self.total = self.total + (upper / lower).mean((1, 2, 3)).sum()
        self.images = self.images + pred.shape[0]

    def _blurred(self, images: Tensor, radius: int) -> Tensor:
        """Give the weighted mean around each pixel.

        Args:
            images: `(k, n, channels, height, width)`.
            radius: How far the window reaches.

        Returns:
            The same shape.
        """
        offsets = torch.arange(-radius, radius + 1, dtype=images.dtype, device=images.device)
        window = torch.exp(-((offsets / self.sigma) ** 2) / 2)
        window = window / window.sum()
        height, width = images.shape[-2:]
        flat = images.reshape(-1, 1, height, width)
        flat = torch.nn.functional.pad(flat, (radius, radius, radius, radius), mode="reflect")
        flat = torch.nn.functional.conv2d(flat, window.reshape(1, 1, -1, 1))
        flat = torch.nn.functional.conv2d(flat, window.reshape(1, 1, 1, -1))
        return flat.reshape(images.shape)

    def result(self) -> Tensor:
        """Give the mean over images, at most 1."""
        return self.total / self.images  # type: ignore[no-any-return]


def check_range(name: str, data_range: float | None) -> None:
    """See that a range of pixel values makes sense."""
    if data_range is not None and not (data_range > 0 and math.isfinite(data_range)):
        raise MetricInputError(name, f"data_range={data_range!r}", "a number above 0")
