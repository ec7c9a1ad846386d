"""The chat model that needs no key."""
