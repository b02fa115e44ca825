"""The first-run guide: from an empty team to the first insight. What exists ticks a step."""

from django.db import connection
from django.urls import reverse
from msgspec import Struct

from rtk.console.people.models import Team, User
from rtk.console.store.models import Dismissal

_THERE = """
SELECT EXISTS (SELECT FROM people_token WHERE user_id = %(user)s AND last_used_at IS NOT NULL), (
  SELECT id FROM store_verification WHERE team_id = %(team)s AND deleted_at IS NULL
  ORDER BY created_at DESC, id DESC LIMIT 1
), (
  SELECT id FROM store_run WHERE team_id = %(team)s ORDER BY created_at DESC, id DESC LIMIT 1
), EXISTS (SELECT FROM store_run WHERE team_id = %(team)s AND insight_next IS NOT NULL),
EXISTS (SELECT FROM store_dismissal WHERE team_id = %(team)s AND user_id = %(user)s)
"""


class GuideStep(Struct, frozen=True):
    """A step: what to do, why, where. `text` is a command to copy, where there is one."""

    title: str
    why: str
    label: str
    url: str
    done: bool
    text: str = ""


class Guide(Struct, frozen=True):
    """The steps in their order."""

    steps: list[GuideStep]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> GuideStep | None:
        """The first that is not."""
        return next((step for step in self.steps if not step.done), None)


def guide(team: Team, user: User, address: str) -> Guide | None:
    """The guide, for as long as the team has no insight and the user did not dismiss it; one query.

    `address` is the console's own, as terminals know it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_THERE, {"team": team.id, "user": user.id})
        signed_in, verification, run, insight, dismissed = cursor.fetchone() or (False, None, None, False, True)
    if insight or dismissed:
        return None
    where = [team.org.slug, team.slug]
    runs = reverse("pages:verification", args=[*where, verification]) if verification else ""
    reads = reverse("pages:insight", args=[*where, run]) if run else ""
    return Guide(
        [
            GuideStep(
                "Sign in from a terminal",
                "Make a token, then sign in where your experiments are. The terminal asks for the token.",
                "Make a token",
                reverse("people:tokens"),
                bool(signed_in),
                f"chaos signin --url {address}",
            ),
            GuideStep(
                "Import an experiment",
                "Any Chaos Toolkit experiment will do. You say what you promise, the console what a run can prove.",
                "Import an experiment",
                reverse("pages:import", args=where),
                verification is not None,
            ),
            GuideStep(
                "Run the verification",
                "One command, from any terminal or pipeline. The page of the verification has it ready to copy.",
                "Show the command",
                runs,
                run is not None,
            ),
            GuideStep(
                "Read the insight",
                "Did the promise hold, how sure is that, what did it cost, and was everything undone?",
                "Open the run",
                reads,
                bool(insight),
            ),
        ]
    )


def dismiss(team: Team, user: User) -> None:
    """Show it to this user no more, for good."""
    Dismissal.objects.get_or_create(team=team, user=user)
