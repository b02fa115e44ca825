"""As whom the console works in its database: as one who can add to the audit log and change nothing in it.

Whoever owns a table can drop its triggers and grant itself any right to it. In the database that comes along, tables
are made and changed by the cluster's owner when a console starts, then given to the role as which it works, all but the
audit log's. In a database of your own the console has the one role that you gave it, which takes from itself what it
does not need.
"""

from typing import TYPE_CHECKING

from rtk.console.cluster import WORKER

if TYPE_CHECKING:
    from rtk.console.postgres import Postgres

_LOG = "people_auditentry"

# Only what is not yet as it must be is changed, so that nearly every start changes nothing. Sequences of columns and
# indexes go with their tables.
_SEPARATE = f"""
DO $$
DECLARE each regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WORKER}') THEN
        CREATE ROLE {WORKER} LOGIN;
    END IF;
    GRANT USAGE, CREATE ON SCHEMA public TO {WORKER};
    GRANT SELECT, INSERT ON {_LOG} TO {WORKER};
    FOR each IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
          AND relowner <> '{WORKER}'::regrole AND oid <> '{_LOG}'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO {WORKER}', each);
    END LOOP;
END $$
"""  # noqa: S608 - the names are ours

# Somebody else may own the log by then: then there is nothing to take.
_WITHDRAW = f"""
DO $$
BEGIN
    IF (SELECT relowner = current_user::regrole FROM pg_class WHERE oid = '{_LOG}'::regclass) THEN
        REVOKE ALL ON {_LOG} FROM PUBLIC;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {_LOG} FROM CURRENT_USER;
    END IF;
END $$
"""  # noqa: S608 - the name is ours


def separate(postgres: "Postgres", database: str) -> None:
    """Make the role as which the console works, and give it every table but the audit log."""
    with postgres.connect(database) as connection:
        connection.execute(_SEPARATE)
    postgres.let_in(WORKER)


def withdraw() -> None:
    """Take the right to change the audit log from the role with which Django is connected."""
    from django.db import connection  # noqa: PLC0415 - what starts a database has no need of Django

    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW)
