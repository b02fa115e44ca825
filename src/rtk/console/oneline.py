"""A filter for what is logged of requests that anybody can send: one line each, no traceback of ours."""

import logging


class OneLine(logging.Filter):
    """Lets a record pass, without the exception that led to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass."""
        record.exc_info = record.exc_text = None
        return True
