//! `tests/cases/closed-world`.
