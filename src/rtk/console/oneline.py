"""A filter for what is logged of requests that anybody can send: one line each, no traceback and no name of theirs."""

import logging

HOST = "a request named a host under which this console does not answer: see RTK_ALLOWED_HOSTS"


class OneLine(logging.Filter):
    """Lets a record about a host pass, without the name that was given and the exception that led to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass."""
        record.exc_info = record.exc_text = None
        record.msg, record.args = HOST, ()
        return True
