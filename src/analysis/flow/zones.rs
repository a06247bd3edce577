//! Compliance zones: what lies inside one, and what may leave it by declaration.

use super::copy::Site;
use crate::catalog::in_jurisdiction;
use crate::topology::{Name, Occasion, Topology, Transfer, Zone};

/// The zones and declared transfers of a topology.
#[derive(Clone, Copy)]
pub struct Zones<'a> {
    topology: &'a Topology,
}

impl<'a> Zones<'a> {
    /// Those of a topology.
    pub fn of(topology: &'a Topology) -> Self {
        Zones { topology }
    }

    /// All zones by name.
    pub fn iter(self) -> impl Iterator<Item = (&'a Name, &'a Zone)> {
        self.topology.zones.iter()
    }

    /// The zone of that name.
    pub fn get(self, name: &str) -> Option<&'a Zone> {
        self.topology.zones.get(name)
    }

    /// All transfers by name.
    pub fn transfers(self) -> impl Iterator<Item = (&'a Name, &'a Transfer)> {
        self.topology.transfers.iter()
    }

    /// Whether data of a zone may rest at a site without more: the site is a region of the
    /// zone, or lies in its jurisdictions with all of its parts. A zone without jurisdictions
    /// is where the spec says that it is.
    pub fn inside(self, zone: &str, site: &Site) -> bool {
        let declared = site.zone.as_deref() == Some(zone);
        let Some(jurisdictions) = self.get(zone).map(|z| &z.jurisdictions) else {
            return declared;
        };
        if jurisdictions.is_empty() || site.region.is_some() && declared {
            return declared;
        }
        let within = |place: &String| jurisdictions.iter().any(|j| covers(j, place));
        !site.within.is_empty() && site.within.iter().all(within)
    }

    /// The transfer that lets a dataset of a zone rest at a site; `after_loss` if it comes
    /// there only when users are served elsewhere.
    pub fn basis(
        self,
        zone: &str,
        dataset: &str,
        site: &Site,
        after_loss: bool,
    ) -> Option<(&'a Name, &'a Transfer)> {
        self.transfers().find(|(_, transfer)| {
            let named = transfer.datasets.is_empty()
                || transfer.datasets.iter().any(|d| d.value == dataset);
            let now = after_loss || *transfer.during == Occasion::Always;
            transfer.from.value == zone && named && now && self.reaches(transfer, site)
        })
    }

    /// Whether a transfer ends at a site: its region, a part of a location in that region's
    /// country that is no region of the topology, or anything inside its zone.
    fn reaches(self, transfer: &Transfer, site: &Site) -> bool {
        let Some(to) = self.topology.region_named(&transfer.to.value) else {
            return self.inside(&transfer.to.value, site);
        };
        let country = self.topology.region(to).place.country;
        match site.region {
            Some(region) => region == to,
            None => !site.within.is_empty() && site.within.iter().all(|c| c == country),
        }
    }
}

/// Whether a place, a country or a jurisdiction itself, lies in a jurisdiction.
fn covers(jurisdiction: &str, place: &str) -> bool {
    let union = |text: &str| text.eq_ignore_ascii_case("eea") || text.eq_ignore_ascii_case("eu");
    in_jurisdiction(place, jurisdiction) || (union(place) && union(jurisdiction))
}
