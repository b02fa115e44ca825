"""The page of the link by which somebody chooses another password; tests/attack/test_at_once.py has several at once."""

from allauth.account.utils import user_pk_to_url_str

from rtk.console.people.models import User
from rtk.console.people.resets import ResetLinks
from tests.console.people.world import World, new_browser, signed_in

NEW = {"password1": "another long phrase", "password2": "another long phrase"}


def path(user: User) -> str:
    user.read_at = user.email
    return f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{ResetLinks().make_token(user)}/"


def test_opening_somebody_elses_link_signs_nobody_out(world: World) -> None:
    client = signed_in(world.viewer)
    assert client.get(path(world.member), follow=True).status_code == 200
    assert client.get("/profile").status_code == 200


def test_using_it_does(world: World) -> None:
    client = signed_in(world.viewer)
    assert client.post(client.get(path(world.member))["Location"], NEW).status_code == 302
    assert User.objects.get(pk=world.member.pk).check_password(NEW["password1"])
    assert client.get("/profile").status_code == 302


def test_a_used_one_says_so_to_whoever_opened_it_before(world: World) -> None:
    link, first, second = path(world.member), new_browser(), new_browser()
    forms = [client.get(link)["Location"] for client in (first, second)]
    first.post(forms[0], NEW)
    page = second.post(forms[1], {"password1": "a third long phrase", "password2": "a third long phrase"})
    assert "possibly because it has already been used" in page.content.decode()
    assert User.objects.get(pk=world.member.pk).check_password(NEW["password1"])


def test_whoever_was_removed_meanwhile_has_no_password(world: World) -> None:
    link, client = path(world.member), new_browser()
    form = client.get(link)["Location"]
    world.member.delete()
    assert "possibly because it has already been used" in client.post(form, NEW).content.decode()
