"""Control: signals are separate bits, and a new run starts without those of the last."""

from itertools import combinations

from simple_ignite.engine.control import CHANGED, END_EPOCH, INTERRUPT, STOP, TERMINATE, Control


def test_signals_are_separate_bits():
    signals = (CHANGED, END_EPOCH, INTERRUPT, TERMINATE)
    assert all(signals)
    assert all(a & b == 0 for a, b in combinations(signals, 2))
    assert STOP == INTERRUPT | TERMINATE


def test_a_new_control_has_no_signal():
    control = Control()
    assert (control.signal, control.preempted, control.ahead, control.done) == (0, False, False, 0)
    assert (control.phase, control.failed) == ("", None)


def test_a_new_run_clears_all_but_the_position():
    control = Control()
    control.signal, control.preempted, control.ahead = TERMINATE, True, True
    control.phase, control.failed, control.done = "step", ("event", "handler"), 7
    control.begin_run()
    assert (control.signal, control.preempted, control.ahead) == (0, False, False)
    assert (control.phase, control.failed, control.done) == ("", None, 7)
