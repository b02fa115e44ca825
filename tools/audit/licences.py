"""Licences: what a package says of its own, as an expression of SPDX, and whether it may be shipped."""

from importlib.metadata import PackageMetadata

from license_expression import (
    AND,
    ExpressionError,
    ExpressionParseError,
    LicenseExpression,
    LicenseSymbol,
    get_spdx_licensing,
)

# Those that ask for no more than a notice, and those whose terms end at the package itself, which pip installs beside
# ours unchanged. What is not among them is a question for a person.
_NOTICE = "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause ISC MIT MIT-0 PSF-2.0 LicenseRef-scancode-public-domain"
_ITSELF = "LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-2.0"
ACCEPTED = frozenset((*_NOTICE.split(), *_ITSELF.split()))
# What somebody read in the files of packages whose metadata names no licence of SPDX, or several without saying how.
READ = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "click-plugins": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    # Its GPL is that of a file for an editor, which is not in the wheel.
    "docutils": "LicenseRef-scancode-public-domain AND BSD-2-Clause AND PSF-2.0",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "qrcode": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
}
# Names that mean one licence only. "BSD License" is not among them: there are several.
_NAMES = {
    "ASL 2": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "LGPLv3": "LGPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_OSI = "License :: OSI Approved :: "
_SPDX = get_spdx_licensing()


def of(name: str, metadata: PackageMetadata) -> str:
    """Return the expression of a package's licence; "" where neither its metadata nor anybody who read it says."""
    fields = metadata.get_all("License-Expression") or metadata.get_all("License") or [""]
    if stated := _expression(str(fields[0])):
        return stated
    classifiers = [each.removeprefix(_OSI) for each in metadata.get_all("Classifier") or () if each.startswith(_OSI)]
    known = [_NAMES[each] for each in classifiers if each in _NAMES]
    alone = known[0] if len(known) == len(classifiers) == 1 else ""
    return READ.get(name) or alone


def is_accepted(expression: str) -> bool:
    """Return whether a licence, or a choice of several, is one under which we may ship."""
    try:
        return bool(expression) and _accepted(_SPDX.parse(expression))
    except (ExpressionError, ExpressionParseError):
        return False


def _accepted(part: LicenseExpression) -> bool:
    if isinstance(part, LicenseSymbol):
        return str(part.key) in ACCEPTED
    every = all if isinstance(part, AND) else any
    return bool(part.args) and every(map(_accepted, part.args))


def _expression(text: str) -> str:
    """The expression that a text is; "" for another text."""
    text = _NAMES.get(text.strip(), text.strip())
    if not text or len(text) > 100:
        return ""
    try:
        _SPDX.parse(text, validate=True, strict=True)
    except (ExpressionError, ExpressionParseError):
        return ""
    return text
