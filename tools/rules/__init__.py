"""Rules: values with an id and a source that exclude or prefer an option, or find a fault."""
