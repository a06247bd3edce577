//! The values that a tree's Terraform gives to its modules: what `lock --adopt` reads.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The module calls of all roots of a tree, by name, and where their state is.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    calls: BTreeMap<String, Map<String, Value>>,
    /// The region of the bucket of state, where the backend names one.
    pub state_region: Option<String>,
}

impl Applied {
    /// Adds the text of a file of a root.
    ///
    /// # Errors
    /// If it is not HCL: what is wrong with it.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        let file: Value = hcl::from_str(text).map_err(|e| e.to_string())?;
        if let Some(Value::Object(modules)) = file.get("module") {
            for (name, call) in modules {
                if let Value::Object(arguments) = call {
                    self.calls.insert(name.clone(), arguments.clone());
                }
            }
        }
        let backends = file
            .pointer("/terraform/backend")
            .and_then(Value::as_object);
        let regions = backends.into_iter().flat_map(Map::values);
        let mut regions = regions.filter_map(|b| b.get("region").and_then(Value::as_str));
        if let Some(region) = regions.next() {
            self.state_region = Some(region.to_string());
        }
        Ok(())
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The calls whose names begin with a prefix: the rest of the name, and the arguments.
    pub fn calls<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Map<String, Value>)> {
        let calls = self.calls.iter();
        calls.filter_map(move |(name, call)| Some((name.strip_prefix(prefix)?, call)))
    }

    /// A value of a call, by the names on the way to it.
    pub fn value(&self, call: &str, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let value = self.calls.get(call)?.get(*first)?;
        rest.iter().try_fold(value, |value, name| value.get(*name))
    }

    /// The same, if it is text.
    pub fn text(&self, call: &str, path: &[&str]) -> Option<&str> {
        self.value(call, path)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_calls_are_found_by_name() {
        let mut applied = Applied::default();
        let text = r#"
            terraform {
              backend "s3" {
                region = "us-east-2"
              }
            }
            module "network" {
              source  = "./modules/network"
              regions = { us-east1 = { cidr = "10.4.0.0/20" } }
              key     = var.key
            }
        "#;
        applied.read(text).unwrap();
        assert_eq!(
            applied.text("network", &["regions", "us-east1", "cidr"]),
            Some("10.4.0.0/20")
        );
        assert_eq!(
            applied.text("network", &["regions", "us-west1", "cidr"]),
            None
        );
        assert_eq!(applied.state_region.as_deref(), Some("us-east-2"));
        assert_eq!(applied.calls("net").count(), 1);
        assert!(applied.read("module {").is_err());
    }
}
