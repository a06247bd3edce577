//! Names of things: where each is given, and where it is referred to.

use super::language::{Here, walk};
use super::{Page, Project, position};
use crate::source::Span;
use crate::syntax::print::Stands;
use crate::syntax::{Document, Kind};
use lsp_types::{Position, TextEdit};

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// An entry of `clouds`.
    Cloud,
    /// An entry of `regions`.
    Region,
    /// A compliance zone.
    Zone,
    /// An entry of `services`.
    Service,
    /// An entry of `datastores`.
    Store,
    /// A database of a datastore.
    Database,
    /// A dataset of a datastore.
    Dataset,
    /// An entry of `queues`.
    Queue,
    /// An entry of `secrets`.
    Secret,
    /// A host of `traffic`.
    Host,
    /// An entry of `channels`.
    Channel,
    /// An entry of `escalations`.
    Escalation,
    /// An entry of `flags`.
    Flag,
}

use Thing::{
    Channel, Cloud, Database, Dataset, Escalation, Flag, Host, Queue, Region, Secret, Service,
    Store, Zone,
};

/// The maps whose keys give names, by record and field.
const GIVEN: [((&str, &str), Thing); 13] = [
    (("Spec", "clouds"), Cloud),
    (("Spec", "regions"), Region),
    (("Compliance", "zones"), Zone),
    (("Spec", "services"), Service),
    (("Spec", "datastores"), Store),
    (("Datastore", "databases"), Database),
    (("Datastore", "datasets"), Dataset),
    (("Spec", "queues"), Queue),
    (("Spec", "secrets"), Secret),
    (("Spec", "traffic"), Host),
    (("Spec", "channels"), Channel),
    (("Spec", "escalations"), Escalation),
    (("Spec", "flags"), Flag),
];

/// What metrics, alerts and facts are about.
const PARTS: &[Thing] = &[Store, Service, Queue, Host];

/// The fields that refer to things by name; a test holds them against the language.
pub const REFERENCES: [((&str, &str), &[Thing]); 58] = [
    (("Region", "cloud"), &[Cloud]),
    (("Region", "zone"), &[Zone]),
    (("Region", "pair"), &[Region]),
    (("Transfer", "from"), &[Zone]),
    (("Transfer", "to"), &[Zone, Region]),
    (("Transfer", "datasets"), &[Dataset]),
    (("ExtraArguments", "regions"), &[Region]),
    (("Network", "isolated"), &[Region]),
    (("Link", "between"), &[Region]),
    (("Secret", "regions"), &[Region]),
    (("Secret", "used_by"), &[Service]),
    (("Datastore", "regions"), &[Region]),
    (("Datastore", "read_replicas"), &[Region]),
    (("Database", "serves"), &[Region]),
    (("Database", "taken_over_by"), &[Region]),
    (("Database", "zone"), &[Zone]),
    (("Member", "region"), &[Region]),
    (("Dataset", "zone"), &[Zone]),
    (("Replication", "worker"), &[Service]),
    (("Replication", "queue"), &[Queue]),
    (("Replication", "links"), &[Region]),
    (("Backup", "copies_to"), &[Region]),
    (("Queue", "publishers"), &[Service]),
    (("Queue", "regions"), &[Region]),
    (("Queue", "carries"), &[Dataset]),
    (("Push", "to"), &[Service]),
    (("Push", "host"), &[Host]),
    (("Service", "regions"), &[Region]),
    (("Service", "uses"), &[Store]),
    (("Service", "needs"), &[Service]),
    (("Service", "publishes"), &[Queue]),
    (("Service", "secrets"), &[Secret]),
    (("ScaleOn", "queues"), &[Queue]),
    (("Host", "to"), &[Service]),
    (("Host", "region"), &[Region]),
    (("Host", "dns"), &[Cloud]),
    (("Cdn", "provider"), &[Cloud]),
    (("CacheRule", "carries"), &[Dataset]),
    (("State", "tell"), &[Channel]),
    (("Drill", "primary"), &[Region]),
    (("Drill", "secondary"), &[Region]),
    (("Drill", "queue"), &[Queue]),
    (("Drill", "flag"), &[Flag]),
    (("Channel", "regions"), &[Region]),
    (("EscalationStep", "channel"), &[Channel]),
    (("Metric", "on"), PARTS),
    (("Alert", "on"), PARTS),
    (("Alert", "between"), &[Region]),
    (("Alert", "tell"), &[Channel]),
    (("Alert", "escalation"), &[Escalation]),
    (("Telemetry", "carries"), &[Dataset]),
    (("Dashboards", "named"), &[Service, Queue, Host]),
    (("Deployment", "order"), &[Region]),
    (("Cost", "monthly"), &[Region]),
    (("Fact", "on"), PARTS),
    (("External", "secret"), &[Secret]),
    (("Spot", "region"), &[Region]),
    (("Command", "region"), &[Region]),
];

/// A name in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// What it may be of.
    pub things: Vec<Thing>,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whether the thing gets its name here.
    pub given: bool,
    /// Whether it is a key or a value.
    pub stands: Stands,
}

/// What a field refers to, if it refers to anything: its values, or its keys if it is a map.
pub(super) fn referred(field: (&str, &str)) -> Option<&'static [Thing]> {
    let entry = REFERENCES.iter().find(|(known, _)| *known == field);
    entry.map(|(_, things)| *things)
}

/// What the keys of a map by name refer to: of one value for all or one for each, regions; of
/// the state's bucket, clouds.
pub(super) fn keys_of(field: (&str, &str), per_name: bool) -> Option<&'static [Thing]> {
    match field {
        ("Terraform", _) if per_name => Some(&[Cloud]),
        _ if per_name => Some(&[Region]),
        _ => referred(field),
    }
}

/// Every name in a file.
pub fn occurrences(document: &Document) -> Vec<Occurrence> {
    let mut found = Vec::new();
    let mut map_per_name = false;
    walk(document, &mut |here| {
        if !here.named {
            map_per_name = here.per_name;
        }
        found.extend(key_of(here, map_per_name));
        found.extend(value_of(here));
    });
    found
}

/// The name that a key gives or refers to.
fn key_of(here: &Here, per_name: bool) -> Option<Occurrence> {
    let key = here.key.filter(|_| here.named)?;
    let given = GIVEN.iter().find(|(field, _)| *field == here.field);
    let things = match given {
        Some((_, thing)) => vec![*thing],
        None => keys_of(here.field, per_name)?.to_vec(),
    };
    Some(Occurrence {
        things,
        name: key.text.clone(),
        span: key.span,
        given: given.is_some(),
        stands: Stands::Key,
    })
}

/// The name that a value refers to.
fn value_of(here: &Here) -> Option<Occurrence> {
    let Kind::Scalar(scalar) = &here.node.kind else {
        return None;
    };
    // The values of maps by name are no names, but in the map of links.
    let keyed = matches!(here.field, ("ScaleOn", "queues") | ("Cost", "monthly"));
    let things = referred(here.field).filter(|_| !keyed)?;
    Some(Occurrence {
        things: things.to_vec(),
        name: scalar.text.clone(),
        span: here.node.span,
        given: false,
        stands: Stands::Value,
    })
}

impl Project {
    /// Every name of the project.
    pub fn occurrences(&self) -> Vec<Occurrence> {
        let files = self.files.iter();
        files
            .flat_map(|(_, document)| occurrences(document))
            .collect()
    }

    /// The names of things of some kinds, each once, sorted.
    pub(super) fn given(&self, things: &[Thing]) -> Vec<(Thing, String)> {
        let all = self.occurrences().into_iter().filter(|o| o.given);
        let mut given: Vec<(Thing, String)> = all.map(|o| (o.things[0], o.name)).collect();
        given.retain(|(thing, _)| things.contains(thing));
        given.sort();
        given.dedup();
        given
    }

    /// The thing that is named at a place, and every place that names it; where it gets its
    /// name is among them.
    pub fn named_at(&self, page: Page, at: Position) -> Option<(Thing, String, Vec<Occurrence>)> {
        let offset = position::offset(page.text(), at) as u32;
        let all = self.occurrences();
        let here = all
            .iter()
            .find(|o| o.span.file == page.file && o.span.start <= offset && offset <= o.span.end)?;
        let is_it =
            |o: &&Occurrence| o.given && o.name == here.name && here.things.contains(&o.things[0]);
        let thing = all.iter().find(is_it)?.things[0];
        let name = here.name.clone();
        // Databases of several stores may share a name, and nothing refers to one.
        let same = all.iter().filter(|o| match thing {
            Database => o.span == here.span,
            _ => o.name == name && o.things.contains(&thing),
        });
        let same = same.cloned().collect();
        Some((thing, name, same))
    }
}

/// Edits for the editor.
pub fn text_edits(project: &Project, edits: &[(Span, String)]) -> Vec<(Span, TextEdit)> {
    let edits = edits.iter();
    edits
        .map(|(span, text)| (*span, TextEdit::new(project.range(*span), text.clone())))
        .collect()
}
