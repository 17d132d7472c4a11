import numpy as np
import pytest

from simple_track.values.arrays import ValueRangeError, as_array, frozen, is_tensor, same


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
