//! `explain`: the page of a diagnostic.

use super::{exit, print};
use crate::diagnostic::did_you_mean;
use crate::rules::pages;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code or its name, for example `REF101`; all codes if left out
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
            let ids = all.iter().map(|p| p.id);
            let near =
                did_you_mean(wanted, ids).map_or(String::new(), |n| format!("; did you mean {n}?"));
            eprintln!(
                "meridian: there is no code `{}`{near}",
                wanted.escape_debug()
            );
            exit::USAGE
        }
    }
}
