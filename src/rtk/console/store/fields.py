"""Columns for documents: JSON text kept as it came, and large ones compressed."""

import json
import zlib
from typing import Any

from django.db import models

from rtk.console.store.depth import refuse_deep


class Document(models.TextField):
    """A JSON value, kept as text.

    PostgreSQL's own JSON types refuse a zero character or half a character inside a text, and the binary one
    loses the order of keys, in which people find their experiments again.
    """

    # What the checker of types reads: the text is only what the database holds.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    _pyi_lookup_exact_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """The value of what the database holds."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """A value is its own Python form."""
        return value

    def get_prep_value(self, value: Any) -> str | None:
        """The text of a value; all of it is ASCII. Raises `Problem` for one that is nested too deeply."""
        refuse_deep(value)
        return None if value is None else json.dumps(value, allow_nan=False, separators=(",", ":"))


class Packed(models.BinaryField):
    """Bytes, compressed: journals. Set and read as plain bytes."""

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """The bytes of what the database holds."""
        return None if value is None else zlib.decompress(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        """The compressed form: at its quickest, which takes a tenth of a journal's size already."""
        return None if value is None else zlib.compress(value, 1)
