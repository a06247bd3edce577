//! The queries that show how the system is on AWS: CloudWatch's metrics as the exporter YACE
//! names them (`aws_NAMESPACE_METRIC_STATISTIC`), exporters beside the stores, and those that
//! are the same everywhere.

use super::buckets::bucket_name;
use super::data::table_name;
use super::edge::edge_name;
use super::postgres::{CONFLICTS, Copies, conflict_namespace, copies};
use crate::deployment::{Deployment, Unit};
use crate::format::promql;
use crate::spec::{Engine, Mode, Provider, Signal};
use crate::topology::{Datastore, Topology};
use crate::watch::signals::{FEWEST, Signals, gauge};

/// Seconds over which conflicts are summed, by CloudWatch itself.
pub(super) const CONFLICT_PERIOD: u64 = 600;

/// Fills in the queries of every part that is on AWS.
pub(super) fn signals(topology: &Topology, deployment: &mut Deployment) {
    let regions = topology.regions_on(Provider::Aws);
    let mut all = Signals::of(topology);
    all.whole_system();
    egress(&mut all);
    for service in &topology.services {
        if service
            .placements
            .iter()
            .any(|p| regions.contains(&p.region))
        {
            all.on_kubernetes(service);
            all.pods(service);
        }
    }
    for store in &topology.datastores {
        if store.regions.iter().any(|r| regions.contains(r)) {
            datastore(&mut all, store);
        }
    }
    hosts(&mut all);
    deployment.signals.append(&mut all.found);
    deployment.loads.append(&mut all.loads);
}

fn egress(all: &mut Signals) {
    let metric = "aws_natgateway_bytes_out_to_destination_sum";
    let name = all.topology.name.clone();
    // A sum over five minutes.
    all.add(
        Signal::Egress,
        &name,
        format!("sum({metric}) / 300"),
        &[],
        Unit::Bytes,
        "CloudWatch by YACE: AWS/NATGateway BytesOutToDestination",
        vec![gauge(
            format!("{metric}{{dimension_NatGatewayId=\"nat-1\"}}"),
            300.0,
        )],
    );
}

fn datastore(all: &mut Signals, store: &Datastore) {
    match store.engine {
        Engine::Postgres => postgres(all, store),
        Engine::RedisEnterprise => redis_enterprise(all, store),
        Engine::Redis => elasticache(all, store),
        Engine::Aurora => lag(
            all,
            store,
            "aws_rds_aurora_global_dbreplication_lag_maximum",
            None,
            1000.0,
            "CloudWatch by YACE: AWS/RDS AuroraGlobalDBReplicationLag",
        ),
        Engine::Dynamodb => lag(
            all,
            store,
            "aws_dynamodb_replication_latency_maximum",
            Some(table(all.topology, store)),
            1000.0,
            "CloudWatch by YACE: AWS/DynamoDB ReplicationLatency",
        ),
        Engine::ObjectStorage => lag(
            all,
            store,
            "aws_s3_replication_latency_maximum",
            Some(buckets(all.topology, store)),
            1.0,
            "CloudWatch by YACE: AWS/S3 ReplicationLatency",
        ),
        _ => {}
    }
    all.backups(store);
}

/// A label that tells a store's series from those of others: its name and its value.
type Of = (&'static str, Vec<String>);

/// [`FEWEST`] in a period of YACE, which is 300 s.
const FEWEST_IN_PERIOD: f64 = 300.0 * FEWEST;

fn table(topology: &Topology, store: &Datastore) -> Of {
    ("dimension_TableName", vec![table_name(topology, store)])
}

fn buckets(topology: &Topology, store: &Datastore) -> Of {
    let names = store.regions.iter();
    let names = names.map(|id| bucket_name(topology, store, *id));
    ("dimension_SourceBucket", names.collect())
}

/// A lag that CloudWatch knows, in units of which `factor` make a second.
fn lag(
    all: &mut Signals,
    store: &Datastore,
    metric: &str,
    of: Option<Of>,
    factor: f64,
    source: &str,
) {
    let replication = store.written.replication.as_ref();
    if replication.is_none_or(|r| *r.mode == Mode::None) {
        return;
    }
    let (query, sample) = match of {
        Some((label, values)) => {
            let first = values.first().map_or("", String::as_str);
            let sample = format!(",{label}={}", promql::value(first));
            let values = promql::one_of(&values);
            (format!("{metric}{{{label}=~{values}}}"), sample)
        }
        None => (metric.to_string(), String::new()),
    };
    all.add(
        Signal::ReplicationLag,
        &store.name,
        format!("max by (region) ({query}) / {factor}"),
        &["region"],
        Unit::Seconds,
        source,
        vec![gauge(
            format!("{metric}{{region=\"us-east-1\"{sample}}}"),
            factor,
        )],
    );
}

fn postgres(all: &mut Signals, store: &Datastore) {
    let copied = copies(store).unwrap_or(Copies::Apart);
    match copied {
        Copies::BothWays | Copies::OneWay => beats(all, store),
        Copies::Physical => lag(
            all,
            store,
            "aws_rds_replica_lag_maximum",
            None,
            1.0,
            "CloudWatch by YACE: AWS/RDS ReplicaLag",
        ),
        Copies::Apart => {}
    }
    if copied == Copies::BothWays {
        conflicts(all, store);
    }
}

/// How old the newest beat of another region is, and whether subscriptions apply at all.
fn beats(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let of = format!(
        "system={},datastore={name}",
        promql::value(&all.topology.name),
        name = promql::value(&name)
    );
    let region = store
        .regions
        .last()
        .map_or("", |id| all.topology.region(*id).name.as_str());
    let series = |metric: &str| {
        format!(
            "{metric}{{{of},region={region}}}",
            region = promql::value(&region)
        )
    };
    let exporter = "the exporter beside the store, from beats that each region writes";
    all.add(
        Signal::ReplicationLag,
        name,
        format!("max by (datastore, region) (replication_lag_seconds{{{of}}})"),
        &["datastore", "region"],
        Unit::Seconds,
        exporter,
        vec![gauge(series("replication_lag_seconds"), 1.0)],
    );
    all.add(
        Signal::SyncFailures,
        name,
        format!("sum by (datastore, region) (1 - pglogical_subscription_replicating{{{of}}})"),
        &["datastore", "region"],
        Unit::Count,
        "the exporter beside the store: pglogical.show_subscription_status()",
        Vec::new(),
    );
}

fn conflicts(all: &mut Signals, store: &Datastore) {
    let namespace = conflict_namespace(all.topology, store);
    let metric = format!(
        "aws_{}_{CONFLICTS}_sum",
        namespace.replace(['/', '-', '.'], "_")
    );
    let region = all.topology.regions.first().map_or("", |r| r.name.as_str());
    all.add(
        Signal::Conflicts,
        &store.name,
        format!("sum by (region) ({metric})"),
        &["region"],
        Unit::Count,
        "CloudWatch by YACE: conflicts in the server's log, summed over ten minutes",
        vec![gauge(
            format!(
                "{metric}{{region={region}}}",
                region = promql::value(&region)
            ),
            1.0,
        )],
    );
}

fn redis_enterprise(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let of = format!(
        "job=\"redis-enterprise\",datastore={name}",
        name = promql::value(&name)
    );
    let source = "Redis Enterprise metrics v2";
    let region = all.topology.regions.first().map_or("", |r| r.name.as_str());
    all.add(
        Signal::ReplicationLag,
        name,
        format!("max by (datastore, region) (database_syncer_lag_ms{{{of},syncer_type=\"crdt\"}}) / 1000"),
        &["datastore", "region"],
        Unit::Seconds,
        source,
        vec![gauge(
            format!("database_syncer_lag_ms{{{of},region={region},syncer_type=\"crdt\"}}", region = promql::value(&region)),
            1000.0,
        )],
    );
    // 0 is in sync and 2 is out of sync; a minute of it counts once.
    all.add(
        Signal::SyncFailures,
        name,
        format!("sum by (datastore, region) (count_over_time((database_syncer_current_status{{{of},syncer_type=\"crdt\"}} == 2)[10m:1m]))"),
        &["datastore", "region"],
        Unit::Count,
        source,
        Vec::new(),
    );
    all.add(
        Signal::Memory,
        name,
        format!("max(sum by (region) (redis_server_used_memory{{{of}}}) / sum by (region) (redis_server_maxmemory{{{of}}}))"),
        &[],
        Unit::Ratio,
        source,
        Vec::new(),
    );
}

fn elasticache(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let source = "CloudWatch by YACE: AWS/ElastiCache";
    lag(
        all,
        store,
        "aws_elasticache_global_datastore_replication_lag_maximum",
        None,
        1.0,
        "CloudWatch by YACE: AWS/ElastiCache GlobalDatastoreReplicationLag",
    );
    let (hits, misses) = (
        "aws_elasticache_cache_hits_sum",
        "aws_elasticache_cache_misses_sum",
    );
    all.add(
        Signal::CacheHitRate,
        name,
        format!("sum({hits}) / ((sum({hits}) + sum({misses})) > {FEWEST_IN_PERIOD})"),
        &[],
        Unit::Ratio,
        source,
        Vec::new(),
    );
    all.add(
        Signal::Memory,
        name,
        "max(aws_elasticache_database_memory_usage_percentage_maximum) / 100".into(),
        &[],
        Unit::Ratio,
        source,
        vec![gauge(
            "aws_elasticache_database_memory_usage_percentage_maximum{dimension_CacheClusterId=\"c\"}".into(),
            100.0,
        )],
    );
}

/// What the load balancers themselves refuse or fail at, and what Route 53 sees.
fn hosts(all: &mut Signals) {
    let topology = all.topology;
    for host in &topology.hosts {
        let balancers: Vec<String> = host
            .regions
            .iter()
            .map(|id| edge_name(topology, *id))
            .collect();
        let of = format!(
            "dimension_LoadBalancer=~{}",
            promql::between("app/", &balancers, "/.*")
        );
        let (failed, all_of) = (
            "aws_applicationelb_httpcode_elb_5_xx_count_sum",
            "aws_applicationelb_request_count_sum",
        );
        all.add(
            Signal::ErrorRate,
            &host.name,
            format!("sum({failed}{{{of}}}) / (sum({all_of}{{{of}}}) > {FEWEST_IN_PERIOD})"),
            &[],
            Unit::Ratio,
            "CloudWatch by YACE: AWS/ApplicationELB HTTPCode_ELB_5XX_Count and RequestCount",
            Vec::new(),
        );
    }
}
