//! `tests/cases/recovery`.
