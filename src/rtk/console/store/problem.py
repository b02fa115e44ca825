"""What is wrong with a call, as the caller is told it: RFC 9457 problem details."""

from http import HTTPStatus
from typing import Any

from rtk.errors import BadInput

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal: `field` is the place in the call that is wrong, `more` are keys beside the usual ones.

    `wrong` is what was wrong with a value, for forms, which show it beside its place. `challenge` is for the header
    WWW-Authenticate, where the status is 401.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        field: str | None = None,
        *,
        wrong: BadInput | None = None,
        challenge: str = "Bearer",
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.wrong = wrong or BadInput(detail)
        self.challenge = challenge
        self.more = more

    def as_dict(self) -> dict[str, Any]:
        """The body of the answer."""
        errors = {"errors": [{"field": self.field, "detail": self.detail}]} if self.field else {}
        title = HTTPStatus(self.status).phrase
        return {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            **errors,
            **self.more,
        }


def unknown(what: str) -> Problem:
    """The refusal of what is not there, or not for the caller to see."""
    return Problem(404, f"there is no such {what} here")
