"""The forms of people. What is wrong is said beside its field, and what was typed stays."""

from datetime import timedelta
from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from rtk.console.people import gate, names, tokens
from rtk.console.people.models import NAME_LENGTH, SCOPES, Membership, Role, Team, Token, User

MOST_AT_ONCE = 50  # addresses in one form
_ROLE_HELP = {
    Role.OWNER: "everything, owners and the organization itself included",
    Role.ADMIN: "people, teams and settings; in all teams",
    Role.MEMBER: "runs and changes what is verified, in their teams",
    Role.VIEWER: "sees what is in their teams",
}
_SCOPE_HELP = {
    "read": "see organizations, teams, runs",
    "run": "publish runs, start and stop them",
    "admin": "change people, teams and settings",
}


class NameForm(forms.Form):
    """The name of an organization or a team."""

    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        """Refuse what cannot be an address."""
        return names.check(self.cleaned_data["name"])


class DeleteForm(forms.Form):
    """The name again, so that nothing is deleted by a slip."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["name"].label = f"Type “{expected}” to delete it"

    def clean_name(self) -> str:
        """Compare with what is to be deleted."""
        if self.cleaned_data["name"] != self.expected:
            raise ValidationError(f"This is not “{self.expected}”; nothing was deleted.")
        return self.expected


class ProfileForm(forms.ModelForm):
    """How somebody is called."""

    class Meta:
        model = User
        fields = ("name",)

    def clean_name(self) -> str:
        """Refuse what is more than a name."""
        return names.one_line(self.cleaned_data["name"])


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="What will use it, such as “CI of the shop”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {_SCOPE_HELP[scope]}") for scope in SCOPES],
        initial=["read", "run"],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["days"] = forms.IntegerField(
            label="Days until it expires",
            min_value=1,
            max_value=tokens.longest_days(),
            initial=tokens.usual_days(),
            help_text=f"At most {tokens.longest_days()} on this console.",
        )

    def clean_name(self) -> str:
        """Names tell one's tokens apart."""
        name = " ".join(self.cleaned_data["name"].split())
        if Token.objects.filter(user=self.user, name=name).exists():
            raise ValidationError(f"You have a token named “{name}” already.")
        return name

    def expires_at(self) -> Any:
        """When the token ends."""
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class PasswordForm(ChangePasswordForm):
    """Another password; whoever changes it because somebody knows it may want to end their tokens, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Token.objects.filter(tokens.good(), user=self.user).count()
        if there:
            label = "End my token, too" if there == 1 else f"End my {there} tokens, too"
            self.fields["end_tokens"] = forms.BooleanField(
                label=label,
                required=False,
                help_text="What uses them stops working. Choose it if somebody may have known your password.",
            )

    def save(self) -> None:
        """Keep the password, and end what was chosen."""
        # Both or neither: the new password alone would leave tokens that were to end.
        with transaction.atomic():
            super().save()
            ended = tokens.revoke_all(self.user) if self.cleaned_data.get("end_tokens") else 0
        if ended:
            told = "Your token is ended." if ended == 1 else f"Your {ended} tokens are ended."
            messages.success(context.request, told)


class RoleForm(forms.Form):
    """Another role for somebody; owners alone may give and take the owner's."""

    role = forms.ChoiceField()

    def __init__(self, *args: Any, giver: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role, f"{role.label}: {_ROLE_HELP[role]}") for role in gate.roles_given_by(giver)]


class InviteForm(RoleForm):
    """Addresses to invite, with a role and teams."""

    emails = forms.CharField(
        label="Email addresses", widget=forms.Textarea(attrs={"rows": 3}), help_text="Separated by commas or lines."
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Owners and admins are in all.",
    )
    field_order = ("emails", "role", "teams")

    def __init__(self, *args: Any, teams: "QuerySet[Team]", **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"role": Role.MEMBER})
        super().__init__(*args, **kwargs)
        field = self.fields["teams"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = teams

    def clean_emails(self) -> list[str]:
        """The addresses, each once, in lower case; the first wrong one is named."""
        typed = self.cleaned_data["emails"].replace(",", " ").replace(";", " ").lower().split()
        for email in typed:
            try:
                forms.EmailField().clean(email)
            except ValidationError:
                raise ValidationError(f"“{email}” is not an email address.") from None
        if len(typed) > MOST_AT_ONCE:
            raise ValidationError(f"{len(typed)} addresses; at most {MOST_AT_ONCE} at once are possible.")
        return list(dict.fromkeys(typed))


class PersonField(forms.ModelChoiceField):
    """A choice among members, who are shown by name, address and role."""

    def label_from_instance(self, obj: Any) -> str:
        """How a member is shown."""
        return f"{obj.user.name} ({obj.user.email}), {obj.role}" if obj.user.name else f"{obj.user.email}, {obj.role}"


class MemberForm(forms.Form):
    """A member of the organization to put into a team."""

    member = PersonField(Membership.objects.none(), empty_label="Choose somebody")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        inside = Q(user__in=team.memberships.values("user")) | Q(role__in=gate.EVERYWHERE)
        field.queryset = Membership.objects.filter(org=team.org).exclude(inside).select_related("user")
