"""What differs between two configs."""

from __future__ import annotations

import textwrap

from simple_conf import Conf

A = "train:\n  lr: 0.1\n  tags: [a]\n  out: run-${.lr}\nold: {x: 1}\npassword: hunter2\n"
B = "train:\n  lr: 0.2\n  tags: [a]\n  out: run-${.lr}\nnew: [1, {k: v}]\npassword: hunter3\n"


def pair():
    return Conf.parse_sdn(A, "a.sdn"), Conf.parse_sdn(B, "b.sdn")


def test_every_difference_has_both_values_and_both_origins():
    a, b = pair()
    Conf.mark_secret(b, "password")
    diff = Conf.diff(a, b)
    assert str(diff) == diff.render()
    assert diff.render() == textwrap.dedent("""\
        - train.lr: 0.1       # a.sdn:2:7
        + train.lr: 0.2       # b.sdn:2:7
        - train.out: run-0.1  # a.sdn:4:8
        + train.out: run-0.2  # b.sdn:4:8
        - old: {x: 1}         # a.sdn:5:6
        - password: ••••      # a.sdn:6:11
        + password: ••••      # b.sdn:6:11
        + new: [1, {k: v}]    # b.sdn:5:6""")


def test_it_reads_as_plain_data():
    a, b = pair()
    assert Conf.diff(a, b).to_dict() == {
        "added": [{"path": "new", "after": [1, {"k": "v"}], "after_origin": "b.sdn:5:6"}],
        "removed": [{"path": "old", "before": {"x": 1}, "before_origin": "a.sdn:5:6"}],
        "changed": [
            {
                "path": path,
                "before": one,
                "after": two,
                "before_origin": f"a.sdn:{at}",
                "after_origin": f"b.sdn:{at}",
            }
            for path, one, two, at in [
                ("train.lr", 0.1, 0.2, "2:7"),
                ("train.out", "run-0.1", "run-0.2", "4:8"),
                ("password", "hunter2", "hunter3", "6:11"),
            ]
        ],
    }
    diff = Conf.diff(a, b)
    assert (len(diff.added), len(diff.removed), len(diff.changed), bool(diff)) == (1, 1, 3, True)


def test_the_text_of_references_may_be_compared_instead():
    a, b = pair()
    assert "train.out" not in [change.path for change in Conf.diff(a, b, resolve=False).changes]


def test_equal_configs_do_not_differ_and_kinds_count():
    a, _ = pair()
    assert not Conf.diff(a, Conf.merge(a))
    assert str(Conf.diff(a, a)) == ""
    assert len(Conf.diff(Conf.from_dict({"a": 1}), Conf.from_dict({"a": 1.0}))) == 1
    assert len(Conf.diff(Conf.from_dict({"a": 1}), Conf.from_dict({"a": True}))) == 1


def test_what_cannot_be_worked_out_is_compared_as_written():
    a, b = Conf.from_dict({"a": "${nope}"}), Conf.from_dict({"a": "${nop}"})
    (change,) = Conf.diff(a, b).changes
    assert (change.before, change.after) == ("${nope}", "${nop}")


def test_colours_on_request():
    a, b = Conf.from_dict({"a": 1}), Conf.from_dict({})
    assert Conf.diff(a, b).render(color=True).startswith("\x1b[31m- a: 1\x1b[0m")
