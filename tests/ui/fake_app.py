"""The page over the fake, for a browser: `streamlit run tests/ui/fake_app.py`."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeApp, fake_services

from ui.app import main
from ui.session import Services


@st.cache_resource
def services() -> Services:
    return fake_services(FakeApp(pause_s=0.08))


main(services)
