"""Container images as the sandbox knows them: which exist, and how each one serves."""
