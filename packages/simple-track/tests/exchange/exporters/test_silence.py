import logging
import warnings

import pytest

from simple_track.exchange.exporters.silence import silence


def test_remarks_are_kept_back_and_errors_are_not(caplog):
    logger = logging.getLogger("simple_track.test.chatty")
    before = logger.level
    with silence(logger.name):
        logger.warning("a remark")
        logger.error("an error")
        warnings.warn("another remark", stacklevel=1)  # would be an error here
    assert [record.message for record in caplog.records] == ["an error"]
    assert logger.level == before


def test_the_level_comes_back_after_an_error():
    logger = logging.getLogger("simple_track.test.chatty")
    with pytest.raises(ZeroDivisionError), silence(logger.name):
        raise ZeroDivisionError
    assert logger.level == logging.NOTSET
