"""Stages 6 and 8, store and page: the console, a Django project that `rtk up` starts.

`options` names every setting, `settings` makes Django's of them, `asgi` is the application, `postgres` the database
that comes along, `up` puts them together. `people`, `store`, `api` and `notify` are the apps.
"""
