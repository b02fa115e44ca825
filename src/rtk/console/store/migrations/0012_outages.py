"""When objectives were not kept, as intervals by verification, place and day: their union is what is spent.

What is stored already is taken over as it was counted: a frequency for each slot that deviated.
"""

from django.db import migrations

_TABLE = """
CREATE TABLE store_outage (
  verification_id uuid NOT NULL,
  place text NOT NULL,
  day date NOT NULL,
  spans tstzmultirange NOT NULL,
  seconds numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (verification_id, place, day)
);
"""
_COUNTED = r"""
INSERT INTO store_outage (verification_id, place, day, spans)
SELECT r.verification_id, '', (u.since AT TIME ZONE 'UTC')::date,
  range_agg(tstzrange(u.since, u.since + make_interval(secs => u.frequency)))
FROM store_run r
JOIN store_measurement m ON m.run_id = r.id AND m.day = r.day AND m.outcome = 1,
LATERAL (SELECT r.created_at + make_interval(secs => m.due),
  substring(r.plan from '"frequency_s": ?([0-9.]+(?:[eE][+-]?[0-9]+)?)')::float8) AS u(since, frequency)
WHERE r.ended_at IS NOT NULL AND u.frequency > 0
GROUP BY 1, 3;
UPDATE store_outage SET seconds = (SELECT sum(extract(epoch FROM upper(s) - lower(s))) FROM unnest(spans) AS s);
"""


class Migration(migrations.Migration):
    """Makes the table and fills it."""

    dependencies = [("store", "0011_why_a_slot_was_missed")]
    operations = [
        migrations.RunSQL(_TABLE, "DROP TABLE store_outage"),
        migrations.RunSQL(_COUNTED, migrations.RunSQL.noop, elidable=True),
    ]
