"""The role as which the console works; what it cannot do is in tests/attack/test_audit_log.py."""

import pytest
from django.db import ProgrammingError, connection, transaction

from rtk.console import roles
from rtk.console.people import audit
from rtk.console.people.models import AuditEntry


def owned_by(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE people_auditentry OWNER TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT ON people_auditentry TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")


@pytest.fixture
def owner(db: None) -> None:
    """Django works as the owner of the log, who is no superuser, for as long as a test takes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE an_owner")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO an_owner")
    owned_by("an_owner")


def test_an_owner_who_withdrew_still_adds_and_reads(owner: None) -> None:
    roles.withdraw()
    audit.record(None, None, "team.created", "Shop")
    assert AuditEntry.objects.filter(target="Shop").count() == 1


def test_an_owner_who_withdrew_has_no_right_to_remove(owner: None) -> None:
    audit.record(None, None, "team.created", "Shop")
    roles.withdraw()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_who_does_not_own_the_log_has_nothing_to_withdraw(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE a_guest")
        cursor.execute("GRANT SELECT ON people_auditentry TO a_guest")
        cursor.execute("SET LOCAL ROLE a_guest")
    roles.withdraw()
    assert AuditEntry.objects.count() == 0
