"""What a model file is, read from its bytes and never executed: one module a family."""
