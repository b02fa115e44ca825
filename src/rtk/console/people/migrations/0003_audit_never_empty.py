"""Emptying the audit log is refused as well: TRUNCATE fires no trigger for the removal of rows."""

from django.db import migrations

NEVER_EMPTY = """
CREATE TRIGGER people_audit_never_empty BEFORE TRUNCATE ON people_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION people_audit_refuse();
"""
CAN_BE_EMPTIED = "DROP TRIGGER people_audit_never_empty ON people_auditentry;"


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("people", "0002_confirmed_addresses")]
    operations = [migrations.RunSQL(NEVER_EMPTY, CAN_BE_EMPTIED)]
