"""An address may be named by several accounts and is one's alone once confirmed; administrators; used invitations.

Until now the link of an invitation confirmed an address, though whoever invited could see it. No row says how an
address was confirmed. Where its account was made by an invitation, which its time tells, nobody has read a mail there:
it has to be confirmed anew. The invitation itself may be gone with its organization, but the audit log stays.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Signing up and joining were one request.
UNCONFIRMED = """
UPDATE account_emailaddress AS address SET verified = false
FROM people_user AS who
WHERE address.verified AND who.id = address.user_id AND (
    EXISTS (
        SELECT FROM people_invitation AS invitation
        WHERE invitation.email = address.email
          AND invitation.accepted_at BETWEEN who.created_at AND who.created_at + interval '10 minutes'
    ) OR EXISTS (
        SELECT FROM people_auditentry AS joined JOIN people_auditentry AS sent ON sent.org_id = joined.org_id
        WHERE joined.action = 'member.joined' AND joined.actor_id = who.id
          AND joined.created_at BETWEEN who.created_at AND who.created_at + interval '10 minutes'
          AND sent.action = 'invitation.sent' AND sent.target = address.email
    )
)
"""
FIRST_ADMINISTRATES = """
UPDATE people_user SET is_administrator = true
WHERE id = (SELECT id FROM people_user ORDER BY created_at, id LIMIT 1)
"""


class Migration(migrations.Migration):
    """Changes the columns, then tells whose addresses are not confirmed and who administrates."""

    dependencies = [("people", "0001_initial"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [
        migrations.AddField("invitation", "taken_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "invitation",
            "taken_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("user", "is_administrator", models.BooleanField(default=False)),
        migrations.AlterField(
            "user", "email", models.EmailField(db_index=True, max_length=254, verbose_name="e-mail address")
        ),
        migrations.RunSQL(UNCONFIRMED, migrations.RunSQL.noop, elidable=True),
        migrations.RunSQL(FIRST_ADMINISTRATES, migrations.RunSQL.noop, elidable=True),
    ]
