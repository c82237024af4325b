//! The command line: joins the edges to `compile`, prints, and decides the exit code. The only place that knows the
//! terminal, the environment and the clock.

mod arguments;
mod baseline;
mod build;
mod components;
mod create;
mod diff;
mod external;
mod fix;
mod graph;
mod images;
mod links;
#[cfg(feature = "man")]
mod man;
mod mv;
mod named_files;
mod nginx;
mod page_names;
mod printer;
mod publish;
mod record;
mod review;
mod root;
mod serve;
mod session;
mod stale;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::article::ArticleKind;
use crate::parse;
use arguments::{Arguments, Command, Schema};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings.
    Findings,
    /// The command could not run.
    Failed,
    /// A publish was refused, and nothing was written.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Failed => 2,
            Outcome::Refused => 3,
        })
    }
}

/// Runs the command line of the process.
pub fn run() -> ExitCode {
    let result = match Arguments::try_parse() {
        Ok(arguments) => run_command(&arguments.command),
        Err(error) => print_usage(&error),
    };
    let failed = |error: anyhow::Error| {
        printer::error(format_args!("{error:#}"));
        Outcome::Failed
    };
    result.unwrap_or_else(failed).into()
}

fn run_command(command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Build(arguments) => build::build(arguments),
        Command::Check(arguments) => build::check(arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Publish(arguments) => publish::publish(arguments),
        Command::Graph(arguments) => graph::graph(arguments),
        Command::Links(arguments) => links::links(arguments),
        Command::Diff(arguments) => diff::diff(arguments),
        Command::Mv(arguments) => mv::mv(arguments),
        Command::Record(arguments) => record::record(arguments),
        Command::Retire(arguments) => record::retire(arguments),
        Command::Stale(arguments) => stale::stale(arguments),
        Command::Review(arguments) => review::review(arguments),
        Command::Init(arguments) => create::init(arguments),
        Command::New(arguments) => create::new(arguments),
        Command::Components(arguments) => components::components(arguments),
        Command::Schema { schema } => print_schema(*schema),
        #[cfg(feature = "man")]
        Command::Man { folder } => man::man(folder),
        Command::Completions { shell } => print_completions(*shell),
    }
}

/// What is wrong with the arguments; `--help` and `--version` come as errors too, that print to standard output.
fn print_usage(error: &clap::Error) -> anyhow::Result<Outcome> {
    printer::printed(error.print())?;
    Ok(if error.use_stderr() { Outcome::Failed } else { Outcome::Clean })
}

fn print_completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    let mut completions = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "silcrow", &mut completions);
    printer::plain(&String::from_utf8(completions)?)?;
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
