"""The tags of experiments beside their documents, which lists need not read then; verifications that are archived."""

from django.db import migrations, models

import rtk.console.store.fields

# What PostgreSQL's own JSON refuses, such as a zero character anywhere in a document, has its tags once it changes.
_TAGS = """
DO $$ DECLARE one uuid; BEGIN
  FOR one IN SELECT id FROM store_experiment LOOP
    BEGIN
      UPDATE store_experiment SET tags = (document::json -> 'tags')::text
      WHERE id = one AND CASE WHEN json_typeof(document::json -> 'tags') = 'array' THEN NOT EXISTS (
        SELECT FROM json_array_elements(document::json -> 'tags') AS each (tag) WHERE json_typeof(tag) <> 'string'
      ) END;
    EXCEPTION WHEN data_exception OR statement_too_complex THEN NULL;
    END;
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    """Adds the columns, and fills the first from the documents."""

    dependencies = [("store", "0005_acknowledged")]
    operations = [
        migrations.AddField(
            model_name="experiment", name="tags", field=rtk.console.store.fields.Document(default=list)
        ),
        migrations.AddField(model_name="verification", name="archived_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(_TAGS, migrations.RunSQL.noop, elidable=True),
    ]
