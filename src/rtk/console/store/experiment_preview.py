"""What is in the text of an experiment, before anything is made of it."""

from typing import Any

from rtk.console.store import extent
from rtk.console.store.problem import Problem
from rtk.console.store.verifications import runnable
from rtk.errors import BadInput
from rtk.experiment.read import document as document_of

WHERE = "the experiment"


def read(source: bytes, form: str | None = None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The experiment in a text, and how it was mended. Raises `Problem` 422 as `look` does."""
    try:
        document, warnings = document_of(source, WHERE, form)
        extent.refuse_busy(document, WHERE)
        runnable(document)
    except BadInput as error:
        raise Problem(422, str(error), "source", wrong=error) from None
    except RecursionError:
        raise Problem(422, f"{WHERE}: nested too deeply", "source") from None
    return document, warnings
