"""The page of patterns: for owners, with every state on it."""

from rtk.console.pages.templatetags.show import STATES
from tests.console.people.world import World, signed_in


def test_owners_see_every_state_and_nobody_else_learns_that_the_page_is_there(world: World) -> None:
    page = signed_in(world.owner).get("/patterns").content.decode()
    for state in STATES.values():
        assert f"</svg> {state.word}</span>" in page
    assert "<script>alert" not in page
    assert signed_in(world.stranger).get("/patterns").status_code == 200  # the owner of Rival
    for user in (world.admin, world.member, world.viewer):
        assert signed_in(user).get("/patterns").status_code == 404
