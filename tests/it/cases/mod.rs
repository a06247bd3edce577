//! Small specs of `tests/cases`, each with its right answer: one file a folder.

mod closed_world;
mod data_flow;
mod histories;
mod language_and_safety;
mod limits;
mod one_model;
mod recovery;
mod routing;
mod scripts_and_live;
mod second_day;
mod siblings;
mod workflows;
