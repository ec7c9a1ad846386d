"""The JumpStart catalogue as the sandbox has it: a few small models, trained here and served."""
