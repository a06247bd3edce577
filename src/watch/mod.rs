//! Alerts: what they see, when they fire and what they say.

pub mod alerts;
pub mod reading;
pub mod signals;
mod words;
