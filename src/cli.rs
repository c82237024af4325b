//! The command line: joins the edges to `compile`, prints, and decides the exit code. The only place that knows the
//! terminal, the environment and the clock.

mod arguments;
mod baseline;
mod build;
mod change;
mod components;
mod create;
mod diff;
mod external;
mod graph;
mod images;
mod left_behind;
mod links;
mod named_files;
mod page_names;
mod printer;
mod publish;
mod root;
mod serve;
mod session;
mod stale;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::article::ArticleKind;
use crate::parse;
use arguments::{Arguments, Command, Schema};

/// How a run ended: its exit code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    Findings = 1,
    /// The command could not run.
    Failed = 2,
    /// A publish was refused, and nothing was written.
    Refused = 3,
}

/// Runs the command line of the process.
pub fn run() -> ExitCode {
    let result = match Arguments::try_parse() {
        Ok(arguments) => run_command(&arguments.command),
        // `--help` and `--version` come as errors too, that print to standard output.
        Err(error) => printer::printed(error.print())
            .map(|()| if error.use_stderr() { Outcome::Failed } else { Outcome::Clean }),
    };
    let outcome = result.unwrap_or_else(|error| {
        printer::error(format_args!("{error:#}"));
        Outcome::Failed
    });
    ExitCode::from(outcome as u8)
}

fn run_command(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Build(arguments) => build::build(arguments),
        Command::Check(arguments) => build::check(arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Publish(arguments) => publish::publish(arguments),
        Command::Graph { site, page, drafts, format } => {
            graph::graph(site, page.as_deref(), *drafts, *format)
        }
        Command::Links { site, external, format } => links::links(site, *external, *format),
        Command::Diff { old, new, format } => diff::diff(old, new, *format),
        Command::Mv { site, old, new, dry_run } => change::mv(site, old, new, *dry_run),
        Command::Record { site, repair: false } => change::record(site),
        Command::Record { site, repair: true } => change::repair(&site.root),
        Command::Retire { site, urls } => change::retire(site, urls),
        Command::Stale { site, within, format } => stale::stale(site, *within, *format),
        Command::Review { site, articles } => change::review(site, articles),
        Command::Init { folder, today } => create::init(folder, *today),
        Command::New { site, path, title } => create::new(site, path, title),
        Command::Components { site, format } => components::components(site, *format),
        Command::Schema { schema } => print_schema(*schema),
        #[cfg(feature = "man")]
        Command::Man { folder } => write_manual(folder),
        Command::Completions { shell } => {
            let mut completions = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "silcrow", &mut completions);
            printer::plain(&String::from_utf8(completions)?)?;
            Ok(Outcome::Clean)
        }
    }
}

/// Writes the manual's pages, one for each command, from the same arguments as `--help`. For those who package silcrow.
#[cfg(feature = "man")]
fn write_manual(folder: &std::path::Path) -> anyhow::Result<Outcome> {
    crate::io::disk::make_folder(folder, folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)?;
    Ok(Outcome::Clean)
}

fn print_schema(schema: Schema) -> anyhow::Result<Outcome> {
    let schema = match schema {
        Schema::FrontMatter => parse::front_matter_schema(ArticleKind::Article),
        Schema::SectionFrontMatter => parse::front_matter_schema(ArticleKind::Section),
        Schema::Config => parse::configuration_schema(),
        Schema::Templates => crate::render::context::schema(),
    };
    printer::text(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(Outcome::Clean)
}
