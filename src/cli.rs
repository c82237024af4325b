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
mod named;
mod nginx;
mod only;
mod printer;
mod publish;
mod record;
mod review;
mod root;
mod serve;
mod stale;

use std::process::ExitCode;

use anstream::{eprintln, println};
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
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` come as errors that print to standard output. A closed pipe is no failure.
            let _ = error.print();
            return if error.use_stderr() { Outcome::Failed } else { Outcome::Clean }.into();
        }
    };
    let result = match &arguments.command {
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
        Command::Schema { schema } => {
            print_schema(*schema);
            Ok(Outcome::Clean)
        }
        #[cfg(feature = "man")]
        Command::Man { folder } => man::man(folder),
        Command::Completions { shell } => {
            clap_complete::generate(
                *shell,
                &mut Arguments::command(),
                "silcrow",
                &mut std::io::stdout(),
            );
            Ok(Outcome::Clean)
        }
    };
    result
        .unwrap_or_else(|error| {
            eprintln!("{}: {error:#}", printer::error_word());
            Outcome::Failed
        })
        .into()
}

fn print_schema(schema: Schema) {
    let schema = match schema {
        Schema::FrontMatter => parse::front_matter_schema(ArticleKind::Article),
        Schema::SectionFrontMatter => parse::front_matter_schema(ArticleKind::Section),
        Schema::Config => parse::configuration_schema(),
        Schema::Templates => crate::render::context::schema(),
    };
    println!("{}", serde_json::to_string_pretty(&schema).expect("a schema is JSON"));
}
