"""States by rank; two ranks save and load in test_sharded and test_released_files."""

from simple_ignite.handlers.checkpointing.rank_state import broadcast, gather_states, own_state


def test_a_process_alone_has_its_own_state():
    state = {"iteration": 3}
    assert gather_states(state) is state
    assert own_state(state) is state
    assert broadcast(7) == 7


def test_a_process_alone_continues_as_the_first_rank():
    states = {"ranks": [{"iteration": 3, "rank": 0}, {"iteration": 3, "rank": 1}]}
    assert own_state(states) == {"iteration": 3, "rank": 0}
