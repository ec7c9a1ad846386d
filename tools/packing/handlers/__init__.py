"""Inference scripts that packaging puts into archives; read as text, run only in containers.

They run on the images' Python (3.9 to 3.12) and import nothing of ours.
"""
