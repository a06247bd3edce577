//! `tests/cases/language-and-safety`.
