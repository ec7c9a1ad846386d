"""Exam practice: which question comes next, what an answer is worth, how far somebody has come."""
