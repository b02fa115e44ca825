"""Links to choose another password."""

from allauth.account.models import EmailAddress

from rtk.console.people.models import User
from rtk.console.people.resets import ResetLinks
from tests.console.people.world import World


def test_a_key_is_of_the_address_at_which_its_mail_is_read(world: World) -> None:
    EmailAddress.objects.create(user=world.member, email="m@example.com", verified=True)
    for email in ("m@example.com", "mary@example.org"):
        world.member.read_at = email
        key = ResetLinks().make_token(world.member)
        reader = User.objects.get(pk=world.member.pk)
        assert ResetLinks().check_token(reader, key)
        assert reader.read_at == email


def test_a_key_of_an_address_that_nobody_confirmed_any_more_is_none(world: World) -> None:
    world.member.read_at = "mary@example.org"
    key = ResetLinks().make_token(world.member)
    EmailAddress.objects.filter(user=world.member).update(verified=False)
    assert not ResetLinks().check_token(world.member, key)


def test_another_address_ends_a_key(world: World) -> None:
    world.member.read_at = "mary@example.org"
    key = ResetLinks().make_token(world.member)
    EmailAddress.objects.create(user=world.member, email="m@example.com")
    assert not ResetLinks().check_token(world.member, key)
    assert not ResetLinks().check_token(None, key)
