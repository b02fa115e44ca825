"""Tags are arrays of texts, which an index finds; they were JSON texts that were searched letter by letter."""

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from rtk.console.store.experiments import tags_of

TAGGED = ("experiment", "objective", "event")
AT_ONCE = 1_000
# Nearly all tags have no escape, and PostgreSQL reads them by itself: a console may have a million events.
PLAIN = """
UPDATE store_{name} SET tags = ARRAY(SELECT json_array_elements_text(former_tags::json))
WHERE former_tags <> '[]' AND strpos(former_tags, '\\') = 0
"""
ESCAPED = "SELECT id, former_tags FROM store_{name} WHERE strpos(former_tags, '\\') > 0"
FILLED = "UPDATE store_{name} SET tags = %s WHERE id = %s"
BACK = "UPDATE store_{name} SET former_tags = array_to_json(tags)::text WHERE tags <> '{{}}'"


def take_over(_: Any, editor: Any) -> None:
    """Fill the arrays. What PostgreSQL's own JSON refuses, such as half a character, is read here."""
    with editor.connection.cursor() as cursor:
        for name in TAGGED:
            cursor.execute(PLAIN.format(name=name))
            cursor.execute(ESCAPED.format(name=name))
            found = [(tags_of({"tags": json.loads(tags)}), key) for key, tags in cursor.fetchall()]
            for begin in range(0, len(found), AT_ONCE):
                cursor.executemany(FILLED.format(name=name), found[begin : begin + AT_ONCE])


def give_back(_: Any, editor: Any) -> None:
    """Write the arrays as JSON texts again."""
    with editor.connection.cursor() as cursor:
        for name in TAGGED:
            cursor.execute(BACK.format(name=name))


class Migration(migrations.Migration):
    """Makes the columns anew beside the former ones, fills them, and takes the former ones away."""

    dependencies = [("store", "0023_versions")]
    operations = [
        *(migrations.RenameField(name, "tags", "former_tags") for name in TAGGED),
        *(migrations.AddField(name, "tags", ArrayField(models.TextField(), default=list)) for name in TAGGED),
        migrations.RunPython(take_over, give_back, elidable=True),
        *(migrations.RemoveField(name, "former_tags") for name in TAGGED),
        migrations.AddIndex("experiment", GinIndex(fields=["tags"], name="experiment_tagged")),
        migrations.AddIndex("objective", GinIndex(fields=["tags"], name="objective_tagged")),
        migrations.AddIndex(
            "event", GinIndex(fields=["tags"], condition=models.Q(on_timeline=True), name="event_tagged")
        ),
    ]
