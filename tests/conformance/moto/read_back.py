#!/usr/bin/env python3
"""Compares what AWS holds with the spec that it was made from.

    read_back.py SPEC        AWS_ENDPOINT_URL says where AWS is

What the spec does not say is what every tree has: three zones, one range a region.
"""

import functools
import ipaddress
import json
import re
import sys
from pathlib import Path

import boto3
import yaml

NETWORKS = ("10.0.0.0/16", "10.4.0.0/16")
ZONES = 3
# Where what no region owns is: a third region, so that it survives both.
OUTSIDE = "us-east-2"

WRONG: list[str] = []
CHECKED = 0


def same(what: str, found, wanted) -> None:
    global CHECKED
    CHECKED += 1
    if found != wanted:
        WRONG.append(f"{what}: {found!r}, not {wanted!r}")


@functools.cache
def aws(service: str, region: str):
    return boto3.client(service, region_name=region)


def seconds(text: str) -> int:
    """A duration of the language: `30s`, `5m`, `90d`."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def days(text: str) -> int:
    return seconds(text) // 86400


def per_minute(rate: str) -> int:
    return 60 * int(rate.removesuffix("/s"))


def short(region: str) -> str:
    """A region in names of roles, which all regions share: `use1`."""
    continent, side, number = region.split("-")
    return continent + side[0] + number


class System:
    """The spec, and names that follow from it."""

    def __init__(self, spec: dict):
        self.spec = spec
        self.name = spec["name"]
        self.account = spec["clouds"]["aws"]["account"]
        self.regions = list(spec["regions"])
        self.home = self.regions[0]

    def others(self, region: str) -> list[str]:
        return [other for other in self.regions if other != region]

    def arn(self, service: str, region: str, rest: str) -> str:
        return f"arn:aws:{service}:{region}:{self.account}:{rest}"

    def topic(self, region: str) -> str:
        return self.arn("sns", region, f"{self.name}-operations")

    def vpc(self, region: str) -> dict:
        [vpc] = tagged(aws("ec2", region).describe_vpcs, "Vpcs", f"{self.name}-{region}")
        return vpc

    def subnets(self, region: str, kind: str) -> list[dict]:
        name = f"{self.name}-{region}-{kind}-*"
        return tagged(aws("ec2", region).describe_subnets, "Subnets", name)

    def key(self, region: str, name: str) -> str:
        """The ARN behind an alias."""
        return key(region, f"{self.name}-{name}")["Arn"]


def tagged(describe, what: str, name: str) -> list[dict]:
    return describe(Filters=[{"Name": "tag:Name", "Values": [name]}])[what]


def key(region: str, alias: str) -> dict:
    return aws("kms", region).describe_key(KeyId=f"alias/{alias}")["KeyMetadata"]


def ids(things: list[dict], name: str) -> list[str]:
    return sorted(thing[name] for thing in things)


def networks(system: System) -> None:
    for region, cidr in zip(system.regions, NETWORKS, strict=True):
        ec2 = aws("ec2", region)
        vpc = system.vpc(region)
        same(f"{region}: range", vpc["CidrBlock"], cidr)
        tags = {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}
        wanted = {"system": system.name, "managed-by": "meridian"} | system.spec["clouds"]["aws"]["labels"]
        same(f"{region}: tags", {name: tags.get(name) for name in wanted}, wanted)
        ranges = []
        for kind in ("public", "private", "data"):
            subnets = system.subnets(region, kind)
            zones = [f"{region}{letter}" for letter in "abc"[:ZONES]]
            same(f"{region}: zones of {kind} subnets", ids(subnets, "AvailabilityZone"), zones)
            same(f"{region}: VPC of {kind} subnets", {s["VpcId"] for s in subnets}, {vpc["VpcId"]})
            same(f"{region}: public addresses", {s["MapPublicIpOnLaunch"] for s in subnets}, {False})
            ranges += [ipaddress.ip_network(s["CidrBlock"]) for s in subnets]
        inside = [r.subnet_of(ipaddress.ip_network(cidr)) for r in ranges]
        same(f"{region}: subnets inside of the VPC", inside, [True] * 3 * ZONES)
        overlaps = [(str(a), str(b)) for a in ranges for b in ranges if a is not b and a.overlaps(b)]
        same(f"{region}: subnets that overlap", overlaps, [])
        gateways = ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
        same(f"{region}: NAT gateways", len(gateways["NatGateways"]), ZONES)
        logs = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc["VpcId"]]}])
        same(f"{region}: flow logs", [log["TrafficType"] for log in logs["FlowLogs"]], ["ALL"])
        routes(system, region)


def routes(system: System, region: str) -> None:
    """Private subnets go out through a gateway of their zone, data subnets nowhere, and both
    reach the other region."""
    [other] = system.others(region)
    peer = system.vpc(other)["CidrBlock"]
    ec2 = aws("ec2", region)
    for kind in ("private", "data"):
        for subnet in system.subnets(region, kind):
            what = f"{region}: {kind} subnet in {subnet['AvailabilityZone']}"
            wanted = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
            [table] = ec2.describe_route_tables(Filters=wanted)["RouteTables"]
            ways = {r["DestinationCidrBlock"]: r for r in table["Routes"] if "DestinationCidrBlock" in r}
            same(f"{what}: peering", "VpcPeeringConnectionId" in ways.get(peer, {}), True)
            out = ways.get("0.0.0.0/0", {}).get("NatGatewayId")
            same(f"{what}: way out", zone_of_gateway(region, out), subnet["AvailabilityZone"] if kind == "private" else None)
    [peering] = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    same(f"{region}: peering", peering["Status"]["Code"], "active")


def zone_of_gateway(region: str, gateway: str | None) -> str | None:
    if gateway is None:
        return None
    ec2 = aws("ec2", region)
    [found] = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
    [subnet] = ec2.describe_subnets(SubnetIds=[found["SubnetId"]])["Subnets"]
    return subnet["AvailabilityZone"]


def keys(system: System) -> None:
    wanted = days(system.spec["keys"]["rotate"])
    own = ["data", "disk", "eks", "logs", "operations", "registry"]
    for region in system.regions:
        kms = aws("kms", region)
        for name in own:
            found = key(region, f"{system.name}-{name}")
            rotation = kms.get_key_rotation_status(KeyId=found["KeyId"])
            same(f"{region}: key {name} in several regions", found.get("MultiRegion", False), False)
            same(f"{region}: key {name}: rotation", rotation["KeyRotationEnabled"], True)
            same(f"{region}: key {name}: days between rotations", rotation.get("RotationPeriodInDays"), wanted)
    shared = {region: key(region, f"{system.name}-shared-secrets") for region in system.regions}
    same("shared key: material", len({found["KeyId"] for found in shared.values()}), 1)
    rotation = aws("kms", system.home).get_key_rotation_status(KeyId=shared[system.home]["KeyId"])
    same("shared key: days between rotations", rotation.get("RotationPeriodInDays"), wanted)
    for region, found in shared.items():
        kind = "PRIMARY" if region == system.home else "REPLICA"
        same(f"{region}: shared key", found["MultiRegionConfiguration"]["MultiRegionKeyType"], kind)


def secrets(system: System) -> None:
    manager, events = aws("secretsmanager", system.home), aws("events", system.home)
    for name, secret in system.spec["secrets"].items():
        found = manager.describe_secret(SecretId=f"{system.name}-{name}")
        same(f"{name}: key", found["KmsKeyId"], system.key(system.home, "shared-secrets"))
        copies = {copy["Region"]: copy["KmsKeyId"] for copy in found.get("ReplicationStatus", [])}
        wanted = {r: system.key(r, "shared-secrets") for r in system.others(system.home)}
        same(f"{name}: copies and their keys", copies, wanted)
        for region in copies:
            copy = aws("secretsmanager", region).describe_secret(SecretId=f"{system.name}-{name}")
            same(f"{name}: origin of the copy in {region}", copy["PrimaryRegion"], system.home)
        rule = f"{system.name}-{name}-rotation"
        schedule = events.describe_rule(Name=rule)["ScheduleExpression"]
        same(f"{name}: when it is due", schedule, f"rate({days(secret['rotate'])} days)")
        targets = events.list_targets_by_rule(Rule=rule)["Targets"]
        same(f"{name}: who is told", ids(targets, "Arn"), [system.topic(system.home)])


def buckets(system: System) -> None:
    bucket(f"{system.account}-{system.name}-records", OUTSIDE, system.key(OUTSIDE, "records"))
    for region in system.regions:
        bucket(f"{system.account}-{system.name}-{region}-access", region, None)


def bucket(name: str, region: str, kms_key: str | None) -> None:
    s3 = aws("s3", region)
    same(f"{name}: versions", s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    by = rule["ApplyServerSideEncryptionByDefault"]
    same(f"{name}: algorithm", by["SSEAlgorithm"], "aws:kms" if kms_key else "AES256")
    same(f"{name}: key", by.get("KMSMasterKeyID"), kms_key)
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    same(f"{name}: closed to the public", (len(block), set(block.values())), (4, {True}))
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    plain = [s for s in policy["Statement"] if s["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(s)]
    same(f"{name}: statements against plain HTTP", len(plain), 1)


def registry(system: System) -> None:
    wanted = sorted(f"{system.name}/{service}" for service in system.spec["services"])
    for region in system.regions:
        ecr = aws("ecr", region)
        found = ecr.describe_repositories()["repositories"]
        same(f"{region}: repositories", ids(found, "repositoryName"), wanted)
        for repository in found:
            what = f"{region}: {repository['repositoryName']}"
            same(f"{what}: tags", repository["imageTagMutability"], "IMMUTABLE")
            same(f"{what}: key", repository["encryptionConfiguration"].get("kmsKey"), system.key(region, "registry"))
            same(f"{what}: scans", repository["imageScanningConfiguration"]["scanOnPush"], True)
        [rule] = ecr.describe_registry()["replicationConfiguration"]["rules"]
        same(f"{region}: images go to", ids(rule["destinations"], "region"), sorted(system.others(region)))
        same(f"{region}: of these", ids(rule["repositoryFilters"], "filter"), [f"{system.name}/"])


def topics(system: System) -> None:
    mail = [c["email"] for c in system.spec["channels"].values() if "email" in c]
    for region in system.regions:
        sns = aws("sns", region)
        held = sns.get_topic_attributes(TopicArn=system.topic(region))["Attributes"]
        same(f"{region}: key of the topic", held.get("KmsMasterKeyId"), system.key(region, "operations"))
        told = sns.list_subscriptions_by_topic(TopicArn=system.topic(region))["Subscriptions"]
        same(f"{region}: mail", ids([s for s in told if s["Protocol"] == "email"], "Endpoint"), sorted(mail))


def databases(system: System) -> None:
    postgres = system.spec["datastores"]["postgres"]
    for region in system.regions:
        rds = aws("rds", region)
        name = f"{system.name}-postgres-{region}"
        [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        wanted = {
            "DBInstanceClass": postgres["machine"],
            "AllocatedStorage": int(postgres["size"].removesuffix("Gi")),
            "BackupRetentionPeriod": days(postgres["backup"]["point_in_time"]),
            "MultiAZ": True,
            "StorageEncrypted": True,
            "KmsKeyId": system.key(region, "data"),
            "PubliclyAccessible": False,
            "DeletionProtection": True,
            "IAMDatabaseAuthenticationEnabled": True,
        }
        for attribute, value in wanted.items():
            same(f"{name}: {attribute}", found.get(attribute), value)
        same(f"{name}: version", found["EngineVersion"].split(".")[0], postgres["engine_version"])
        subnets = ids(found["DBSubnetGroup"]["Subnets"], "SubnetIdentifier")
        same(f"{name}: subnets", subnets, ids(system.subnets(region, "data"), "SubnetId"))
        [used] = [group["DBParameterGroupName"] for group in found["DBParameterGroups"]]
        same(f"{name}: parameter group", used, f"{name}-{postgres['engine_version']}")
        parameters = {p["ParameterName"]: p["ParameterValue"] for p in rds.describe_db_parameters(DBParameterGroupName=used)["Parameters"]}
        same(f"{name}: logical replication", parameters.get("rds.logical_replication"), "1")
        same(f"{name}: libraries", "pglogical" in parameters.get("shared_preload_libraries", ""), True)
        slots = int(parameters.get("max_replication_slots", "0"))
        same(f"{name}: a slot for each database", slots >= len(postgres["node_groups"]), True)
        private_names(system, region, found["Endpoint"]["Address"])


def private_names(system: System, region: str, address: str) -> None:
    route53 = aws("route53", system.home)
    zone = zone_id(f"{region}.{system.name}.internal.")
    record = records(zone)[(f"postgres.{region}.{system.name}.internal.", None)]
    same(f"{region}: private name", values(record), [address])
    known = ids(route53.get_hosted_zone(Id=zone)["VPCs"], "VPCId")
    same(f"{region}: who may ask for it", known, sorted(system.vpc(r)["VpcId"] for r in system.regions))


def zone_id(name: str) -> str:
    [zone] = [z for z in aws("route53", OUTSIDE).list_hosted_zones()["HostedZones"] if z["Name"] == name]
    return zone["Id"]


def records(zone: str) -> dict:
    """The records of a zone by name and set identifier."""
    pages = aws("route53", OUTSIDE).get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    return {(r["Name"], r.get("SetIdentifier")): r for page in pages for r in page["ResourceRecordSets"]}


def values(record: dict) -> list[str]:
    return [held["Value"] for held in record["ResourceRecords"]]


def edge(system: System) -> None:
    own = {h["region"]: name for name, h in system.spec["traffic"].items() if "region" in h}
    [(name, host)] = [(n, h) for n, h in system.spec["traffic"].items() if "region" not in h]
    found = records(zone_id(f"{name.split('.', 1)[1]}."))
    checks = {c["Id"]: c["HealthCheckConfig"] for c in aws("route53", OUTSIDE).list_health_checks()["HealthChecks"]}
    same(f"{name}: regions", sorted(i for n, i in found if n == f"{name}."), sorted(system.regions))
    for region in system.regions:
        choice = found[(f"{name}.", region)]
        same(f"{name}: latency to", choice.get("Region"), region)
        same(f"{name}: leads to", values(choice), [f"{region}.shift.{name}"])
        same(f"{name}: life", choice["TTL"], seconds(host["ttl"]))
        # The level below spreads the users of a lost region: `round-robin`.
        same(f"{name}: check on the first level", choice.get("HealthCheckId"), None)
        for target in system.regions:
            share = found[(f"{region}.shift.{name}.", target)]
            same(f"users of {region} in {target}", share["Weight"], 100 if region == target else 0)
            same(f"users of {region} in {target} reach", values(share), [own[target]])
            health(checks, share["HealthCheckId"], own[target], host["health"])
        load_balancer(system, region, host, found[(f"{own[region]}.", None)])


def health(checks: dict, name: str, host: str, wanted: dict) -> None:
    """A region has users while all of its checks succeed: its answer, its zones, its switch."""
    region = checks[name]
    children = [checks[child] for child in region["ChildHealthChecks"]]
    same(f"{host}: checks", sorted(c["Type"] for c in children), ["CLOUDWATCH_METRIC", "CLOUDWATCH_METRIC", "HTTPS"])
    same(f"{host}: checks that must succeed", region["HealthThreshold"], len(children))
    [asks] = [c for c in children if c["Type"] == "HTTPS"]
    same(f"{host}: asked", asks["FullyQualifiedDomainName"], host)
    same(f"{host}: path", asks["ResourcePath"], wanted["path"])
    same(f"{host}: seconds between questions", asks["RequestInterval"], seconds(wanted["every"]))
    same(f"{host}: failures in a row", asks["FailureThreshold"], wanted["unhealthy_after"])


def load_balancer(system: System, region: str, host: dict, record: dict) -> None:
    elb = aws("elbv2", region)
    name = f"{system.name}-{region}"
    [balancer] = elb.describe_load_balancers(Names=[name])["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]
    alias = record["AliasTarget"]
    same(f"{region}: name", alias["DNSName"].removeprefix("dualstack.").rstrip("."), balancer["DNSName"])
    same(f"{region}: zones of the load balancer", len(balancer["AvailabilityZones"]), ZONES)
    listeners = {entry["Port"]: entry for entry in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]}
    same(f"{region}: ports", sorted(listeners), [80, 443])
    same(f"{region}: port 80", listeners[80]["DefaultActions"][0]["Type"], "redirect")
    [certificate] = listeners[443]["Certificates"]
    held = aws("acm", region).describe_certificate(CertificateArn=certificate["CertificateArn"])["Certificate"]
    hosts = [n for n, h in system.spec["traffic"].items() if h.get("region") in (None, region)]
    same(f"{region}: hosts of the certificate", sorted(held["SubjectAlternativeNames"]), sorted(hosts))
    [group] = elb.describe_target_groups(Names=[name])["TargetGroups"]
    wanted = host["health"]
    same(f"{region}: seconds between checks", group["HealthCheckIntervalSeconds"], seconds(wanted["every"]))
    same(f"{region}: seconds until a check fails", group["HealthCheckTimeoutSeconds"], seconds(wanted["timeout"]))
    same(f"{region}: failures in a row", group["UnhealthyThresholdCount"], wanted["unhealthy_after"])
    same(f"{region}: successes in a row", group["HealthyThresholdCount"], wanted["healthy_after"])
    attributes = {a["Key"]: a["Value"] for a in elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]}
    same(f"{region}: drain", attributes.get("deregistration_delay.timeout_seconds"), str(seconds(host["drain"])))
    firewall(region, arn, host["protect"])


def firewall(region: str, balancer: str, wanted: dict) -> None:
    acl = aws("wafv2", region).get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]
    limits = {r["Name"]: r["Statement"]["RateBasedStatement"]["Limit"] for r in acl["Rules"] if "RateBasedStatement" in r["Statement"]}
    same(f"{region}: limit of a client", limits.get("client-rate"), per_minute(wanted["rate_limit"]))
    same(f"{region}: limit of the region", limits.get("region-rate"), per_minute(wanted["region_limit"]))


def alarms(system: System) -> None:
    for region in system.regions:
        cloudwatch = aws("cloudwatch", region)
        held = {a["AlarmName"]: a for a in cloudwatch.describe_alarms()["MetricAlarms"]}
        both = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"], AlarmNames=[f"{system.name}-{region}-region"])
        [summary] = both["CompositeAlarms"]
        of = re.findall(r'ALARM\("([^"]+)"\)', summary["AlarmRule"])
        same(f"{region}: alarms that the summary names and nobody has", sorted(set(of) - held.keys()), [])
        same(f"{region}: any alarm is enough", summary["AlarmRule"].count(" OR "), len(of) - 1)
        told = {action for name in of for action in held[name]["AlarmActions"]} | set(summary["AlarmActions"])
        same(f"{region}: who is told", told, {system.topic(region)})
        dimensions = {d["Name"]: d["Value"] for d in held[f"{system.name}-{region}-postgres-storage"]["Dimensions"]}
        same(f"{region}: instance of the alarm", dimensions, {"DBInstanceIdentifier": f"{system.name}-postgres-{region}"})
    evacuation(system)
    [nowhere] = [
        a
        for a in aws("cloudwatch", system.home).describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        if a["AlarmName"].endswith("-nowhere")
    ]
    same("no region has users: regions", nowhere["AlarmRule"].count("ALARM("), len(system.regions))
    same("no region has users: all of them", nowhere["AlarmRule"].count(" AND "), len(system.regions) - 1)


def evacuation(system: System) -> None:
    """The switches of all regions lie outside of them."""
    held = aws("cloudwatch", OUTSIDE).describe_alarms()["MetricAlarms"]
    switches = [a for a in held if a["MetricName"] == "Evacuate"]
    of = [d["Value"] for a in switches for d in a["Dimensions"] if d["Name"] == "Region"]
    same("switches", sorted(of), sorted(system.regions))
    same("switches: threshold", {a["Threshold"] for a in switches}, {1.0})


def identities(system: System) -> None:
    """A service's role trusts its own service account in its own cluster and nobody else."""
    iam = aws("iam", system.home)
    for region in system.regions:
        cluster = aws("eks", region).describe_cluster(name=f"{system.name}-{region}")["cluster"]
        network = cluster["resourcesVpcConfig"]
        same(f"{region}: public control plane", network["endpointPublicAccess"], False)
        same(f"{region}: subnets of the cluster", sorted(network["subnetIds"]), ids(system.subnets(region, "private"), "SubnetId"))
        [encryption] = cluster["encryptionConfig"]
        same(f"{region}: key of Kubernetes secrets", encryption["provider"]["keyArn"], system.key(region, "eks"))
        issuer = cluster["identity"]["oidc"]["issuer"].removeprefix("https://")
        provider = f"arn:aws:iam::{system.account}:oidc-provider/{issuer}"
        same(f"{region}: issuer", iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)["Url"], issuer)
        for service in system.spec["services"]:
            role = iam.get_role(RoleName=f"{system.name}-{service}-{short(region)}")["Role"]
            [statement] = role["AssumeRolePolicyDocument"]["Statement"]
            account = f"system:serviceaccount:{system.spec['mesh']['namespace']}:{service}"
            wanted = {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": provider},
                "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": [account]}},
            }
            same(f"{region}: who is {service}", statement, wanted)


def parts() -> None:
    """What `fixtures/` makes, compared with what it says."""
    east, west = "us-east-1", "us-west-2"
    data = {region: key(region, "parts-data")["Arn"] for region in (east, west)}
    for region, other in ((east, west), (west, east)):
        name = f"parts-files-{region.split('-')[1]}"
        bucket(name, region, data[region])
        [rule] = aws("s3", region).get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
        target = rule["Destination"]
        same(f"{name}: copies", rule["Status"], "Enabled")
        same(f"{name}: copies go to", target["Bucket"], f"arn:aws:s3:::parts-files-{other.split('-')[1]}")
        same(f"{name}: key of copies", target["EncryptionConfiguration"]["ReplicaKmsKeyID"], data[other])
        same(f"{name}: minutes until a copy is late", target["ReplicationTime"]["Time"]["Minutes"], 15)
    lock = aws("s3", west).get_object_lock_configuration(Bucket="parts-files-west")["ObjectLockConfiguration"]
    same("lock of objects: days", lock["Rule"]["DefaultRetention"]["Days"], 30)

    table = aws("dynamodb", east).describe_table(TableName="parts-sessions")["Table"]
    same("table: replicas", {r["RegionName"]: r["KMSMasterKeyId"] for r in table["Replicas"]}, {west: data[west]})
    same("table: stream", table["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES")
    same("table: protected", table["DeletionProtectionEnabled"], True)
    for region in (east, west):
        dynamodb = aws("dynamodb", region)
        kept = dynamodb.describe_continuous_backups(TableName="parts-sessions")["ContinuousBackupsDescription"]
        same(f"table in {region}: any moment", kept["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED")
        table = dynamodb.describe_table(TableName="parts-sessions")["Table"]
        same(f"table in {region}: key", table["SSEDescription"]["KMSMasterKeyArn"], data[region])

    held = records(zone_id("parts.example.com."))
    roles = {region: held[("failover.parts.example.com.", region)] for region in (east, west)}
    same("failover", {r: record["Failover"] for r, record in roles.items()}, {east: "PRIMARY", west: "SECONDARY"})
    same("failover: checks", [bool(r.get("HealthCheckId")) for r in roles.values()], [True, True])
    weights = {region: held[("weighted.parts.example.com.", region)]["Weight"] for region in (east, west)}
    same("weights", weights, {east: 90, west: 10})

    backup = aws("backup", east)
    vault = backup.describe_backup_vault(BackupVaultName="parts-us-east-1")
    same("vault: key", vault["EncryptionKeyArn"], data[east])
    same("vault: lock", (vault["MinRetentionDays"], vault["MaxRetentionDays"]), (7, 400))
    [listed] = backup.list_backup_plans()["BackupPlansList"]
    [rule] = backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]["Rules"]
    same("backups: when", rule["ScheduleExpression"], "cron(15 3 * * ? *)")
    same("backups: days", rule["Lifecycle"]["DeleteAfterDays"], 35)
    [copy] = rule["CopyActions"]
    same("backups: copies", copy["DestinationBackupVaultArn"].split(":")[3], west)

    rds = aws("rds", east)
    [cluster] = rds.describe_db_clusters(DBClusterIdentifier="parts-orders-east")["DBClusters"]
    same("aurora: key", cluster["KmsKeyId"], data[east])
    same("aurora: days of backups", cluster["BackupRetentionPeriod"], 35)
    same("aurora: protected", cluster["DeletionProtection"], True)
    [everywhere] = rds.describe_global_clusters(GlobalClusterIdentifier="parts-orders")["GlobalClusters"]
    members = [(m["DBClusterArn"], m["IsWriter"]) for m in everywhere["GlobalClusterMembers"]]
    same("aurora: members", members, [(cluster["DBClusterArn"], True)])


def main(spec: Path) -> None:
    system = System(yaml.safe_load(spec.read_text()))
    for compare in (networks, keys, secrets, buckets, registry, topics, databases, edge, alarms, identities):
        compare(system)
    parts()
    print(f"{CHECKED} values compared, {len(WRONG)} wrong", flush=True)
    if WRONG:
        sys.exit("\n".join(WRONG))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
