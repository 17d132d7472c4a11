"""The page that shows one document in four formats."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from simple_conf.sdn import parse

PAGE = Path(__file__).parents[4] / "docs/sdn/comparison.md"


@pytest.mark.skipif(not PAGE.exists(), reason="the pages are not in this copy")
def test_the_four_documents_mean_the_same():
    blocks = dict(re.findall(r"```(sdn|yaml|toml|json)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    values = parse(blocks["sdn"]).values
    assert values == json.loads(blocks["json"])
    assert values == tomllib.loads(blocks["toml"])
    yaml = pytest.importorskip("yaml")
    assert values == yaml.safe_load(blocks["yaml"])
