"""For every test: generated examples are the same in each run, so a failure can be run again.

`--hypothesis-profile=search` looks for new ones.
"""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("steady")
