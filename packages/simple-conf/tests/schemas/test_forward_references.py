"""Types that name classes inside brackets."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple  # noqa: UP035 - they keep the name as it is written

import pytest

from simple_conf import Conf, ValidationError


@dataclass
class Node:
    size: int
    parts: List["Node"] = field(default_factory=list)  # noqa: UP006
    named: Dict[str, "Node"] = field(default_factory=dict)  # noqa: UP006
    pair: Optional[Tuple["Node", "Node"]] = None  # noqa: UP006, UP045


def test_a_class_may_hold_itself_in_containers():
    values = {
        "size": 1,
        "parts": [{"size": "2"}],
        "named": {"a": {"size": 3}},
        "pair": [{"size": 4}, {"size": 5}],
    }
    made = Conf.validate(Node, Conf.from_dict(values))
    assert made == Node(1, [Node(2)], {"a": Node(3)}, (Node(4), Node(5)))
    with pytest.raises(ValidationError, match=r"parts\[0\]\.size: expected int"):
        Conf.validate(Node, Conf.from_dict({"size": 1, "parts": [{"size": "x"}]}))
