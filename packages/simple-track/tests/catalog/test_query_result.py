"""The rows of a query, for Python, pandas, polars and arrow."""

import importlib

import pyarrow
import pytest

from simple_track.catalog.query_result import QueryResult, query_library
from simple_track.errors import MissingExtraError


@pytest.fixture
def result():
    table = pyarrow.table({"name": ["a", "b"], "n": [1, None]})
    return QueryResult(["name", "n"], [("a", 1), ("b", None)], table)


def test_rows_are_dicts_by_column(result):
    assert list(result) == [{"name": "a", "n": 1}, {"name": "b", "n": None}]
    assert len(result) == 2


def test_it_is_what_its_columns_and_rows_are(result):
    assert result == QueryResult(["name", "n"], [("a", 1), ("b", None)], None)
    assert result != QueryResult(["name", "m"], [("a", 1), ("b", None)], result.arrow)
    assert repr(result) == "QueryResult(columns=['name', 'n'], rows=[('a', 1), ('b', None)])"


def test_it_is_had_as_a_table_of_other_libraries(result):
    assert result.to_arrow() is result.arrow
    assert result.to_pandas()["name"].tolist() == ["a", "b"]
    assert result.to_polars()["n"].to_list() == [1, None]


@pytest.mark.parametrize(("call", "library"), [("to_pandas", "pandas"), ("to_polars", "polars")])
def test_a_missing_library_is_named_with_the_command_that_installs_it(result, monkeypatch, call, library):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtraError) as caught:
        getattr(result, call)()
    assert str(caught.value) == f"Track.query needs {library}; install it with: pip install {library}"


def test_a_library_of_an_extra_names_the_extra(monkeypatch):
    with pytest.raises(MissingExtraError, match=r"pip install no_such_module \(it is in the extra \[sql\]\)"):
        query_library("no_such_module", "sql")
    assert query_library("json", None) is importlib.import_module("json")
