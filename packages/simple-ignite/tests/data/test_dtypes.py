"""Data types of NumPy and torch, each as the other."""

import numpy as np
import pytest
import torch

from simple_ignite.data.dtypes import name_of, to_numpy, to_torch
from simple_ignite.errors import DataArgumentError

PAIRS = [
    ("float32", torch.float32),
    (np.int64, torch.int64),
    (np.dtype("uint8"), torch.uint8),
    (bool, torch.bool),
    (float, torch.float64),
    ("complex64", torch.complex64),
    ("uint16", torch.uint16),
]


@pytest.mark.parametrize(("numpy", "torch_"), PAIRS)
def test_there_and_back(numpy, torch_):
    assert to_torch(numpy) is to_torch(torch_) is torch_
    assert to_numpy(numpy) == to_numpy(torch_) == np.dtype(numpy)


def test_torchs_own_names_are_known():
    assert to_torch("bfloat16") is torch.bfloat16
    assert to_torch("half") is torch.float16


@pytest.mark.parametrize("dtype", [">f4", "S3", "M8[s]", [("a", "f4")]])
def test_what_torch_does_not_know(dtype):
    with pytest.raises(DataArgumentError, match="is not known to torch; use 'uint8'"):
        to_torch(dtype)
    assert to_numpy(dtype) == np.dtype(dtype)


@pytest.mark.parametrize("dtype", ["float33", "", 5, object(), [("a", "nothing")]])
def test_what_nobody_knows(dtype):
    for convert in (to_numpy, to_torch):
        with pytest.raises(DataArgumentError) as caught:
            convert(dtype)
        assert caught.value.argument == "dtype"
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("dtype", ["O", [("a", "O")]])
def test_objects_are_refused(dtype):
    with pytest.raises(DataArgumentError, match="holds Python objects, which a file's bytes cannot be"):
        to_numpy(dtype)


@pytest.mark.parametrize("convert", [to_numpy, to_torch])
def test_a_dtype_with_a_shape_is_refused(convert):
    with pytest.raises(DataArgumentError) as caught:
        convert(("f4", (2,)))
    assert str(caught.value) == (
        "dtype ('<f4', (2,)) has a shape of its own; give float32 as dtype, and the shape as shape"
    )


@pytest.mark.parametrize("convert", [to_numpy, to_torch])
def test_none_is_no_dtype(convert):
    """It is float64 to numpy."""
    with pytest.raises(DataArgumentError, match="dtype is missing; give one, such as 'float32'"):
        convert(None)


@pytest.mark.parametrize("dtype", ["bfloat16", torch.bfloat16])
def test_what_only_torch_knows_says_what_to_use(dtype):
    with pytest.raises(
        DataArgumentError, match=r"is not known to numpy; use \.tensor\(torch\.bfloat16\) instead"
    ):
        to_numpy(dtype)


def test_names():
    assert [name_of(each) for each in (torch.bfloat16, "f4", np.int8)] == ["bfloat16", "float32", "int8"]
