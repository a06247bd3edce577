//! The queries that show how queues on Pub/Sub are.

use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Queue, Signal};
use crate::watch::signals::{Signals, counter, gauge};

pub(super) fn signals(all: &mut Signals, queue: &Queue) {
    let metric = "pubsub_googleapis_com:subscription_num_undelivered_messages";
    let name = queue.name.clone();
    let series = format!(
        "{metric}{{monitored_resource=\"pubsub_subscription\",subscription_id={name}}}",
        name = promql::value(&name)
    );
    let sample = vec![gauge(series.clone(), 1.0)];
    all.add(
        Signal::QueueBacklog,
        &name,
        format!("max({series})"),
        &[],
        Unit::Count,
        "Cloud Monitoring: pubsub.googleapis.com/subscription/num_undelivered_messages",
        sample,
    );
    // Everything that comes into the dead letter topic: what Pub/Sub gives up on, and
    // what the receiver sets aside itself.
    let window = queue.dead_letter.window.value;
    let series = format!(
        "pubsub_googleapis_com:topic_send_message_operation_count{{monitored_resource=\"pubsub_topic\",topic_id={}}}",
        promql::value(&format!("{name}-dead-letter"))
    );
    let sample = vec![counter(series.clone(), 1.0 / window.secs() as f64)];
    all.add(
        Signal::DeadLetters,
        &name,
        format!("sum(increase({series}[{window}]))"),
        &[],
        Unit::Count,
        "Cloud Monitoring: pubsub.googleapis.com/topic/send_message_operation_count",
        sample,
    );
}
