"""What strangers send is no reason for a traceback in the log."""

import logging

import pytest
from django.test import Client

from rtk.console.oneline import HOST


def test_a_host_that_is_not_ours_is_one_line_of_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Client(headers={"host": "evil.example"}).get("/").status_code == 400
    (line,) = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert line.getMessage() == HOST
    assert (line.exc_info, line.exc_text) == (None, None)
