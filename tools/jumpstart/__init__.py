"""The JumpStart catalogue: what it lists, searched and judged before anything is planned."""
