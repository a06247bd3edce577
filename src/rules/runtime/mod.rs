//! What runs code.

pub mod cloud_run;
pub mod ordered_push;
pub mod scaling;
