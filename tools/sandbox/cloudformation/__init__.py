"""AWS CloudFormation, carried out against the sandbox's own services."""
