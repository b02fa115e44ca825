"""The two large tables, partitioned by the day a run was created.

A partitioned table's primary key must hold the column it is partitioned by. It is never a row's own time: that a
row is stored once is seen to by the run's `next`, locked while it is stored.
"""

from django.db import migrations

SQL = """
CREATE TABLE store_measurement (
  run_id uuid NOT NULL,
  n bigint NOT NULL,
  slot bigint NOT NULL,
  t double precision NOT NULL,
  due double precision NOT NULL,
  started double precision,
  ended double precision,
  value double precision,
  day date NOT NULL,
  phase smallint NOT NULL,
  outcome smallint NOT NULL,
  reason text,
  probes text,
  PRIMARY KEY (run_id, n, day)
) PARTITION BY RANGE (day);
CREATE TABLE store_recordentry (
  run_id uuid NOT NULL,
  n bigint NOT NULL,
  t double precision NOT NULL,
  day date NOT NULL,
  kind text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (run_id, n, day)
) PARTITION BY RANGE (day);
"""


class Migration(migrations.Migration):
    """Makes them; their partitions are made as runs come."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "DROP TABLE store_measurement; DROP TABLE store_recordentry")]
