"""The page over the fake, for a browser: `streamlit run tests/ui/fake_app.py [-- GATE]`.

With GATE, a deployment halts at its second step until a file of that name exists.
"""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeApp, fake_services

from ui.app import main
from ui.session import Services


@st.cache_resource
def services() -> Services:
    gate = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    return fake_services(FakeApp(pause_s=0.08, gate_file=gate))


main(services)
