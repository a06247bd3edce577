//! `tests/cases/second-day`.
