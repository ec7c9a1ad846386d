"""The resource types that stacks can have, each by the public operations of its service."""
