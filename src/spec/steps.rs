//! Steps of a team's own in the plans of a failover.

use super::decode::{Value, choice, record};
use super::model::{Ref, Text, Time};

choice! {
    /// A step of a plan that others can be added to.
    pub enum StepWord {
        /// Deployments and scaling stop, in the region that takes over.
        Freeze = "freeze",
        /// The lost region gets no traffic.
        Fence = "fence",
        /// A region that is back gets traffic again.
        Serve = "serve",
    }
}

choice! {
    /// The place of a step beside what the plan does there by itself.
    pub enum StepPlace {
        /// Before it.
        Before = "before",
        /// After it.
        After = "after",
    }
}

record! {
    /// A step of your own in a plan: a command, or a sentence for the person who runs the script.
    pub struct ExtraStep {
        /// The step of the plan that it belongs to. Example: `fence`
        at: Value<StepWord>,
        /// Whether it comes before or after what that step does by itself. Example: `before`
        when: Value<StepPlace> = "after",
        /// The region that this step of the plan acts on; any if left out. Example: `us-central1`
        region: Option<Ref>,
        /// The words of its command; they are taken as they stand. Example: `[partnerctl, pause, shop]`
        run: Vec<Text>,
        /// What a person does, where there is no command. Example: `Tell the partner's desk, +1 555 0100`
        says: Option<Text>,
        /// What a good answer looks like. Example: `paused`
        expect: Text = "exit status 0",
        /// The longest that it may take; it counts in the recovery time. Example: `30s`
        takes: Time = "1m",
        /// What to do if it fails. Example: `call the partner`
        otherwise: Text = "page the owner of the step",
    }
}
