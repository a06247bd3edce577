//! The day of the week on which a cloud may maintain what it runs in a region: not the same
//! everywhere.

use crate::lock::Lock;
use crate::lock::ranges::hash;
use crate::topology::{RegionId, Topology};

/// The days of maintenance, quiet ones of the working week first.
const DAYS: [&str; 7] = ["tue", "wed", "thu", "mon", "sat", "sun", "fri"];
/// The key of a region's day in the lock.
const MAINTENANCE: &str = "maintenance";

/// Records a region's day of maintenance.
pub(super) fn record(lock: &mut Lock, region: &str, day: &str) {
    lock.set("region", region, MAINTENANCE, day);
}

/// Settles a day of maintenance for each region: not two on one day as long as there are days.
pub(super) fn settle(topology: &mut Topology, regions: &[RegionId]) {
    let names = regions.iter().map(|id| topology.region(*id).name.clone());
    let mut names: Vec<String> = names.collect();
    names.sort();
    for name in names {
        let used = |day: &str| {
            let mut others = topology.lock.all("region", MAINTENANCE);
            others.any(|(_, entry)| entry.value == day)
        };
        let start = hash(&name) as usize % DAYS.len();
        let from_start = || (0..DAYS.len()).map(|step| DAYS[(start + step) % DAYS.len()]);
        let day = from_start().find(|day| !used(day)).unwrap_or(DAYS[start]);
        if topology.lock.get("region", &name, MAINTENANCE).is_none() {
            topology.lock.set("region", &name, MAINTENANCE, day);
        }
    }
}

/// The day of a region in full: `TUESDAY`.
pub(super) fn weekday(topology: &Topology, id: RegionId) -> &'static str {
    const WEEKDAYS: [(&str, &str); 7] = [
        ("mon", "MONDAY"),
        ("tue", "TUESDAY"),
        ("wed", "WEDNESDAY"),
        ("thu", "THURSDAY"),
        ("fri", "FRIDAY"),
        ("sat", "SATURDAY"),
        ("sun", "SUNDAY"),
    ];
    let day = day(topology, id);
    let named = WEEKDAYS.iter().find(|(short, _)| *short == day);
    named.map_or("TUESDAY", |(_, name)| name)
}

/// The day of a region: `tue`.
pub(super) fn day(topology: &Topology, id: RegionId) -> &str {
    let region = &topology.region(id).name;
    let day = topology.lock.get("region", region, MAINTENANCE);
    day.filter(|d| DAYS.contains(d)).unwrap_or(DAYS[0])
}
