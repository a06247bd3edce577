//! What to do instead of what loses something.

use super::compare::Changes;
use super::{Fate, ResourceFate};

/// Writes the advice into the fates.
pub fn advise(all: &mut [ResourceFate]) {
    let made: Vec<(String, String, String)> = all
        .iter()
        .filter(|f| f.fate == Fate::Created)
        .map(|f| (f.root.clone(), f.kind.clone(), f.address.clone()))
        .collect();
    for fate in all {
        if fate.instead.is_none() {
            fate.instead = advice(fate, &made);
        }
    }
}

/// What to do about a replacement: keep what forces it, or what it follows from.
pub fn replaced(changes: &Changes, holds: bool) -> String {
    let listed = |of: Vec<&String>| {
        let names: Vec<&str> = of.into_iter().map(String::as_str).collect();
        names.join(", ")
    };
    let direct: Vec<&String> = changes.forced.difference(&changes.following).collect();
    if direct.is_empty() {
        let following = listed(changes.following.iter().collect());
        return format!("it follows from what {following} refers to: keep that");
    }
    let direct = listed(direct);
    if holds {
        format!(
            "keep the old value of {direct}; to change it, add another one beside this one, move \
             the data, then remove this one"
        )
    } else {
        format!("keep the old value of {direct}, if it may not be down meanwhile")
    }
}

fn advice(of: &ResourceFate, made: &[(String, String, String)]) -> Option<String> {
    let what = of.because.join(", ");
    Some(match of.fate {
        Fate::DestroyedWithData => destroyed(of, made),
        Fate::Shortened => {
            format!("keep the old value of {what} while anything that old is needed")
        }
        Fate::BackendMoved => {
            "run `terraform init -migrate-state` there before anything else".into()
        }
        Fate::Lost => "keep the region; to move, add it in the new region first".into(),
        Fate::Orphaned if of.root.starts_with("kubernetes/") => {
            "delete it with `kubectl delete` once nothing uses it".into()
        }
        Fate::Orphaned => orphaned(of, made),
        Fate::Refused if of.kind == "StatefulSet" => format!(
            "keep the old value of {what}; to grow volumes, patch each claim, then delete the \
             StatefulSet with --cascade=orphan and apply"
        ),
        Fate::Refused => format!("keep the old value of {what}"),
        _ => return None,
    })
}

/// What runs on and is made at the same address of another root belongs there.
fn orphaned(of: &ResourceFate, made: &[(String, String, String)]) -> String {
    match made.iter().find(|(_, _, address)| *address == of.address) {
        Some(_) => "move its state to the root that makes it now (`terraform state mv`), \
                    or all of it is made a second time"
            .into(),
        None => "keep the root until `terraform destroy` has emptied it".into(),
    }
}

/// What is destroyed and made at another address was renamed, or moved to another root.
fn destroyed(of: &ResourceFate, made: &[(String, String, String)]) -> String {
    let like = |(root, kind, address): &&(String, String, String)| {
        *kind == of.kind && (*root == of.root || *address == of.address)
    };
    match made.iter().find(like) {
        Some((root, ..)) if *root != of.root => {
            format!("it is made anew in {root}: move its state there first")
        }
        Some((_, _, address)) => {
            format!("if {address} is the same under another name, write `renamed_from`")
        }
        None => "keep it, or copy what it holds first".into(),
    }
}
