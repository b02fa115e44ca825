"""The tags of experiments beside their documents, which lists need not read then; verifications that are archived."""

from django.db import migrations, models

import rtk.console.store.fields

_TAGS = """
UPDATE store_experiment SET tags = (document::json -> 'tags')::text
WHERE CASE WHEN json_typeof(document::json -> 'tags') = 'array' THEN NOT EXISTS (
    SELECT FROM json_array_elements(document::json -> 'tags') AS each (tag) WHERE json_typeof(tag) <> 'string'
) END
"""


class Migration(migrations.Migration):
    """Adds the columns, and fills the first from the documents."""

    dependencies = [("store", "0005_acknowledged")]
    operations = [
        migrations.AddField(
            model_name="experiment", name="tags", field=rtk.console.store.fields.Document(default=list)
        ),
        migrations.AddField(model_name="verification", name="archived_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(_TAGS, migrations.RunSQL.noop),
    ]
