"""What controls register for the Chaos Toolkit's events: whatever a handler raises, the run and its undo go on."""

from collections.abc import Callable
from typing import Any


def registry_of(has_controls: bool) -> Any:
    """Return the Chaos Toolkit's registry; where no control is there to register a handler, what nobody hears."""
    if not has_controls:
        return _Unheard()
    # It brings with it all that plays an experiment. Without controls an undo after a death need not wait for that.
    from chaoslib.run import EventHandlerRegistry

    class Handlers(EventHandlerRegistry):  # type: ignore[misc]
        """The Chaos Toolkit's registry ignores what a handler raises where that is an Exception; here all of it is."""

        def register(self, handler: Any) -> None:
            super().register(_Contained(handler))

    return Handlers()


class _Unheard:
    """A registry without handlers: it takes every event."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_args, **_given: None


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
