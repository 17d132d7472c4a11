"""The blocks of SDN in the pages are SDN, and survive being written and laid out."""

import re
from pathlib import Path

import pytest

from simple_conf.sdn import parse, write
from simple_conf.sdn.format import format_text

DOCS = Path(__file__).parents[4] / "docs"
BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(DOCS)}-{number}")
    for page in sorted(DOCS.glob("**/*.md"))
    for number, block in enumerate(re.findall(r"```sdn\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
]


@pytest.mark.skipif(not BLOCKS, reason="the pages are not in this copy")
def test_the_tour_has_blocks():
    assert sum("tour.md" in str(block.id) for block in BLOCKS) >= 8


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_sdn_is_sdn(block):
    values = parse(block).values
    assert values
    assert parse(write(values)).values == values
    assert parse(format_text(block)).values == values
