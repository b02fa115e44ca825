"""Names of organizations and teams, and the part of an address that each becomes."""

import uuid

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from rtk.console.people.models import NAME_LENGTH

# What pages and the API use as parts of their addresses, or will.
_PAGES = """
    accounts action-items activity admin agents api assets audit audit.csv billing client conditions dashboard
    delete docs edit executions experiments health help home import insights invitations invite join leave limits
    login logout members new notifications objectives openapi organizations orgs patterns people plans profile runs
    safeguards schedule schedules search sessions settings sign-in sign-on-again signin signup static status stream
    support teams timeline tokens users verifications welcome
"""
RESERVED = frozenset(_PAGES.split())


def slug_of(name: str) -> str:
    """A name as part of an address: lower case, letters, digits, hyphens and underscores."""
    return slugify(name, allow_unicode=True)[:NAME_LENGTH]


def check(name: str) -> str:
    """A name without the space around it. Raises ValidationError with a sentence when it cannot be used."""
    name = " ".join(name.split())
    slug = slug_of(name)
    if not name:
        raise ValidationError("Give a name.")
    if len(name) > NAME_LENGTH:
        raise ValidationError(f"The name has {len(name)} characters; at most {NAME_LENGTH} are possible.")
    if not slug:
        raise ValidationError("The name needs at least one letter or digit.")
    if slug in RESERVED or _is_id(slug):
        raise ValidationError(f"“{name}” is kept for the console's own pages; choose another name.")
    return name


def _is_id(slug: str) -> bool:
    """Addresses find organizations and teams by id as well, so a name must not look like one."""
    try:
        uuid.UUID(slug)
    except ValueError:
        return False
    return True
