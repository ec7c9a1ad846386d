"""Stacks made, described and deleted with an unmodified boto3 client."""


def test_a_stack_serves_predictions_and_leaves_nothing_behind(account, client):
    name = account.create(account.template(account.one))
    assert account.stack(name)["StackStatus"] == "CREATE_COMPLETE", account.events(name)
    endpoint = account.outputs(name)["EndpointName"]
    assert account.predict(endpoint, 2.0) == 3.0
    physical = account.physical(name)
    assert physical["Endpoint"].endswith(f":endpoint/{endpoint}")
    assert account.delete(name) == "DELETE_COMPLETE"
    for operation, key in (("list_endpoints", "Endpoints"), ("list_models", "Models")):
        rows = getattr(client("sagemaker"), operation)(MaxResults=100)[key]
        arns = [row[key[:-1] + "Arn"] for row in rows]
        assert not set(arns) & set(physical.values())


def test_events_tell_every_step_in_dependency_order(account):
    name = account.create(account.template(account.one))
    assert account.events(name) == [
        ("stack", "CREATE_IN_PROGRESS", "User Initiated"),
        *[
            row
            for logical in ("Model", "Config", "Endpoint")
            for row in (
                (logical, "CREATE_IN_PROGRESS", ""),
                (logical, "CREATE_IN_PROGRESS", "Resource creation Initiated"),
                (logical, "CREATE_COMPLETE", ""),
            )
        ],
        ("stack", "CREATE_COMPLETE", ""),
    ]
    identifier = account.stack(name)["StackId"]
    account.delete(name)
    assert [row[:2] for row in account.events(identifier)][-8:] == [
        ("stack", "DELETE_IN_PROGRESS"),
        *[
            (logical, f"DELETE_{word}")
            for logical in ("Endpoint", "Config", "Model")
            for word in ("IN_PROGRESS", "COMPLETE")
        ],
        ("stack", "DELETE_COMPLETE"),
    ]
