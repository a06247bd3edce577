//! `tests/cases/routing`.
