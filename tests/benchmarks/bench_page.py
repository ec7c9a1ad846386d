"""The browser app's process after one session has been opened."""

import asyncio
import os

import psutil
from tornado.websocket import websocket_connect

from tests.ui.browser import ROOT, served

MEGA = 1_000_000


def test_memory_of_the_page(figures, home):
    with served(
        ROOT / "ui" / "app.py",
        SAGEPILOT_HOME=str(home),
        SAGEPILOT_SANDBOX_PARENT_PID=str(os.getpid()),
    ) as address:
        asyncio.run(opened(address.replace("http", "ws") + "_stcore/stream"))
        [server] = [
            child for child in psutil.Process().children() if "streamlit" in child.cmdline()
        ]
        size = server.memory_info().rss
    figures.tell("memory of the browser app", f"{size / MEGA:.0f} MB")


async def opened(url: str) -> None:
    """Open a session as a browser does and wait until the page has been run once."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = BackMsg()
    message.rerun_script.query_string = ""
    socket = await websocket_connect(url, subprotocols=["streamlit"])
    await socket.write_message(message.SerializeToString(), binary=True)
    while True:
        answer = await asyncio.wait_for(socket.read_message(), 120)
        assert answer is not None, "the page closed the session"
        told = ForwardMsg()
        told.ParseFromString(answer)
        if told.WhichOneof("type") == "script_finished":
            break
    socket.close()
