"""The tables of notifications: whom a team wants to be told, and the outbox of what they are to be told."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rtk.console.notify.outbox import EVENTS
from rtk.console.people.models import Identified, Team, User
from rtk.console.store.models import Run

LABEL_LENGTH = 254


class Channel(models.TextChoices):
    """How a recipient is reached."""

    WEBHOOK = "webhook", "Webhook"
    EMAIL = "email", "Email"
    SERVICE = "service", "Chat or paging service"


class DeliveryState(models.TextChoices):
    """What has become of a notification."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


class Recipient(Identified):
    """Somebody or something that is told of a team's runs.

    `label` is what people, the audit log and the log are shown. The address may hold secrets: `address` is sealed
    with the console's secret key.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="recipients")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Channel.choices)
    label = models.CharField(max_length=LABEL_LENGTH)
    address = models.BinaryField()
    events = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Channel.values), name="recipient_kind_known"),
            models.CheckConstraint(
                condition=Q(events__contained_by=list(EVENTS)) & Q(events__len__gt=0), name="recipient_events_known"
            ),
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.label


class Notification(Identified):
    """One recipient is to be told one event of one run; a test is of no run.

    It is tried when `due_at` has come: whoever tries it moves that on first, so that no other does. `failure` is why
    the last try failed.
    """

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="notifications")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, related_name="+")
    event = models.CharField(max_length=20)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.IntegerField(default=0)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    failure = models.TextField(default="", blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "run", "event"], name="notification_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="notification_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state=DeliveryState.WAITING), name="notification_due"),
            models.Index(fields=["recipient", "-created_at"], name="notification_newest"),
        ]
        ordering: ClassVar = ["-created_at", "-id"]
