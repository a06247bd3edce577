//! Queries that show the state of parts.

use crate::topology::{RegionId, Signal};

/// The query that shows a signal of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalQuery {
    /// What is measured.
    pub signal: Signal,
    /// The datastore, service, queue, host or part it is about.
    pub subject: String,
    /// The region, if the query is of one; otherwise the result has a `region` label where
    /// that means something.
    pub region: Option<RegionId>,
    /// The two regions that it compares, if it does: the first divided by the second.
    pub between: Option<(RegionId, RegionId)>,
    /// PromQL without a comparison. Labels in its result are named in `labels`.
    pub query: String,
    /// The labels of the result that say what it is about.
    pub labels: Vec<&'static str>,
    /// The unit of the result.
    pub unit: Unit,
    /// The metric and where it is documented, or who must export it.
    pub source: String,
    /// Input series from which an alert's test can make any wanted result; empty if the
    /// query cannot be tested so.
    pub sample: Vec<Sample>,
}

/// The source of what the services of the system export.
pub const FROM_CONTRACT: &str = "metrics contract";
/// The source of what probes from outside see.
pub const FROM_PROBES: &str = "Blackbox Exporter";

impl SignalQuery {
    /// Whether nothing of ours exports what it reads, so that the contract asks for it.
    pub fn from_contract(&self) -> bool {
        [FROM_CONTRACT, FROM_PROBES].contains(&self.source.as_str())
    }
}

/// What is asked of a service in all regions together, against what it can bear.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The service.
    pub service: String,
    /// PromQL: requests per second.
    pub requests: String,
    /// Input series for the test of an alert on it.
    pub sample: Vec<Sample>,
    /// How many of the instances that it may have it has, if instances have no scaler of ours.
    pub filled: Option<Filled>,
}

/// How near a service is to the most instances that it may have in a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// PromQL: the share, by region; 1 when no more can start.
    pub query: String,
    /// The labels of its result.
    pub labels: Vec<&'static str>,
    /// Input series for the test of an alert on it.
    pub sample: Vec<Sample>,
}

/// A dashboard of one service, queue or host.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// What it shows, as the spec names it.
    pub subject: String,
    /// Its panels, in rows of two.
    pub panels: Vec<Panel>,
}

/// A panel with a line for each region.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// The unit of the result.
    pub unit: Unit,
    /// PromQL whose result has a label that names the region.
    pub query: String,
    /// The same for one region alone.
    pub of_region: Vec<(RegionId, String)>,
}

/// An input series for an alert's test.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The series: `name{label="value"}`.
    pub series: String,
    /// How its values follow from the wanted result.
    pub shape: Shape,
}

/// How the values of a series follow from the wanted result of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A gauge that is the result times this.
    Gauge(f64),
    /// A counter that grows each second by the result times this.
    Counter(f64),
    /// A counter that grows each second by what a result below 1 leaves of this.
    Rest(f64),
    /// A counter that grows each second by this, whatever the result.
    Steady(f64),
}

/// Units of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share from 0 to 1.
    Ratio,
    /// A plain number.
    Count,
    /// Events per second.
    PerSecond,
    /// Bytes.
    Bytes,
}
