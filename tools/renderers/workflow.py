"""A small GitHub Actions workflow that lints a rendering and, when a person says so, applies it."""

import yaml

from tools.renderers.python_names import Head, Names

_USES = "actions/checkout@v4"


def render_workflow(region: str, names: Names, head: Head) -> str:
    """Return the workflow's YAML, for a repository that holds the script as deploy.py.

    Args:
        region: The endpoint's.
        names: Of the script: how many archives, and whether there is a licence.
        head: Account and version of boto3.
    """
    archives = [f"archive{number or ''}.tar.gz" for number in range(len(names.uploads))]
    eula = ["--accept-eula"] if names.licensed else []
    install = f"python -m pip install boto3=={head.boto3_version} ruff==0.17.6"
    setup = [
        {"uses": _USES},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.11"}},
        {"name": "Install", "run": install},
    ]
    check = "ruff check deploy.py\npython deploy.py --help\n"
    apply = " ".join(["python deploy.py", *archives, *eula])
    document = {
        "name": "endpoint",
        "on": {
            "pull_request": {"paths": ["deploy.py"]},
            "workflow_dispatch": {
                "inputs": {
                    "action": {
                        "description": "What to do with the endpoint",
                        "type": "choice",
                        "options": ["deploy", "delete"],
                    }
                }
            },
        },
        "permissions": {"contents": "read"},
        "jobs": {
            "lint": {
                "runs-on": "ubuntu-24.04",
                "steps": [*setup, {"name": "Lint", "run": check}],
            },
            "apply": {
                "if": "github.event_name == 'workflow_dispatch'",
                "needs": "lint",
                "runs-on": "ubuntu-24.04",
                # Reviewers of this environment approve: set them in the repository.
                "environment": "production",
                "permissions": {"contents": "read", "id-token": "write"},
                "steps": [
                    *setup,
                    {
                        "uses": "aws-actions/configure-aws-credentials@v5",
                        "with": {"role-to-assume": "${{ vars.AWS_ROLE }}", "aws-region": region},
                    },
                    *_fetched(archives),
                    {"name": "Deploy", "if": "inputs.action == 'deploy'", "run": apply},
                    {
                        "name": "Delete",
                        "if": "inputs.action == 'delete'",
                        "run": "python deploy.py --delete",
                    },
                ],
            },
        },
    }
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=96)
    return _HEAD + text.replace("'on':", "on:", 1)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Say that everything is written out."""
        return True


def _fetched(archives: list[str]) -> list[dict[str, str]]:
    """An archive is too large for a repository: it comes from where the variable says."""
    return [
        {"name": "Fetch the model", "run": f'aws s3 cp "${{{{ vars.MODELS }}}}/{name}" {name}'}
        for name in archives
    ]


_HEAD = """\
# Lints deploy.py (sagepilot plan --render python) on every pull request; deploys or deletes only
# when somebody starts it by hand and the reviewers of the environment "production" agree.
# Set the repository's variables AWS_ROLE (a role that trusts GitHub's OIDC provider) and MODELS
# (the S3 URI of the folder with the packaged models; deploy.py checks their SHA-256).
"""
