"""The servers' own pages and content types."""

import pytest

from tools.sandbox.images.flask_pages import flask_content_type, flask_page, gunicorn_page
from tools.sandbox.images.script_container import as_reply


def test_flasks_page_equals_werkzeugs():
    from werkzeug.exceptions import HTTPException, default_exceptions

    for status in (404, 405, 413, 500):
        error: HTTPException = default_exceptions[status]()
        assert flask_page(status).body.decode() == error.get_body()


def test_gunicorns_page_is_html_without_a_charset():
    page = gunicorn_page()
    assert (page.status, page.content_type) == (500, "text/html")
    assert b"<h1><p>Internal Server Error</p></h1>" in page.body


@pytest.mark.parametrize(
    ("mimetype", "sent"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/x-npy", "application/x-npy"),
        ("image/svg+xml", "image/svg+xml; charset=utf-8"),
    ],
)
def test_text_types_get_a_charset(mimetype, sent):
    assert flask_content_type(mimetype) == sent


def test_a_dict_is_json_and_none_is_an_error():
    assert as_reply({"b": 1, "a": 2}).body == b'{"a":2,"b":1}\n'
    assert as_reply(("x", "text/plain")).content_type == "text/plain; charset=utf-8"
    with pytest.raises(TypeError, match="did not return a valid response"):
        as_reply(None)
