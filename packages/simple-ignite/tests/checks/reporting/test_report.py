"""ValidationReport: what it counts, and its form as JSON, numbers and text."""

import json
import pickle

import pytest

from simple_ignite.checks import Finding, ValidationError, ValidationReport

SECTIONS = ["dataloader", "shapes", "gradients", "numerics", "devices", "optimizer", "memory", "training"]
INFO = Finding("memory-size", "info", "memory", "12 MiB", "model")
WARNING = Finding("grad-zero", "warning", "gradients", "the gradient is zero for 1 parameter: a", "a", "look")
ERROR = Finding(
    "optimizer-missing", "error", "optimizer", "1 trainable parameter is not there", "b", "add it"
)


@pytest.fixture
def report():
    return ValidationReport.of([INFO, WARNING, ERROR], 0.42)


def test_errors_come_first_and_levels_are_apart(report):
    assert report.findings == (ERROR, WARNING, INFO)
    assert (report.errors, report.warnings, report.infos) == ((ERROR,), (WARNING,), (INFO,))
    assert (report.ok, report.exit_code, report.seconds) == (False, 1, 0.42)


def test_warnings_and_infos_are_ok():
    report = ValidationReport.of([INFO, WARNING], 1.0)
    assert (report.ok, report.exit_code) == (True, 0)


def test_a_section_by_its_name(report):
    assert report["optimizer"] == (ERROR,)
    assert report["shapes"] == ()
    with pytest.raises(KeyError, match="no section 'optimiser'; there are dataloader, shapes"):
        report["optimiser"]


def test_as_json_every_section_is_there(report):
    again = json.loads(json.dumps(report.to_dict()))
    assert list(again) == ["ok", "seconds", "errors", "warnings", "sections"]
    assert (again["ok"], again["seconds"], again["errors"], again["warnings"]) == (False, 0.42, 1, 1)
    assert list(again["sections"]) == SECTIONS
    assert again["sections"]["shapes"] == []
    assert again["sections"]["optimizer"] == [
        {
            "code": "optimizer-missing",
            "level": "error",
            "section": "optimizer",
            "message": "1 trainable parameter is not there",
            "where": "b",
            "fix": "add it",
        }
    ]


def test_the_rank_is_added_where_there_is_one():
    assert "rank" not in ERROR.to_dict()
    assert Finding("batch-form", "error", "shapes", "text", "batch", rank=0).to_dict()["rank"] == 0


def test_the_numbers_for_a_tracker(report):
    assert report.to_metrics() == {"checks/errors": 1, "checks/warnings": 1, "checks/seconds": 0.42}


def test_a_finding_cannot_be_changed():
    with pytest.raises(AttributeError):
        ERROR.level = "info"


def test_the_error_lists_the_errors_and_can_be_sent_to_another_process(report):
    error = ValidationError(report)
    assert str(error) == (
        "the checks before training found 1 error\n  optimizer-missing: b: 1 trainable parameter is not there"
    )
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.report) == (str(error), report)
