"""Rules on what a template, a plan or an endpoint declares, across its resources (CHK-5xx)."""
