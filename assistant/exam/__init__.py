"""Exam practice joined with the product: proofs carried out, pasted questions answered."""
