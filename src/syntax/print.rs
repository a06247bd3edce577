//! Placeholder until the printer lands.
