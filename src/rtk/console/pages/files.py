"""Serves the built front end and what else is static: WhiteNoise, but each file as one answer that does not stream.

A file that streams goes through a thread for each piece of it, and none of ours is large.
"""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

# What a browser asks for beside an answer that is no page and so names no icon, such as that of /health. As an address
# without a page it would be answered by one, whose new cookie against forged requests undoes that of a form just shown.
ICON = "/favicon.ico"


def _nothing() -> HttpResponse:
    return HttpResponseNotFound("There is no such file.\n", content_type="text/plain")


class Files(WhiteNoiseMiddleware):
    """WhiteNoise's middleware. It chooses the compressed file where the browser takes it, and answers 304 and 206."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """A file, also one that was built since the console began; what is none of them is not found."""
        path = request.path_info
        if path == ICON:
            return HttpResponseRedirect(static("pages/icon.svg"))
        if not path.startswith(self.static_prefix):
            return cast("HttpResponseBase", self.get_response(request))
        try:
            known = self.files.get(path) or self.find_file(path)
            return self.serve(known, request) if known else _nothing()
        except FileNotFoundError:  # another build took its place
            return _nothing()

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
