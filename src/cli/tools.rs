//! What editors, shells and manuals need.

use super::{Cli, exit, print};
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Of what
    #[arg(value_enum, default_value_t = SchemaArg::Topology)]
    of: SchemaArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaArg {
    /// The language, for editors
    Topology,
    /// What `analyze --format json` prints
    Analysis,
    /// What `diff --format json` prints
    Diff,
}

pub(super) fn schema(args: &SchemaArgs) -> u8 {
    print(&match args.of {
        SchemaArg::Topology => crate::spec::schema::text(),
        SchemaArg::Analysis => crate::analysis::schema::text(),
        SchemaArg::Diff => crate::analysis::schema::printed(&crate::diff::schema()),
    });
    exit::CLEAN
}

pub(super) fn completions(args: &CompletionsArgs) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "meridian", &mut script);
    print(&String::from_utf8_lossy(&script));
    exit::CLEAN
}

pub(super) fn man() -> u8 {
    let mut page = Vec::new();
    match clap_mangen::Man::new(Cli::command()).render(&mut page) {
        Ok(()) => {
            print(&String::from_utf8_lossy(&page));
            exit::CLEAN
        }
        Err(_) => exit::BUG,
    }
}
