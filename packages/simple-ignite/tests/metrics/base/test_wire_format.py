"""States travel bit for bit."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite.metrics.base.wire_format import DTYPES, packed, unpacked


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False),
            st.lists(st.floats(width=32, allow_nan=False), max_size=5).map(torch.tensor),
        ),
        max_size=6,
    )
)
def test_whatever_is_packed_comes_back(values):
    back = unpacked(packed(values))
    assert len(back) == len(values)
    for got, sent in zip(back, values, strict=True):
        if isinstance(sent, torch.Tensor):
            assert got.dtype == sent.dtype
            assert torch.equal(got, sent)
        else:
            assert (got, type(got)) == (sent, type(sent))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_every_dtype_and_shape(dtype, shape):
    sent = (torch.rand(shape) * 100).to(dtype)
    [got] = unpacked(packed([sent]))
    assert got.dtype == dtype
    assert torch.equal(got, sent)


def test_what_is_not_finite_and_lists_of_tensors():
    sent = [torch.tensor([math.nan, math.inf, -0.0]), [torch.ones(2), torch.zeros(0)], -math.inf]
    got = unpacked(packed(sent))
    assert torch.equal(got[0].isnan(), sent[0].isnan())
    assert math.copysign(1, got[0][2]) == -1
    assert [tuple(item.shape) for item in got[1]] == [(2,), (0,)]
    assert got[2] == -math.inf


def test_a_dtype_that_cannot_travel_is_told():
    with pytest.raises(TypeError) as error:
        packed([torch.zeros(1, dtype=torch.complex64)])
    assert str(error.value) == "a state of dtype torch.complex64 cannot be sent to other ranks"
