//! One binary for all integration tests: it links once.

mod analyze;
mod arithmetic;
mod availability;
mod aws;
mod capacity;
mod cli;
mod coverage;
mod diff;
mod eden;
mod effects;
mod engines;
mod flow;
mod golden;
mod hostile;
mod notation;
mod quorum;
mod regimes;
mod rules;
mod schema;
mod scripts;
mod tidy;
mod traps;
