//! Module calls, their arguments, and what the roots around them hold.

use crate::topology::RegionId;

/// Which Terraform root a call belongs to when there is one per region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The global root.
    Global,
    /// The root of a region.
    Region(RegionId),
    /// The root of what ties regions together and needs ids that only they know; applied
    /// after them.
    Links,
    /// The root of a region that has left, by its place in [`Topology::left`]: nothing is made
    /// there, and what it made is taken leave of.
    ///
    /// [`Topology::left`]: crate::topology::Topology::left
    Left(usize),
}

/// A call that is gone, and whose resources leave the state without being destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The call.
    pub call: String,
    /// The folder of its module: `gcp`.
    pub cloud: &'static str,
    /// The root that it was in.
    pub scope: Scope,
}

/// A call of a module of `templates/terraform/<cloud>/`.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name in the root, an HCL identifier: `gke_us_central1`.
    pub name: String,
    /// The module: `gcp/gke`.
    pub module: &'static str,
    /// The root it belongs to.
    pub scope: Scope,
    /// The configurations that it gives to the module, by the module's name for each; empty
    /// where the root's only one is meant: `("aws", "aws.us_east_1")`.
    pub providers: Vec<(&'static str, String)>,
    /// Its arguments in the order in which the module declares them.
    pub arguments: Vec<(&'static str, Argument)>,
    /// Calls that must be complete before, beyond those that arguments refer to. Names of
    /// calls in other roots are ignored: their order is the order of the roots.
    pub after: Vec<String>,
    /// What it is for, in a line above the call; empty for none.
    pub comment: String,
}

/// A resource of a region that has left, one of several that a call makes: it is taken out of the
/// state by a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The folder of its module: `gcp`.
    pub cloud: &'static str,
    /// The root that it was in.
    pub scope: Scope,
    /// The region that has left; `None` if something else leaves.
    pub region: Option<String>,
    /// Its address.
    pub address: String,
    /// Where it is, if what takes its place has the same address: only while it is there it is
    /// taken out.
    pub location: Option<String>,
}

/// A value given to a module.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A fraction, as exact decimal text.
    Decimal(String),
    /// Literal text: escaped when written.
    Text(String),
    /// A list.
    List(Vec<Argument>),
    /// A map or object, in order.
    Map(Vec<(String, Argument)>),
    /// A root variable.
    Variable(String),
    /// A file of ours beside the root, read as text: a path relative to the output.
    File(String),
    /// Text with values in it.
    Template(Vec<Argument>),
    /// An output of another call. Across roots, nothing is read: `elsewhere` gives the same
    /// value as a function of names, or as a variable that the deployment fills with the
    /// other root's output of the same name.
    Output {
        /// The call.
        call: String,
        /// Its output, or an element of it: `key_arns["data"]`.
        output: String,
        /// What to write where the call is in another root.
        elsewhere: Box<Argument>,
    },
}

impl Call {
    /// The cloud whose module it calls, as modules are named by it: `gcp`.
    pub fn cloud(&self) -> &'static str {
        self.module.split('/').next().unwrap_or_default()
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Argument::Text(text.to_string())
    }
}
impl From<String> for Argument {
    fn from(text: String) -> Self {
        Argument::Text(text)
    }
}
impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        Argument::Bool(value)
    }
}
impl From<u32> for Argument {
    fn from(value: u32) -> Self {
        Argument::Int(i64::from(value))
    }
}
impl From<u64> for Argument {
    fn from(value: u64) -> Self {
        Argument::Int(value as i64)
    }
}
impl<T: Into<Argument>> From<Vec<T>> for Argument {
    fn from(values: Vec<T>) -> Self {
        Argument::List(values.into_iter().map(Into::into).collect())
    }
}

impl Argument {
    /// A map from names to values.
    pub fn map<K: Into<String>, V: Into<Argument>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Argument::Map(
            entries
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        )
    }

    /// A root variable.
    pub fn variable(name: impl Into<String>) -> Self {
        Argument::Variable(name.into())
    }
}

/// A variable of the roots; a root declares those that its calls use.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Its type as HCL: `string`, `map(string)`.
    pub kind: &'static str,
    /// Its default, if it has one.
    pub default: Option<Argument>,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// A value for `terraform.tfvars.example`.
    pub example: Argument,
    /// A regular expression that a value must match, and the message if it does not.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// A configuration of a Terraform provider. A root has those that its calls use.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderUse {
    /// The folder of modules that it is for: `gcp`.
    pub cloud: &'static str,
    /// Its local name: `google`.
    pub name: &'static str,
    /// What tells it from other configurations of the same provider: `us_east_1`.
    pub alias: Option<String>,
    /// Its address: `hashicorp/google`.
    pub source: &'static str,
    /// The versions that the modules were written for.
    pub version: &'static str,
    /// The configuration's arguments.
    pub arguments: Vec<(&'static str, Argument)>,
    /// Its blocks, each with arguments.
    pub blocks: Vec<(&'static str, Vec<(&'static str, Argument)>)>,
}

impl ProviderUse {
    /// What a call names it by: `aws.us_east_1`.
    pub fn address(&self) -> String {
        let alias = self.alias.iter().map(|a| format!(".{a}"));
        std::iter::once(self.name.to_string())
            .chain(alias)
            .collect()
    }

    /// Whether a call needs it: by name, or as the only one of its cloud.
    pub fn serves(&self, call: &Call) -> bool {
        match call.providers.is_empty() {
            true => self.alias.is_none() && call.cloud() == self.cloud,
            false => call.providers.iter().any(|(_, p)| *p == self.address()),
        }
    }
}

/// Where Terraform keeps state.
#[derive(Debug, Clone, PartialEq)]
pub struct StateBackend {
    /// The kind of backend: `gcs`.
    pub kind: &'static str,
    /// The bucket.
    pub bucket: String,
    /// The argument that tells one root's state from another's: `prefix`.
    pub place: &'static str,
    /// What the place ends with, behind the root's name.
    pub suffix: &'static str,
    /// Further arguments: a backend takes no variables.
    pub arguments: Vec<(&'static str, Argument)>,
    /// What the bucket must be like, for people.
    pub advice: String,
    /// What an address of the bucket begins with: `gs://`.
    pub scheme: &'static str,
    /// The command that copies a folder of one bucket to another, before their addresses.
    pub copy: &'static str,
}

/// An output of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct RootOutput {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The folder of modules of the call that gives it: `gcp`.
    pub cloud: &'static str,
    /// Its value, an output of a call: it is of the root that holds the call.
    pub value: Argument,
}
