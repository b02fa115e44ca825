"""A system that gives a secret away wherever one can: what it answers, raises, logs, prints and sets."""

import logging
import sys
from dataclasses import dataclass, field
from typing import Any

from tests.verify import world

logger = logging.getLogger("chaostoolkit")


@dataclass
class Leak:
    """What is given away: `text` holds the secret as somebody wrote it, `value` is the secret itself."""

    text: str = ""
    value: Any = None
    broken: bool = False
    late: dict[str, Any] = field(default_factory=dict)


leak = Leak()


def answers() -> dict[str, Any]:
    """A probe: the secret in values of every kind."""
    world.world.clock.sleep(0.1)
    return {
        "text": leak.text,
        "value": leak.value,
        "deep": [{"more": (leak.text, {leak.value if isinstance(leak.value, int | float | str) else leak.text: 1})}],
        "bytes": leak.text.encode("utf-8", "replace"),
        "set": {leak.text},
        "status": 200,
    }


def gives() -> Any:
    """A probe: the secret itself."""
    return leak.value


def breaks() -> int:
    """A probe that fails with the secret once the system is broken."""
    if leak.broken:
        refuses()
    return 200


def is_well(value: Any) -> bool:
    """A tolerance: met as long as the system is not broken."""
    return value is not None and not leak.broken


def refuses(**_: Any) -> None:
    """An activity that fails with the secret."""
    raise RuntimeError(leak.text)


def tells(**_: Any) -> str:
    """An action that breaks the system, logs and prints the secret, and returns it."""
    leak.broken = True
    logger.info(f"as a line: {leak.text}")
    logger.debug("as an argument: %s", leak.text)
    logging.getLogger("leaky").warning(leak.text)
    print(leak.text)
    sys.stderr.write(f"{leak.text}\n")
    try:
        refuses()
    except RuntimeError:
        logger.debug("with a traceback", exc_info=True)
    return leak.text


def before_experiment_control(secrets: dict[str, Any], **_: Any) -> None:
    """A control that sets a secret."""
    secrets.update(leak.late)


def before_activity_control(**_: Any) -> None:
    """A control that fails with it."""
    logger.info(f"a control: {leak.text}")
    raise ValueError(leak.text)
