"""Compilation jobs: ONNX models are really optimised, by ONNX Runtime in place of Neo."""
