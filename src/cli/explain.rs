//! `explain`: the page of a diagnostic.

use super::{exit, print};
use crate::diagnostic::did_you_mean;
use crate::rules::pages::{self, Page};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Code or name, for example `REF101` [default: list all]
    code: Option<String>,
}

pub(super) fn run(args: &ExplainArgs) -> u8 {
    let all = pages::all();
    let Some(wanted) = &args.code else {
        for page in &all {
            print(&format!("{:<8} {}\n", page.id, page.title));
        }
        return exit::CLEAN;
    };
    let found = all
        .iter()
        .find(|p| p.id.eq_ignore_ascii_case(wanted) || p.name == wanted.as_str());
    match found {
        Some(page) => {
            print(page.text);
            exit::CLEAN
        }
        None => {
            say!("meridian: no such code: `{}`", wanted.escape_debug());
            let word = wanted.to_lowercase();
            let about = |p: &&Page| {
                p.title.to_lowercase().contains(&word) || p.id.to_lowercase().starts_with(&word)
            };
            let mut near: Vec<&Page> = all.iter().filter(about).collect();
            if near.is_empty() {
                let id = did_you_mean(wanted, all.iter().map(|p| p.id));
                near.extend(all.iter().find(|p| Some(p.id) == id));
            }
            for page in &near {
                say!("  {:<8} {}", page.id, page.title);
            }
            if near.is_empty() {
                say!("`meridian explain` lists all codes");
            }
            exit::USAGE
        }
    }
}
