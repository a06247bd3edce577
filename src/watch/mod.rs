//! Alerts: what they see, when they fire and what they say.

pub mod alerts;
mod derived;
pub mod pace;
pub mod pages;
pub mod reading;
pub mod routes;
pub mod series;
pub mod signals;
pub mod told;
mod words;
