def test_rows_are_printed_under_their_names(store, call):
    result = call("query", "select name, state from runs where project = 'digits' order by name")
    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.lines] == [
        ["name", "state"],
        ["first", "finished"],
        ["second", "finished"],
    ]


def test_json_is_a_list_of_objects(store, answer):
    assert answer("query", "select count(*) as n from runs") == [{"n": 3}]


def test_a_fault_in_the_sql_is_an_error(store, call):
    result = call("query", "selekt 1")
    assert result.code == 2
    assert result.err.startswith("simple-track query: ")
    assert "Traceback" not in result.err
