"""SageMaker without a language model: the stages, the numbers, the rules and the local AWS."""
