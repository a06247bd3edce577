//! A value that may differ by region.

use super::decode::{Decode, Definitions, Map, Scalar, Value};
use crate::diagnostic::Diagnostics;
use crate::syntax::{Kind, Node};
use serde_json::{Value as Json, json};

/// One value for all regions, or one for each.
#[derive(Debug, Clone)]
pub enum PerRegion<T> {
    /// The same everywhere.
    All(T),
    /// By region name.
    Each(Map<T>),
}

impl<T> PerRegion<T> {
    /// The value for a region.
    pub fn get(&self, region: &str) -> Option<&T> {
        match self {
            PerRegion::All(value) => Some(value),
            PerRegion::Each(map) => map.get(region),
        }
    }

    /// Every value that is written.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        match self {
            PerRegion::All(value) => vec![value],
            PerRegion::Each(map) => map.iter().map(|(_, value)| value).collect(),
        }
        .into_iter()
    }
}

impl<T: Scalar> Decode for PerRegion<Value<T>> {
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self> {
        match node.kind {
            Kind::Map(_) => Map::decode(node, out).map(PerRegion::Each),
            _ => Value::decode(node, out).map(PerRegion::All),
        }
    }
    fn schema(definitions: &mut Definitions) -> Json {
        let one = Value::<T>::schema(definitions);
        json!({ "anyOf": [one, Map::<Value<T>>::schema(definitions)] })
    }
    fn encode(&self) -> Option<Node> {
        match self {
            PerRegion::All(value) => value.encode(),
            PerRegion::Each(map) => map.encode(),
        }
    }
    fn defaulted(&self) -> bool {
        matches!(self, PerRegion::All(value) if value.defaulted())
    }
    fn into_default(self) -> Self {
        match self {
            PerRegion::All(value) => PerRegion::All(value.into_default()),
            each => each,
        }
    }
}
