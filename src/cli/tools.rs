//! What editors, shells and manuals need.

use super::{Cli, exit, print};
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command whose page it is, for example `compile`
    command: Option<String>,
}

/// The codes of `exit`, as a section of a manual page.
const EXIT_STATUS: &str = r".SH EXIT STATUS
.TP
0
clean
.TP
1
diagnostics at or above \-\-fail\-level
.TP
2
the output differs (compile \-\-check), or the spec is not in its canonical form (fmt \-\-check)
.TP
3
the output is refused: edited by hand, foreign, a link, a lock, the file system
.TP
64
the command line is wrong
.TP
101
a bug of ours
";

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
    /// The language in a file that includes others or is included: nothing has to be there
    Part,
    /// The language for people: every field with its meaning, default and example
    Reference,
    /// What `analyze --format json` prints
    Analysis,
    /// What `diff --format json` prints
    Diff,
    /// What `graph --to json` prints
    Graph,
}

pub(super) fn schema(args: &SchemaArgs) -> u8 {
    print(&match args.of {
        SchemaArg::Topology => crate::spec::schema::text(&crate::cloud::reads::unread()),
        SchemaArg::Part => crate::spec::schema::part_text(&crate::cloud::reads::unread()),
        SchemaArg::Reference => crate::spec::reference::text(&crate::cloud::reads::table()),
        SchemaArg::Analysis => crate::analysis::schema::text(),
        SchemaArg::Diff => crate::analysis::schema::printed(&crate::diff::schema()),
        SchemaArg::Graph => crate::analysis::schema::printed(&crate::graph::Graph::schema()),
    });
    exit::CLEAN
}

pub(super) fn completions(args: &CompletionsArgs) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "meridian", &mut script);
    print(&String::from_utf8_lossy(&script));
    exit::CLEAN
}

pub(super) fn man(args: &ManArgs) -> u8 {
    let mut program = Cli::command();
    program.build();
    let page = match &args.command {
        None => Some(program),
        Some(name) => program.find_subcommand(name).cloned(),
    };
    let Some(page) = page else {
        let names: Vec<_> = Cli::command()
            .get_subcommands()
            .map(|c| c.get_name().to_string())
            .collect();
        say!(
            "meridian: no such command; the commands are {}",
            names.join(", ")
        );
        return exit::USAGE;
    };
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(page)
        .render(&mut text)
        .and_then(|()| text.write_all(EXIT_STATUS.as_bytes()));
    match rendered {
        Ok(()) => {
            print(&String::from_utf8_lossy(&text));
            exit::CLEAN
        }
        Err(_) => exit::BUG,
    }
}
