"""The addresses of all pages. Each subject appends its own; those of the timeline come last.

They are `/{org}` and `/{org}/{team}` and match almost anything, so that this list is also the last of the console.
"""

from django.urls import URLPattern, path

from rtk.console.pages import patterns
from rtk.console.pages.executions import urls as executions
from rtk.console.pages.experiments import urls as experiments
from rtk.console.pages.importing import urls as importing
from rtk.console.pages.insights import urls as insights
from rtk.console.pages.objectives import urls as objectives
from rtk.console.pages.safeguards import urls as safeguards
from rtk.console.pages.timeline import urls as timeline
from rtk.console.pages.verifications import urls as verifications

app_name = "pages"
urlpatterns: list[URLPattern] = [
    path("patterns", patterns.patterns, name="patterns"),
    *importing.urlpatterns,
    *objectives.urlpatterns,
    *verifications.urlpatterns,
    *insights.urlpatterns,
    *experiments.urlpatterns,
    *executions.urlpatterns,
    *safeguards.urlpatterns,
    *timeline.urlpatterns,
]
