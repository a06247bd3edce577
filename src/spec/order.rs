//! Where an order is meant. A map has none: its entries are in order of their names, whatever
//! the order in the file. What happens one after the other says when, in a field.

use super::{Channel, Escalation, EscalationStep, Failover, Name, Spec, State};

impl Escalation {
    /// The steps by the time after which each is due.
    pub fn in_order(&self) -> Vec<(&Name, &EscalationStep)> {
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by_key(|(_, step)| step.after.millis());
        steps
    }
}

impl Failover {
    /// The states by the failed checks that lead to them: first the healthy one, last recovery.
    pub fn in_order(&self) -> Vec<(&Name, &State)> {
        let mut states: Vec<_> = self.states.iter().collect();
        states.sort_by_key(|(name, state)| match &state.after {
            Some(after) => (1, after.value),
            None if name.text == "recovery" => (2, 0),
            None => (0, 0),
        });
        states
    }
}

impl Spec {
    /// The channels, those first that are meant for alerts that name none.
    pub fn channels_by_preference(&self) -> Vec<(&Name, &Channel)> {
        let mut channels: Vec<_> = self.channels.iter().collect();
        channels.sort_by_key(|(_, channel)| !*channel.default);
        channels
    }
}
