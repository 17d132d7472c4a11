"""Reports of several ranks as one: two processes under DistributedDataParallel."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simple_ignite.checks import Finding
from simple_ignite.checks.reporting.ranks import merged

SCRIPT = Path(__file__).parents[2] / "scripts" / "checked_ranks.py"
SHARED = Finding("grad-zero", "warning", "gradients", "text", "a")
OWN = Finding("loader-empty", "error", "dataloader", "text", "loader")


def test_a_finding_of_every_rank_is_there_once_and_others_name_their_rank():
    found = merged([[SHARED], [SHARED, OWN]])
    assert [(one.code, one.rank) for one in found] == [("grad-zero", None), ("loader-empty", 1)]


def test_one_rank_is_every_rank():
    assert merged([[SHARED, OWN]]) == [SHARED, OWN]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["sound", "unused", "empty"])
def test_all_ranks_end_alike_and_rank_0_prints(tmp_path, case):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    ranks = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(rank), port, case, str(tmp_path)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    printed = [process.communicate(timeout=120)[1] for process in ranks]
    assert [process.returncode for process in ranks] == [int(case != "sound")] * 2, printed
    reports = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1)]
    assert reports[0] == reports[1]
    assert "checks before training" in printed[0]
    assert "checks before training" not in printed[1]
    found = [
        (finding["code"], finding["level"], finding.get("rank"))
        for findings in reports[0]["sections"].values()
        for finding in findings
        if finding["level"] != "info"
    ]
    expected = {
        "sound": [],
        "unused": [("grad-none", "error", None)],
        "empty": [("loader-empty", "error", 1)],
    }
    assert found == expected[case]
