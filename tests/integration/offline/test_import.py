"""What importing the offline chat model costs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_importing_the_chat_model_loads_neither_babel_nor_langchain():
    code = (
        "import sys, assistant.offline.chat_model;"
        "heavy = ('babel', 'langchain', 'langgraph', 'chromadb', 'boto3', 'pint');"
        "print([name for name in heavy if name in sys.modules])"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
