"""Serves the built front end and what else is static: WhiteNoise, but each file as one answer that does not stream.

A file that streams goes through a thread for each piece of it, and none of ours is large.
"""

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class Files(WhiteNoiseMiddleware):
    """WhiteNoise's middleware. It chooses the compressed file where the browser takes it, and answers 304 and 206."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The answer with all of the file in it."""
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        answer = HttpResponse(content, status=int(found.status))
        del answer["Content-Type"]  # the file's own follows, or none with a 304
        for name, value in found.headers:
            answer[name] = value
        return answer
