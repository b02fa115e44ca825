"""That a notification did not arrive, by whatever way it went."""


class Undelivered(Exception):
    """It did not arrive; the text is why, in words that hold no secret. `final`: trying again is of no use."""

    def __init__(self, why: str, final: bool = False) -> None:
        super().__init__(why)
        self.final = final
