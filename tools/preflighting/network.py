"""Keys and networks: usable, in one place, with room and a way to S3 (PRE-6xx)."""

from collections.abc import Iterator
from typing import Any

from tools.errors import NotFoundError, RequestRefusedError
from tools.preflighting.probe import FAILED, PASSED, WARNING, Found, Subject, probe, worst


def _keys(subject: Subject) -> Found | None:
    keys = dict.fromkeys(one.key for one in subject.seen.encryptions if one.key)
    return worst(_usable(subject, key) for key in keys)


def _usable(subject: Subject, key: str) -> Found:
    if key.startswith("arn:") and f":kms:{subject.plan.region}:" not in key:
        return Found(
            FAILED, f"The key {key} is not in {subject.plan.region}.",
            f"Name a key in {subject.plan.region}.",
        )  # fmt: skip
    try:
        found = subject.clients.call("kms.describe_key", {"KeyId": key})["KeyMetadata"]
    except NotFoundError:
        return Found(FAILED, f"There is no key {key}.", "Name a key that exists.")
    except RequestRefusedError as error:
        if "NotFoundException" not in error.message and "Invalid" not in error.message:
            raise
        return Found(FAILED, f"There is no key {key}.", "Name a key that exists.")
    state, usage = found.get("KeyState", "Enabled"), found.get("KeyUsage", "ENCRYPT_DECRYPT")
    if state != "Enabled":
        return Found(FAILED, f"The key {key} is {state}.", "Enable the key, or name another.")
    spec = found.get("KeySpec") or found.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if usage != "ENCRYPT_DECRYPT" or spec != "SYMMETRIC_DEFAULT":
        return Found(
            FAILED, f"The key {key} is for {usage} ({spec}).", "Name a symmetric encryption key."
        )
    return Found(PASSED, f"The key {key} is enabled.")


def _networks(subject: Subject) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Subnets and security groups of each model that is put up, each pair once."""
    pairs = ((m.subnets, m.security_group_ids) for m in subject.seen.models if m.subnets)
    return list(dict.fromkeys(pairs))


def _described(
    subject: Subject, operation: str, ids: tuple[str, ...]
) -> list[dict[str, Any]] | Found:
    """Describe subnets or security groups; a finding when one is not there."""
    what, key, rows = {
        "ec2.describe_subnets": ("subnet", "SubnetIds", "Subnets"),
        "ec2.describe_security_groups": ("security group", "GroupIds", "SecurityGroups"),
    }[operation]
    try:
        return list(subject.clients.call(operation, {key: list(ids)})[rows])
    except NotFoundError as error:
        why = error.message
    except RequestRefusedError as error:
        if "Invalid" not in error.message:
            raise
        why = error.message
    region = subject.plan.region
    return Found(
        FAILED, f"Not every {what} of {', '.join(ids)} is in {region} ({why}).",
        f"Name a {what} that exists in {region}.",
    )  # fmt: skip


def _in_one_vpc(subject: Subject) -> Found | None:
    return worst(_one_vpc(subject, *pair) for pair in _networks(subject))


def _one_vpc(subject: Subject, subnets: tuple[str, ...], groups: tuple[str, ...]) -> Found:
    found = _described(subject, "ec2.describe_subnets", subnets)
    secured = _described(subject, "ec2.describe_security_groups", groups)
    if isinstance(found, Found) or isinstance(secured, Found):
        missing = [one for one in (found, secured) if isinstance(one, Found)]
        return worst(missing) or missing[0]
    vpcs = {str(row["VpcId"]) for row in (*found, *secured)}
    if len(vpcs) > 1:
        return Found(
            FAILED, f"Subnets and security groups are of several VPCs: {', '.join(sorted(vpcs))}.",
            "Name subnets and security groups of one VPC.",
        )  # fmt: skip
    zones = {str(row.get("AvailabilityZone")) for row in found}
    if len(zones) < 2:
        return Found(
            WARNING, f"All subnets are in one Availability Zone, {', '.join(zones)}.",
            "Name subnets in two zones at least, so that one may fail.",
        )  # fmt: skip
    return Found(PASSED, f"Subnets in {len(zones)} zones and security groups are of one VPC.")


def _addresses(subject: Subject) -> Found | None:
    return worst(_room(subject, subnets) for subnets, _ in _networks(subject))


def _room(subject: Subject, subnets: tuple[str, ...]) -> Found:
    """One address an instance; blue/green updates hold twice as many for a while."""
    found = _described(subject, "ec2.describe_subnets", subnets)
    if isinstance(found, Found):
        return found
    free = sum(int(row.get("AvailableIpAddressCount") or 0) for row in found)
    start = sum(c.instances for c in subject.seen.capacities) or 1
    most = 2 * max(subject.seen.most_instances, start)
    told = f"The subnets have {free} free addresses; the endpoint takes {start}"
    larger = "Name larger or more subnets."
    if free < start:
        return Found(FAILED, f"{told}.", larger)
    if free < most:
        return Found(WARNING, f"{told}, and up to {most} scaled out and being updated.", larger)
    return Found(PASSED, f"{told}, up to {most} scaled out and being updated.")


def _way_to_s3(subject: Subject) -> Found | None:
    return worst(
        found for subnets, _ in _networks(subject) for found in _reaches_s3(subject, subnets)
    )


def _reaches_s3(subject: Subject, subnets: tuple[str, ...]) -> Iterator[Found]:
    found = _described(subject, "ec2.describe_subnets", subnets)
    if isinstance(found, Found):
        yield found
        return
    vpc = str(found[0]["VpcId"])
    gateways = _gateways(subject, vpc)
    tables = subject.clients.call(
        "ec2.describe_route_tables", {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    )["RouteTables"]
    for subnet in subnets:
        table = _table_of(subnet, tables)
        by = gateways.get("*") or gateways.get(str(table.get("RouteTableId"))) or _by_nat(table)
        if by is None:
            yield Found(
                FAILED, f"{subnet} has no way to S3: neither an endpoint for S3 nor a NAT gateway.",
                f"Give {vpc} a gateway endpoint for com.amazonaws.{subject.plan.region}.s3, with "
                "the subnet's route table.",
            )  # fmt: skip
        else:
            yield Found(PASSED, f"S3 is reached by {by}.")


def _gateways(subject: Subject, vpc: str) -> dict[str, str]:
    """Route table to the S3 endpoint that it has; "*" for an interface, which serves all."""
    service = f"com.amazonaws.{subject.plan.region}.s3"
    answer = subject.clients.call(
        "ec2.describe_vpc_endpoints",
        {"Filters": [{"Name": "vpc-id", "Values": [vpc]},
                     {"Name": "service-name", "Values": [service]}]},
    )  # fmt: skip
    found = {}
    for row in answer.get("VpcEndpoints") or ():
        if str(row.get("State", "available")).lower() != "available":
            continue
        tables = row.get("RouteTableIds") or ()
        for name in tables if row.get("VpcEndpointType", "Gateway") == "Gateway" else ("*",):
            found[str(name)] = f"the endpoint {row['VpcEndpointId']}"
    return found


def _table_of(subnet: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    """The subnet's own route table, else the VPC's main one."""
    main: dict[str, Any] = {}
    for table in tables:
        for row in table.get("Associations") or ():
            if row.get("SubnetId") == subnet:
                return table
            if row.get("Main"):
                main = table
    return main


def _by_nat(table: dict[str, Any]) -> str | None:
    """A default route that an address without a public one can use."""
    for route in table.get("Routes") or ():
        anywhere = route.get("DestinationCidrBlock") == "0.0.0.0/0"
        through = route.get("NatGatewayId") or route.get("TransitGatewayId")
        if anywhere and through and route.get("State") != "blackhole":
            return f"the route through {through}"
    return None


NETWORK_PROBES = (
    probe("PRE-601", _keys, ("kms:DescribeKey",)),
    probe("PRE-611", _in_one_vpc, ("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups")),
    probe("PRE-612", _addresses, ("ec2:DescribeSubnets",)),
    probe(
        "PRE-613",
        _way_to_s3,
        ("ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"),
    ),
)
