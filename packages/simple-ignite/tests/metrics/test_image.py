"""Image metrics agree with torchmetrics however the images are split."""

import pytest
import torch
import torchmetrics.functional.image as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import PSNR, SSIM

ways = st.fixed_dictionaries(
    {"cuts": st.lists(st.integers(0, 6), max_size=3), "ranks": st.integers(1, 3), "empty_rank": st.booleans()}
)


def images(seed, *shape):
    random = torch.Generator().manual_seed(seed)
    target = torch.rand(*shape, generator=random, dtype=torch.float64)
    return (target + 0.2 * torch.randn(*shape, generator=random, dtype=torch.float64)).clamp(0, 1), target


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), way=ways)
def test_psnr_agrees_with_torchmetrics(seed, way, any_way):
    pred, target = images(seed, 6, 3, 8, 8)
    theirs = tm.peak_signal_noise_ratio(pred, target, data_range=1.0).item()
    assert any_way(lambda: PSNR(1.0), (pred, target), **way) == pytest.approx(theirs, abs=1e-6)
    span = float(target.max() - target.min())
    theirs = tm.peak_signal_noise_ratio(pred, target, data_range=span).item()
    assert any_way(PSNR, (pred, target), **way) == pytest.approx(theirs, abs=1e-6)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**31), way=ways, sigma=st.sampled_from([1.0, 1.5]))
def test_ssim_agrees_with_torchmetrics(seed, way, sigma, any_way):
    pred, target = images(seed, 6, 2, 16, 20)
    theirs = tm.structural_similarity_index_measure(pred, target, data_range=1.0, sigma=sigma).item()
    assert any_way(lambda: SSIM(1.0, sigma), (pred, target), **way) == pytest.approx(theirs, abs=1e-6)


def test_ssim_of_images_with_a_large_mean_does_not_cancel():
    """There the luminance is 1, as with a large k1; contrast and structure do not depend on the mean."""
    pred, target = images(3, 2, 1, 16, 16)
    bright, even = SSIM(1.0), SSIM(1.0, k1=1e6)
    even.update((pred, target))
    bright.update((pred + 1e7, target + 1e7))
    assert bright.compute() == pytest.approx(even.compute(), abs=1e-6)


def test_equal_images_are_equal():
    image, _ = images(1, 2, 3, 16, 16)
    for metric, wanted in ((PSNR(1.0), float("inf")), (SSIM(1.0), 1.0)):
        metric.update((image, image))
        assert metric.compute() == pytest.approx(wanted)


def test_images_too_small_for_the_window_are_explained():
    with pytest.raises(MetricInputError) as error:
        SSIM().update((torch.zeros(2, 1, 4, 4), torch.zeros(2, 1, 4, 4)))
    assert str(error.value) == (
        "SSIM: got pred float32 tensor of shape (2, 1, 4, 4); expected images (n, channels, height, "
        "width), of more than 5 pixels each way"
    )
