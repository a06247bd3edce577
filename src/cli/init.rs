//! `init`: a first spec.

use super::{beginning, exit};
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::spec::decode::check_part_of_names;
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// File to write; an existing file is never changed
    #[arg(default_value = "topology.yaml")]
    spec: PathBuf,
    /// Template
    #[arg(long, value_enum, conflicts_with_all = ["cloud", "regions", "store", "runtime"])]
    template: Option<Template>,
    /// System name
    #[arg(long, default_value = "hello")]
    pub(super) name: String,
    /// Cloud: gcp or aws [default: the cloud of the regions]
    #[arg(long)]
    pub(super) cloud: Option<String>,
    /// Regions, primary first: `us-east-1,us-west-2`
    #[arg(long, value_delimiter = ',')]
    pub(super) regions: Vec<String>,
    /// Datastore engine, such as firestore, postgres, aurora or dynamodb
    #[arg(long)]
    pub(super) store: Option<String>,
    /// Service runtime: kubernetes or cloud-run
    #[arg(long)]
    pub(super) runtime: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// Two regions, one service, one database: 15 lines
    Minimal,
    /// A marketplace, active-active on three regions
    Ggen,
    /// Web hooks on Cloud Run in two regions, with a queue
    Paynow,
    /// A suite of services on two regions of AWS, active-active
    Eden,
    /// A file that several specs include
    Part,
}

/// The schema of this version: an older spec keeps the language that it was written in.
macro_rules! schema_line {
    ($file:literal) => {
        concat!(
            "# yaml-language-server: $schema=https://raw.githubusercontent.com/meridian-compiler/meridian/v",
            env!("CARGO_PKG_VERSION"),
            "/schema/",
            $file
        )
    };
}

/// A part, without its schema.
const PART: &str = "#
# What several systems have in common. A spec has it with `include: [FILE]`;
# its own first line names this schema then too.
version: 1
";

/// Why a name cannot be that of a system, and what to write.
fn wrong_name(name: &str) -> Option<String> {
    let mut out = Diagnostics::default();
    check_part_of_names("the name of a system", name, Span::default(), &mut out);
    let wrong = out.iter().next()?;
    Some(format!(
        "{}; {}",
        wrong.message,
        wrong.help.as_deref().unwrap_or_default()
    ))
}

pub(super) fn run(args: &InitArgs) -> u8 {
    if let Some(wrong) = wrong_name(&args.name) {
        say!("meridian: {wrong}");
        return exit::USAGE;
    }
    let template = args.template.unwrap_or(Template::Minimal);
    let flags = [&args.cloud, &args.store, &args.runtime];
    let chosen = !args.regions.is_empty() || flags.iter().any(|flag| flag.is_some());
    let made = match chosen.then(|| beginning::text(args)).transpose() {
        Ok(made) => made.map(|text| format!("\n{text}")),
        Err(problem) => {
            say!("meridian: {problem}");
            return exit::USAGE;
        }
    };
    let (text, name) = match template {
        _ if made.is_some() => (made.as_deref().unwrap_or_default(), ""),
        Template::Minimal => (
            include_str!("../../examples/minimal/topology.yaml"),
            "hello",
        ),
        Template::Ggen => (
            include_str!("../../examples/ggen/topology.yaml"),
            "ggen-marketplace",
        ),
        Template::Paynow => (
            include_str!("../../examples/paynow/topology.yaml"),
            "paynow",
        ),
        Template::Eden => (include_str!("../../examples/eden/topology.yaml"), "eden"),
        Template::Part => (PART, ""),
    };
    let whole = template != Template::Part;
    let schema = if whole {
        schema_line!("topology.schema.json")
    } else {
        schema_line!("part.schema.json")
    };
    let named = text.lines().enumerate().map(|(number, line)| match number {
        0 => schema.to_string(),
        _ if line == format!("name: {name}") && args.name != "hello" => {
            format!("name: {}", args.name)
        }
        _ => line.to_string(),
    });
    let text = named.collect::<Vec<_>>().join("\n") + "\n";
    let created =
        std::fs::File::create_new(&args.spec).and_then(|mut file| file.write_all(text.as_bytes()));
    let spec = args.spec.display();
    match created {
        Ok(()) => {
            if whole {
                say!(
                    "wrote {spec}\nnext: edit it, then `meridian analyze {spec}` and `meridian compile {spec} --out deploy`"
                );
            } else {
                say!("wrote {spec}\nnext: write `include: [{spec}]` in each spec that has it");
            }
            exit::CLEAN
        }
        Err(error) => {
            let cause = super::cause(&error);
            say!("meridian: `{spec}`: {cause}; nothing was changed");
            exit::REFUSED
        }
    }
}
