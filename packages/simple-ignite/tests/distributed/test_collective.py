"""What processes tell each other, in a group of one; test_ranks of the metrics has groups of two."""

import pytest
import torch
import torch.distributed as dist

from simple_ignite.distributed import agree, collective, gather, is_distributed


@pytest.fixture
def group(tmp_path):
    """A process group of this process alone."""
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def test_without_a_group_the_process_is_alone():
    assert not is_distributed()
    assert collective.rank() == 0


@pytest.mark.parametrize("length", [0, 1, 4096, 4097, 10_000])
def test_messages_of_any_length_arrive_whole(group, length):
    [message] = gather(torch.arange(length))
    assert torch.equal(message, torch.arange(length))


def test_a_group_of_one_is_not_distributed_and_talks_over_the_cpu(group):
    assert not is_distributed()
    assert collective.device() == torch.device("cpu")


def test_where_all_is_well_all_agree(group):
    assert agree(None, "doing nothing") is None


def test_the_error_of_this_rank_is_raised_as_it_is(group):
    error = ValueError("wrong")
    with pytest.raises(ValueError, match="wrong") as raised:
        agree(error, "doing something")
    assert raised.value is error


def test_a_text_travels_as_it_is():
    assert collective.decoded(collective.encoded("naïve — 数")) == "naïve — 数"
    assert collective.encoded("").numel() == 0


def test_an_error_is_told_with_its_notes_in_one_line():
    error = ValueError("wrong")
    error.add_note("while computing")
    assert collective.described(error) == "ValueError: wrong (while computing)"
