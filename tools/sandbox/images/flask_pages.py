"""The HTML that Flask and gunicorn send when the code behind them fails.

Source: Werkzeug 3.1 (HTTPException.get_body) and gunicorn 26 (util.write_error), the servers of
the scikit-learn and XGBoost images.
"""

from tools.sandbox.images.serving import Reply

_HTML = "text/html; charset=utf-8"
_DESCRIPTIONS = {
    404: (
        "Not Found",
        "The requested URL was not found on the server. If you entered the URL manually please"
        " check your spelling and try again.",
    ),
    405: ("Method Not Allowed", "The method is not allowed for the requested URL."),
    413: ("Request Entity Too Large", "The data value transmitted exceeds the capacity limit."),
    500: (
        "Internal Server Error",
        "The server encountered an internal error and was unable to complete your request."
        " Either the server is overloaded or there is an error in the application.",
    ),
}


def flask_page(status: int) -> Reply:
    """Return Flask's own page for a status: 404, 405, 413 or 500."""
    name, text = _DESCRIPTIONS[status]
    page = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {name}</title>\n"
        f"<h1>{name}</h1>\n<p>{text}</p>\n"
    )
    return Reply(status, page.encode(), _HTML)


def gunicorn_page() -> Reply:
    """Return gunicorn's page for an application that raised instead of answering."""
    name = "Internal Server Error"
    page = (
        f"<html>\n  <head>\n    <title>{name}</title>\n  </head>\n  <body>\n"
        f"    <h1><p>{name}</p></h1>\n    \n  </body>\n</html>\n"
    )
    return Reply(500, page.encode(), "text/html")


def flask_content_type(mimetype: str) -> str:
    """Return the Content-Type that Flask sends for a mimetype: text types get a charset."""
    textual = mimetype.startswith("text/") or mimetype.endswith("+xml")
    if "charset" not in mimetype and (textual or mimetype == "application/xml"):
        return f"{mimetype}; charset=utf-8"
    return mimetype
