//! What is promised for a loss.

pub mod availability;
pub mod capacity;
pub mod history;
pub mod nothing_promised;
pub mod region_limit;
pub mod shift;
pub mod standby;
