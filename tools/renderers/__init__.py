"""Renderers: a specification as text that a repository can keep. They change nothing."""
