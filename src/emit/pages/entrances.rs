//! What services are given of the stores that they use.

use crate::deployment::Entrance;
use crate::emit::Input;
use crate::format::json::json;
use crate::topology::RegionId;
use serde_json::Value;

/// What begins the statements behind the words on how clients get in.
const SQL: &str = "\n\n```sql\n";

/// Each store that services use: how they get in, and the variables that they are given.
pub(super) fn entrances(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let used = input.deployment.entrances.iter().filter_map(|entrance| {
        let store = topology.datastores.iter();
        let store = store
            .enumerate()
            .find(|(_, s)| s.name == entrance.datastore);
        let (index, _) = store?;
        let users = topology.services.iter();
        let users = users.filter(|s| s.uses.iter().any(|d| d.0 == index));
        let users: Vec<&str> = users.map(|s| s.name.as_str()).collect();
        (!users.is_empty()).then(|| entry(input, entrance, &users))
    });
    used.collect()
}

fn entry(input: Input, entrance: &Entrance, users: &[&str]) -> Value {
    let settings = input.deployment.settings.iter();
    let settings = settings.filter(|s| s.datastore == entrance.datastore);
    let settings = settings.map(|s| (&s.variable, s.region, &s.value, false));
    let secrets = input.deployment.secret_settings.iter();
    let secrets = secrets.filter(|s| s.datastore == entrance.datastore);
    let secrets = secrets.map(|s| (&s.variable, s.region, &s.secret, true));
    let mut rows: Vec<Row> = Vec::new();
    for (variable, region, value, secret) in settings.chain(secrets) {
        add(&mut rows, variable, region, value, secret);
    }
    rows.sort_by(|a, b| a.variable.cmp(&b.variable));
    let everywhere = input.topology.regions.len();
    let rows = rows.into_iter().map(|row| {
        let region = |id: &RegionId| input.topology.region(*id).name.as_str();
        let regions: Vec<&str> = row.regions.iter().map(region).collect();
        let regions = match regions.len() == everywhere {
            true => "all".to_string(),
            false => regions.join(", "),
        };
        json!({ "variable": row.variable, "regions": regions, "value": row.value, "secret": row.secret })
    });
    let clients = entrance.clients.replace("STORE", &entrance.datastore);
    let (clients, sql) = clients.split_once(SQL).unwrap_or((&clients, ""));
    json!({
        "store": entrance.datastore,
        "kind": entrance.kind,
        "users": users.join(", "),
        "clients": clients,
        "sql": sql.trim_end_matches("\n```"),
        "rows": rows.collect::<Vec<_>>(),
    })
}

/// A variable with one value, and where it has it.
struct Row {
    variable: String,
    value: String,
    secret: bool,
    regions: Vec<RegionId>,
}

fn add(rows: &mut Vec<Row>, variable: &str, region: RegionId, value: &str, secret: bool) {
    let same = |r: &&mut Row| r.variable == variable && r.value == value;
    match rows.iter_mut().find(same) {
        Some(row) if row.regions.contains(&region) => {}
        Some(row) => row.regions.push(region),
        None => rows.push(Row {
            variable: variable.into(),
            value: value.into(),
            secret,
            regions: vec![region],
        }),
    }
}
