"""The states that loaders report are put back if they have changed."""

import torch

from simple_ignite.checks.isolation.loader_state import LoaderState


class Part:
    def __init__(self, **parts):
        self.state = {"position": 0, "order": torch.arange(3), "more": [1, {"a": 2.0}]}
        self.loads = 0
        self.__dict__.update(parts)

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        self.state = state
        self.loads += 1


def test_a_state_that_has_changed_is_loaded():
    sampler, dataset = Part(), Part()
    loader = Part(sampler=sampler, dataset=dataset)
    state = LoaderState(loader)
    loader.state["position"] = 1
    sampler.state["order"][0] = 7
    state.restore()
    assert (loader.loads, sampler.loads, dataset.loads) == (1, 1, 0)
    assert loader.state["position"] == 0
    assert sampler.state["order"].tolist() == [0, 1, 2]


def test_what_has_no_state_is_left_alone():
    data = [1, 2]
    state = LoaderState(data)
    data.append(3)
    state.restore()
    LoaderState(None).restore()
    assert data == [1, 2, 3]
