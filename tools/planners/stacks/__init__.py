"""The life of an endpoint that a CloudFormation stack holds: each turn is a change set."""
