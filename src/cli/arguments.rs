//! The arguments, as a table. The help texts here are the program's manual.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::config::{BaseUrl, ReviewInterval};
use crate::diagnostic::{self, RULES, Rule, Severity};
use crate::suggest;

/// A static documentation-site generator for help centers whose articles must stay correct.
#[derive(Parser)]
#[command(name = "silcrow", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  silcrow init help-center                    create a small site to start from
  silcrow serve --open                        write, and watch the browser
  silcrow build                               build the site here into `public/`
  silcrow build --base-url /                  the same, for the root of a local server
  silcrow build --preview --base-url /pr-12/  a preview that search engines leave out
  silcrow check                               find everything that is wrong, write nothing
  silcrow check --format json | jq .rule      the same, for programs
  silcrow check --root docs --format github   the same, as annotations of GitHub Actions
  silcrow check content/byok/overview.md      findings in one file, for a pre-commit hook
  silcrow check --fix --dry-run               show what can be fixed automatically
  silcrow check --explain missing-anchor      what a rule finds, and how to fix it
  silcrow graph byok/overview                 which pages link to a page, before it is removed
  silcrow mv byok/overview byok/intro         move an article; links are updated, the old address redirects
  silcrow stale --within 30d                  which articles are due for review by then
  silcrow publish /srv/help --dry-run         what would be uploaded
  silcrow publish s3://bucket --rollback      publish the previous release again
  silcrow check --external                    also check links to other sites
  silcrow links --external                    every URL of other sites, one per line
  silcrow new byok/setup-mistral --title \"Get a Mistral API key\"

Exit codes: 0 success, 1 findings (nothing was written), 2 could not run,
3 publish refused (nothing was written).";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Build the site; if there are errors, write nothing and keep the previous output
    Build(BuildArguments),
    /// Serve the site on this machine; every save is shown in the browser at once
    Serve(ServeArguments),
    /// Report everything that is wrong, and write nothing
    Check(CheckArguments),
    /// Publish the site to a folder or bucket; an interrupted publish is never visible, and the next one continues it
    Publish(PublishArguments),
    /// Show how pages link to each other: orphans, dead ends, most linked, or all links of one page
    Graph {
        /// The page whose links are shown: its path in `content`, such as `byok/setup-openai`
        page: Option<String>,
        #[command(flatten)]
        site: SiteFolder,
        /// Include drafts in the site
        #[arg(long)]
        drafts: bool,
        /// The output format
        #[arg(long, default_value = "text")]
        format: TextOrJson,
    },
    /// List the links of the site, for other tools
    Links {
        #[command(flatten)]
        site: SiteFolder,
        /// List only the URLs of other sites, each once
        #[arg(long)]
        external: bool,
        /// The output format. `text` has the columns `FILE:LINE:COLUMN`, destination and target, separated by tabs; with `--external`, only URLs
        #[arg(long, default_value = "text")]
        format: TextOrJson,
    },
    /// Show which pages of a built site are added, changed, removed or redirected, compared with another one or with what is published
    Diff {
        /// The old site: the folder of a built site, or a target of `silcrow publish`, a folder or a bucket as `s3://BUCKET/FOLDER`, whose last release is used
        old: String,
        /// The folder of the new built site
        #[arg(value_name = "NEW_DIR")]
        new: PathBuf,
        /// The output format
        #[arg(long, default_value = "text")]
        format: DiffFormat,
    },
    /// Move an article or a section, or rename a heading; links are updated, and old addresses redirect
    Mv {
        /// What to move: `byok/setup-openai`, a section `byok`, or a heading `byok/setup-openai#create-your-key`
        old: String,
        /// The new path in `content`, or an existing section to move into. For a heading, its new text, or `#id` for another id
        new: String,
        #[command(flatten)]
        site: SiteFolder,
        /// Print what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Record every URL and anchor id of the site in `silcrow.lock`, so that none is lost unnoticed
    Record {
        #[command(flatten)]
        site: SiteFolder,
        /// Only repair the file: merge both sides of a conflict, and sort the lines
        #[arg(long)]
        repair: bool,
    },
    /// Retire a published URL, or an anchor id of a page
    Retire {
        /// Full URLs, or paths below the base URL; with `#id`, only that anchor id
        #[arg(value_name = "URL", required = true)]
        urls: Vec<String>,
        #[command(flatten)]
        site: SiteFolder,
    },
    /// List the articles that are due for review
    Stale {
        #[command(flatten)]
        site: SiteFolder,
        /// Also list those that are due within this time: `30d`, `6 weeks`
        #[arg(long, value_name = "TIME", value_parser = interval)]
        within: Option<ReviewInterval>,
        /// The output format
        #[arg(long, default_value = "text")]
        format: StaleFormat,
    },
    /// Mark articles as reviewed today: sets `reviewed`
    Review {
        /// The articles: their paths in `content`, such as `byok/setup-openai`
        #[arg(value_name = "ARTICLE", required = true)]
        articles: Vec<String>,
        #[command(flatten)]
        site: SiteFolder,
    },
    /// Create a small site to start from
    Init {
        /// The folder; created if it does not exist
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The date to use as today
        #[arg(long, value_name = "DATE", value_parser = date)]
        today: Option<Date>,
    },
    /// Create an article: a draft with every required key and today's date
    New {
        /// The article: its section's folder and its name in URLs
        #[arg(value_name = "SECTION/SLUG")]
        path: String,
        /// The title
        #[arg(long)]
        title: String,
        #[command(flatten)]
        site: SiteFolder,
    },
    /// List the components that templates can use, and their arguments
    Components {
        #[command(flatten)]
        site: SiteFolder,
        /// The output format
        #[arg(long, default_value = "text")]
        format: TextOrJson,
    },
    /// Print a JSON Schema, for editors and other tools
    Schema {
        /// What the schema describes
        schema: Schema,
    },
    /// Write the manual pages, one for each command
    #[cfg(feature = "man")]
    Man {
        /// The folder; created if it does not exist
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Schema {
    /// An article's front matter
    FrontMatter,
    /// A section page's front matter
    SectionFrontMatter,
    /// `site.yaml`
    Config,
    /// The variables that templates can use
    Templates,
}

/// Which site a command reads, and when.
#[derive(Args, Clone)]
pub(super) struct SiteFolder {
    /// The site's folder: the one that holds `content`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) root: PathBuf,
    /// The date to use as today
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) today: Option<Date>,
}

/// What commands that check a site take.
#[derive(Args, Clone)]
pub(super) struct SiteArguments {
    #[command(flatten)]
    pub(super) folder: SiteFolder,
    /// Where the site is published: a URL, or only a path. Overrides `site.yaml`
    #[arg(long, value_name = "URL", value_parser = BaseUrl::parse)]
    pub(super) base_url: Option<BaseUrl>,
    /// Include drafts in the site
    #[arg(long)]
    pub(super) drafts: bool,
    /// Ask search engines not to index the site; canonical URLs stay those of `site.yaml`
    #[arg(long)]
    pub(super) preview: bool,
    /// The lowest severity of findings that fails the command
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(super) fail_on: Severity,
    /// The output format of findings
    #[arg(long, default_value = "human")]
    pub(super) format: Format,
    /// Do not report findings that are listed in this file; see `check --write-baseline`
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Also append a Markdown summary to this file, such as `$GITHUB_STEP_SUMMARY`
    #[arg(long, value_name = "FILE")]
    pub(super) summary: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct BuildArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    /// The output folder. Overrides `site.yaml`; `public` if neither sets it
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Also write redirects and headers for nginx: files to include, in a folder outside the output
    #[arg(long, value_name = "DIR")]
    pub(super) nginx: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct ServeArguments {
    #[command(flatten)]
    pub(super) site: SiteFolder,
    /// The port to listen on; if it is taken, one of the next ports is used. 0 lets the system choose
    #[arg(long, default_value = "4000")]
    pub(super) port: u16,
    /// The address to listen on. Any address but the default lets other machines read the site
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(super) host: IpAddr,
    /// Open the site in the browser
    #[arg(long)]
    pub(super) open: bool,
    /// Include drafts in the site
    #[arg(long)]
    pub(super) drafts: bool,
    /// Check all files for changes at this interval in milliseconds, where the system does not report changes
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub(super) poll: Option<u64>,
    /// A host name to accept besides `localhost` and the server's address. Can be repeated
    #[arg(long = "allowed-host", value_name = "NAME")]
    pub(super) allowed_hosts: Vec<String>,
    /// Where the site is published: a URL, or only a path. Overrides `site.yaml`; its path is served
    #[arg(long, value_name = "URL", value_parser = BaseUrl::parse)]
    pub(super) base_url: Option<BaseUrl>,
    /// The URL that opens a position of a file in an editor
    #[arg(long, value_name = "PATTERN", default_value = "vscode://file/{path}:{line}:{column}")]
    pub(super) editor: String,
}

#[derive(Args)]
pub(super) struct PublishArguments {
    /// The target: a folder, or a bucket as `s3://BUCKET/FOLDER`, `gs://BUCKET/FOLDER` or `az://CONTAINER/FOLDER`
    pub(super) target: String,
    #[command(flatten)]
    pub(super) site: SiteArguments,
    /// Print what would be written and deleted, without doing it
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The maximum number of files to delete; by default ten, or a tenth of all if that is more
    #[arg(long, value_name = "COUNT")]
    pub(super) max_delete: Option<usize>,
    /// Overwrite files of the same names that silcrow did not publish
    #[arg(long)]
    pub(super) adopt: bool,
    /// The base URL under which the site was published at this target before it moved
    #[arg(long, value_name = "URL", value_parser = BaseUrl::parse)]
    pub(super) moved_from: Option<BaseUrl>,
    /// Write the URLs whose content changes to this file, to purge them from a CDN
    #[arg(long, value_name = "FILE")]
    pub(super) purge_list: Option<PathBuf>,
    /// Publish an earlier release again, by default the previous one; the local site is not read
    #[arg(long, value_name = "RELEASE", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["adopt", "max_delete", "moved_from"])]
    pub(super) rollback: Option<String>,
    /// The seconds without activity after which an unfinished publish to a bucket is taken over
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub(super) take_over_after: u64,
    /// List the releases that `--rollback` can publish, newest first, and publish nothing
    #[arg(long, conflicts_with_all = ["rollback", "dry_run"])]
    pub(super) list_releases: bool,
}

#[derive(Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    #[command(flatten)]
    pub(super) external: ExternalArguments,
    /// Report only findings about these files: in them, or caused by them elsewhere; the whole site is still read
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Write every finding to the file of `--baseline`, by default `silcrow-baseline.txt`, so that only new ones are reported
    #[arg(long, conflicts_with_all = ["files", "fix"])]
    pub(super) write_baseline: bool,
    /// Explain what a rule finds, why it is wrong and how to fix it, and check nothing
    #[arg(long, value_name = "RULE", value_parser = rule, exclusive = true)]
    pub(super) explain: Option<&'static Rule>,
    /// List every rule, and check nothing
    #[arg(long, exclusive = true)]
    pub(super) list_rules: bool,
    /// Apply the fixes that are safe, then report the remaining findings
    #[arg(long)]
    pub(super) fix: bool,
    /// With `--fix`: print what would change, and write nothing
    #[arg(long, requires = "fix")]
    pub(super) dry_run: bool,
}

/// How links to other sites are looked up.
#[derive(Args)]
pub(super) struct ExternalArguments {
    /// Also check links to other sites over the network. Apart from buckets, nothing else in silcrow uses the network; proxies of the
    /// environment (`HTTPS_PROXY` and the like) are not used
    #[arg(long)]
    pub(super) external: bool,
    /// The file that stores for 7 days which links to other sites are valid; by default `silcrow-external.txt` beside `site.yaml`
    #[arg(long, value_name = "FILE", requires = "external")]
    pub(super) cache: Option<PathBuf>,
    /// Request every URL, and store nothing
    #[arg(long, requires = "external", conflicts_with = "cache")]
    pub(super) no_cache: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people: each page, and how its text differs
    Text,
    /// For programs: one JSON object
    Json,
    /// For a comment of a pull request
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StaleFormat {
    /// By author and section
    Text,
    /// For programs: one JSON object per line
    Json,
    /// For calendars: iCalendar, RFC 5545
    Ics,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Error, Self::Warning]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = if *self == Self::Error { "Errors only" } else { "Warnings too" };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people: an excerpt, carets, help
    Human,
    /// For programs: one JSON object per line
    Json,
    /// For code scanning: SARIF 2.1.0, with every rule explained
    Sarif,
    /// For GitHub Actions: annotations, errors first
    Github,
    /// For test reports: JUnit XML
    Junit,
    /// For reviewdog: its diagnostic format, with suggestions
    Rdjson,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TextOrJson {
    /// For people
    Text,
    /// For programs
    Json,
}

fn rule(name: &str) -> Result<&'static Rule, String> {
    diagnostic::rule(name).ok_or_else(|| {
        let near = suggest::nearest(name, RULES.iter().map(|rule| rule.name));
        let hint = near.map_or("`--list-rules` lists them all".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        format!("there is no such rule; {hint}")
    })
}

fn interval(text: &str) -> Result<ReviewInterval, String> {
    ReviewInterval::parse(text)
        .ok_or_else(|| "write it like `90d`, `6 weeks`, `3 months` or `1 year`".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write it as year-month-day, like 2026-04-16".to_owned())
}
