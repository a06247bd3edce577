//! `tests/cases/workflows`.
