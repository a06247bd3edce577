//! What to do instead of what loses something.

use super::{Fate, ResourceFate};

/// Writes the advice into the fates.
pub fn advise(all: &mut [ResourceFate]) {
    let made: Vec<(String, String, String)> = all
        .iter()
        .filter(|f| f.fate == Fate::Created)
        .map(|f| (f.root.clone(), f.kind.clone(), f.address.clone()))
        .collect();
    for fate in all {
        fate.instead = advice(fate, &made);
    }
}

fn advice(of: &ResourceFate, made: &[(String, String, String)]) -> Option<String> {
    let what = of.because.join(", ");
    Some(match of.fate {
        Fate::ReplacedWithData => format!(
            "keep the old value of {what}; to change it, add another one beside this one, move the data, then remove this one"
        ),
        Fate::DestroyedWithData => destroyed(of, made),
        Fate::Shortened => {
            format!("keep the old value of {what} while anything that old is needed")
        }
        Fate::BackendMoved => {
            "run `terraform init -migrate-state` there before anything else".into()
        }
        Fate::Lost => "keep the region; to move, add it in the new region first".into(),
        Fate::Orphaned if of.root.starts_with("kubernetes/") => {
            let (kind, name) = of.address.split_once(' ')?;
            match name.split_once('/') {
                Some((space, name)) => {
                    format!(
                        "delete it: kubectl delete {} {name} -n {space}",
                        kind.to_lowercase()
                    )
                }
                None => format!("delete it: kubectl delete {} {name}", kind.to_lowercase()),
            }
        }
        Fate::Orphaned => orphaned(of, made),
        Fate::Refused if of.kind == "StatefulSet" => format!(
            "keep the old value of {what}; to grow volumes, patch each claim, then delete the \
             StatefulSet with --cascade=orphan and apply"
        ),
        Fate::Refused => format!("keep the old value of {what}"),
        Fate::Replaced => format!("keep the old value of {what}, if it may not be down meanwhile"),
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
