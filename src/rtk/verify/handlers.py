"""What controls register for the Chaos Toolkit's events: whatever a handler raises, the run and its undo go on."""

from collections.abc import Callable
from typing import Any

from chaoslib.run import EventHandlerRegistry


class Handlers(EventHandlerRegistry):  # type: ignore[misc]
    """The Chaos Toolkit's registry. It ignores what a handler raises where that is an Exception; here all of it is."""

    def register(self, handler: Any) -> None:
        """Add a handler of a control."""
        super().register(_Contained(handler))


class _Contained:
    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def __getattr__(self, name: str) -> Callable[..., Any]:
        handle = getattr(self._handler, name)

        def contained(*args: Any, **given: Any) -> Any:
            try:
                return handle(*args, **given)
            except Exception:
                raise
            except BaseException as error:
                raise RuntimeError(f"{name} failed with {type(error).__name__}") from error

        return contained
