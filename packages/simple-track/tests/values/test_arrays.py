import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values.arrays import ValueRangeError, as_array, as_floats, frozen, is_tensor, same


class Wrapped:
    def __array__(self, dtype=None, copy=None):
        return np.arange(3.0)


def test_what_has_array_is_taken():
    np.testing.assert_array_equal(as_array(Wrapped(), "plot"), [0, 1, 2])


def test_tensors_of_every_kind_are_taken():
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.ones(2, 2))
    assert is_tensor(weight)
    np.testing.assert_array_equal(as_array(weight, "plot"), np.ones((2, 2)))
    np.testing.assert_array_equal(as_array(torch.ones(2, dtype=torch.bfloat16), "plot"), [1, 1])


def test_ragged_rows_are_refused():
    with pytest.raises(ValueRangeError, match="plot: list is ragged; expected an array of numbers"):
        as_array([[1, 2], [3]], "plot")


def test_same_tells_types_and_shapes_apart():
    assert same(np.array([np.nan, 1]), np.array([np.nan, 1]))
    assert not same(np.array([1]), np.array([1.0]))
    assert not same(np.array([1]), np.array([[1]]))
    assert same(None, None)
    assert not same(None, np.array([1]))


def test_a_frozen_array_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        frozen(np.zeros(2))[0] = 1


@pytest.mark.gpu
def test_tensors_on_a_gpu_are_brought_to_the_host():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    array = as_array(torch.arange(4, dtype=torch.bfloat16, device="cuda", requires_grad=True), "plot")
    np.testing.assert_array_equal(array, [0, 1, 2, 3])


class Complex:
    """What a tensor of torch is, as far as it is asked."""

    dtype = "torch.complex64"

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return np.array([1 + 2j])


def test_a_tensor_of_complex_numbers_is_refused():
    tensor = type("Tensor", (Complex,), {"__module__": "torch"})()
    with pytest.raises(
        ValueRangeError, match="plot: Tensor has dtype complex128; expected an array of numbers"
    ):
        as_array(tensor, "plot")


@pytest.mark.parametrize("dtype", [">f2", ">f4", ">f8", ">i2", ">u8", "<i4"])
def test_numbers_are_in_native_order(dtype):
    array = as_array(np.array([1, 2], dtype), "plot")
    assert array.dtype.isnative
    assert array.tolist() == [1, 2]


def test_masked_floats_are_nan_and_masked_integers_are_refused():
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    np.testing.assert_array_equal(as_array(masked, "plot"), [1, np.nan])
    assert type(as_array(masked, "plot")) is np.ndarray
    assert as_array(np.ma.masked_array([1, 2], [False, False]), "plot").tolist() == [1, 2]
    with pytest.raises(
        ValueRangeError, match="plot: a masked array of int64; expected an array without masked"
    ):
        as_array(np.ma.masked_array([1, 2], [False, True]), "plot")


INTEGERS = st.sampled_from([np.int64, np.uint64]).flatmap(
    lambda dtype: arrays(
        dtype,
        st.integers(0, 4),
        elements=st.integers(np.iinfo(dtype).min, np.iinfo(dtype).max)
        | st.sampled_from([0, 2**53, 2**53 + 1, 2**62, 2**63 - 1]),
    )
)


@given(INTEGERS)
def test_floats_are_the_same_numbers_or_there_are_none(integers):
    exact = all(int(float(number)) == number for number in integers.tolist())
    try:
        floats = as_floats(integers, "plot")
    except ValueRangeError:
        assert not exact
    else:
        assert exact
        assert [int(number) for number in floats.tolist()] == integers.tolist()


def test_infinite_and_missing_numbers_of_any_length_are_floats():
    odd = np.array([np.nan, np.inf, -np.inf, 0.5], np.longdouble)
    np.testing.assert_array_equal(as_floats(odd, "plot"), [np.nan, np.inf, -np.inf, 0.5])
    if np.finfo(np.longdouble).nmant > 52:
        with pytest.raises(ValueRangeError, match="expected numbers that float64 holds exactly"):
            as_floats(np.array([1], np.longdouble) / 3, "plot")


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint32, np.float16, np.float32])
def test_short_numbers_are_floats(dtype):
    assert as_floats(np.array([0, 1], dtype), "plot").tolist() == [0.0, 1.0]
