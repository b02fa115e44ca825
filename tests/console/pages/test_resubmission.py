"""Forms that are sent twice, and forms that are sent late."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.http import QueryDict

from rtk.console.pages.resubmission import ConflictCheckForm, IdempotentForm
from rtk.console.store.models import ActionItem
from tests.console.people.world import World


class Renaming(ConflictCheckForm):
    name = forms.CharField()
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], required=False)


def sent(form: type[forms.Form], initial: dict[str, Any] | None = None, **typed: str) -> Any:
    """A form as it was sent: with its hidden fields as they were shown, unless they are typed."""
    hidden = {field.name: str(field.value()) for field in form(initial=initial).hidden_fields()}
    data = QueryDict(mutable=True)
    data.update({**hidden, **typed})
    data._mutable = False
    return form(data, initial=initial)


def rows(world: World) -> Any:
    return ActionItem.objects.filter(team=world.shop)


def maker(world: World, title: str = "one") -> Callable[[UUID], ActionItem]:
    return lambda key: ActionItem.objects.create(id=key, team=world.shop, title=title)


def test_a_form_that_is_sent_twice_makes_one_thing(world: World) -> None:
    form = sent(IdempotentForm)
    assert form.is_valid()
    first, second = (form.make(rows(world), maker(world, title)) for title in ("one", "two"))
    assert first == second
    assert rows(world).get().title == "one"
    assert str(first.pk) == form.data["once"]


def test_two_forms_make_two_things(world: World) -> None:
    for form in (sent(IdempotentForm), sent(IdempotentForm)):
        assert form.is_valid()
        form.make(rows(world), maker(world))
    assert rows(world).count() == 2


def test_of_two_sent_at_the_same_time_the_later_finds_what_the_earlier_made(world: World) -> None:
    form = sent(IdempotentForm)
    assert form.is_valid()

    def overtaken(key: UUID) -> ActionItem:
        ActionItem.objects.create(team=world.shop, title="of the one that was too late")
        return maker(world)(key)

    earlier: list[Any] = []

    class Late:
        """The rows, which do not have it yet when they are first asked."""

        def filter(self, **which: Any) -> Any:
            found = rows(world).filter(**which)
            if earlier:
                return found
            earlier.append(maker(world, "earlier")(which["pk"]))
            return found.none()

    assert form.make(Late(), overtaken).title == "earlier"
    assert [each.title for each in rows(world)] == ["earlier"]


def test_an_id_of_another_team_is_neither_found_nor_told_of(world: World) -> None:
    theirs = ActionItem.objects.create(team=world.bank, title="theirs")
    form = sent(IdempotentForm, once=str(theirs.pk))
    assert form.is_valid()
    ours = form.make(rows(world), maker(world))
    assert ours.team == world.shop
    assert ours.pk != theirs.pk


@pytest.mark.parametrize("bad", ["", "x", "\0"])
def test_a_form_without_a_proper_id_is_taken_as_a_new_one(bad: str) -> None:
    form = sent(IdempotentForm, once=bad)
    assert form.is_valid()
    assert isinstance(form.cleaned_data["once"], UUID)


def test_an_edit_of_what_was_seen_is_not_stale() -> None:
    form = sent(Renaming, {"name": "before", "size": "s"}, name="after", size="s")
    assert form.is_valid()
    assert not form.stale()


def test_a_stale_edit_is_told_with_both_versions_and_goes_through_when_sent_again() -> None:
    seen = str(Renaming(initial={"name": "before", "size": "s"})["seen"].value())
    form = sent(Renaming, {"name": "theirs", "size": "l"}, name="mine", size="s", seen=seen)
    assert form.is_valid()
    assert form.stale()
    assert form.differences == [("Name", "theirs", "mine"), ("Size", "Large", "Small")]
    again = sent(Renaming, {"name": "theirs", "size": "l"}, name="mine", size="s", seen=str(form["seen"].value()))
    assert again.is_valid()
    assert not again.stale()


def test_an_edit_to_what_is_there_by_now_is_not_stale() -> None:
    form = sent(Renaming, {"name": "same", "size": "s"}, name="same", size="s", seen="older")
    assert form.is_valid()
    assert not form.stale()


def test_an_edit_that_does_not_say_what_it_saw_is_stale() -> None:
    form = sent(Renaming, {"name": "theirs", "size": "s"}, name="mine", size="s", seen="")
    assert form.is_valid()
    assert form.stale()
