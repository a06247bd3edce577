//! One binary for all integration tests: it links once.

mod analyze;
mod arithmetic;
mod availability;
mod aws;
mod capacity;
mod cases;
mod cli;
mod coverage;
mod diff;
mod eden;
mod effects;
mod engines;
mod flow;
mod golden;
mod hostile;
mod injection;
mod lock;
mod notation;
mod quorum;
mod regimes;
mod rules;
mod schema;
mod scripts;
mod support;
mod tidy;
mod traps;
