"""What the SageMaker SDK would do, found out by running it with every call recorded, none sent."""
