"""What moto 5.2.5 gets wrong and the provider waits for, or that must be read back. Each mend
makes moto do what the AWS API reference says, and nothing of ours is known here."""

import copy
import hashlib
import json

from moto.cloudwatch.responses import CloudWatchResponse
from moto.dynamodb.models import Table, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse
from moto.rds.models import DBInstance
from moto.route53.responses import Route53
from moto.secretsmanager.models import FakeSecret


def apply() -> None:
    replicas_of_keys()
    periods_of_rotation()
    keys_of_replicated_secrets()
    replicas_of_tables()
    private_zones()
    facts_of_databases()
    # Of the same shape: `AlarmRule` is read there already, but nothing leads to it.
    CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm


def replicas_of_keys() -> None:
    """ReplicateKey: a replica has its own description, policy and tags, which moto takes from
    the primary or drops, and shares no list of aliases with it."""

    def replicate_key(self):
        name = self.kms_backend.get_key_id(self._get_param("KeyId"))
        region = self._get_param("ReplicaRegion")
        replica = self.kms_backend.replicate_key(name, region)
        primary = self.kms_backend.keys[name]
        replica.multi_region_configuration = dict(primary.multi_region_configuration, MultiRegionKeyType="REPLICA")
        replica.aliases = {}
        replica.description = self._get_param("Description") or ""
        replica.policy = self._get_param("Policy") or replica.generate_default_policy()
        tags = self._get_param("Tags") or []
        kms_backends[replica.account_id][region].tagger.tag_resource(replica.id, tags)
        return json.dumps(
            {
                "ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"],
                "ReplicaPolicy": replica.policy,
                "ReplicaTags": tags,
            }
        )

    KmsResponse.replicate_key = replicate_key


def periods_of_rotation() -> None:
    """EnableKeyRotation: moto drops RotationPeriodInDays."""
    enable, status = KmsResponse.enable_key_rotation, KmsResponse.get_key_rotation_status

    def key(self):
        return self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]

    def enable_key_rotation(self):
        key(self).rotation_days = self._get_param("RotationPeriodInDays") or 365
        return enable(self)

    def get_key_rotation_status(self):
        answer = json.loads(status(self))
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = key(self).rotation_days
        return json.dumps(answer)

    KmsResponse.enable_key_rotation = enable_key_rotation
    KmsResponse.get_key_rotation_status = get_key_rotation_status


def keys_of_replicated_secrets() -> None:
    """CreateSecret: moto gives every replica the account's default key."""
    create = FakeSecret.create_replicas

    def create_replicas(self, regions, force_overwrite):
        replicas = create(self, regions, force_overwrite)
        for replica, wanted in zip(replicas, regions, strict=True):
            replica.config["KmsKeyId"] = wanted.get("KmsKeyId") or replica.config["KmsKeyId"]
        return replicas

    FakeSecret.create_replicas = create_replicas


def replicas_of_tables() -> None:
    """UpdateTable: moto has no ReplicaUpdates. A replica is a table of the same name elsewhere,
    with a key, tags and backups of its own; all of them know each other."""
    update, describe = DynamoHandler.update_table, Table.describe

    def update_table(self):
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        for change in self.body.get("ReplicaUpdates", []):
            wanted = change["Create"]
            region = wanted["RegionName"]
            replica = copy.copy(table)
            replica.table_arn = table.table_arn.replace(table.region_name, region)
            replica.sse_specification = {"Enabled": True, "KMSMasterKeyId": wanted["KMSMasterKeyId"]}
            replica.continuous_backups = copy.deepcopy(table.continuous_backups)
            replica.tags = []
            dynamodb_backends[table.account_id][region].tables[table.name] = replica
            table.replicas = [*getattr(table, "replicas", []), wanted]
        return update(self)

    def describe_with_replicas(self, base_key="TableDescription"):
        told = describe(self, base_key)
        if hasattr(self, "replicas"):
            told[base_key]["Replicas"] = [{**wanted, "ReplicaStatus": "ACTIVE"} for wanted in self.replicas]
        return told

    DynamoHandler.update_table = update_table
    Table.describe = describe_with_replicas


def private_zones() -> None:
    """CreateHostedZone: a zone with a VPC is private; moto wants to be told a second time."""
    create = Route53.create_hosted_zone

    def create_hosted_zone(self):
        if "VPC" in self.params:
            self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        return create(self)

    Route53.create_hosted_zone = create_hosted_zone


def facts_of_databases() -> None:
    """CreateDBInstance: the default certificate authority is this one, moto's is none; and each
    instance has a resource id of its own, where moto has one for all."""
    begin = DBInstance.__init__

    def __init__(self, *arguments, **named):
        named.setdefault("ca_certificate_identifier", "rds-ca-rsa2048-g1")
        begin(self, *arguments, **named)
        name = f"{self.region}/{self.db_instance_identifier}"
        self.dbi_resource_id = "db-" + hashlib.sha256(name.encode()).hexdigest()[:26].upper()

    DBInstance.__init__ = __init__
