"""Writing a YAML file anew with its comments, its quotes and its order: only what changes is different."""

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from rtk.errors import BadInput
from rtk.experiment.block import NAME
from rtk.experiment.read import document as document_of

# The first key with something nested below it: that is how deep this file indents.
_NESTED = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?: *(?:#[^\n]*)?\n)*( +)[^\s#-]", re.MULTILINE)
_WIDE = 1_000_000  # no line is folded that was not


def upgraded_text(text: str, upgraded: Mapping[str, Any]) -> str | None:
    """The text of a YAML file with the verification of `upgraded` in it.

    None where that cannot be done so that it reads as `upgraded`: what it says goes before how it looks.
    """
    try:
        block = next(each for each in upgraded["extensions"] if each.get("name") == NAME)
        yaml = YAML()
        yaml.preserve_quotes = True
        lines = text.replace("\r\n", "\n")
        whole, indent, offset = load_yaml_guess_indent(lines, yaml=yaml)
        yaml.width = _WIDE
        nested = _NESTED.search(lines)
        deeper = len(nested[2]) - len(nested[1]) if nested else 0
        yaml.indent(mapping=deeper if deeper > 0 else 2, sequence=indent or 2, offset=offset or 0)
        yaml.explicit_start = text.lstrip("\ufeff").startswith("---")
        _put(whole, block)
        out = io.StringIO()
        yaml.dump(whole, out)
        written = out.getvalue().replace("\n", "\r\n") if "\r\n" in text else out.getvalue()
        read, _ = document_of(written.encode(), "the file", "yaml")
    except (YAMLError, BadInput, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    return written if read == upgraded else None


def _put(whole: Any, block: Mapping[str, Any]) -> None:
    """Put the verification into its block, key by key, so that comments beside others stay."""
    extensions = whole.get("extensions")
    if not extensions:
        whole["extensions"] = [dict(block)]
        return
    ours = next((each for each in extensions if each.get("name") == NAME), None)
    if ours is None:
        extensions.append(dict(block))
    elif not isinstance(ours.get("verification"), dict):
        ours["verification"] = block["verification"]
    else:
        for key, value in block["verification"].items():
            if ours["verification"].get(key) != value:
                ours["verification"][key] = value
