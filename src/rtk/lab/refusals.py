"""What the lab refuses, in AWS's own codes.

Refusal                    code as in AWS's service model, and a sentence one can act on
"""


class Refusal(Exception):
    """An answer other than success: AWS's error code, a message, an HTTP status (400 unless said)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid_value(member: str, value: object, constraint: str) -> Refusal:
    """A member of a request outside its bounds, in the words AWS uses."""
    return Refusal(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}",
    )
