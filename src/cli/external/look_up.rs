//! Asks for the URLs of other sites, but for those that were there lately, and remembers what was found.
#![expect(clippy::disallowed_methods, reason = "progress is a matter of time")]

use std::path::Path;
use std::time::Instant;

use super::Found;
use crate::check::external::{findings, links, requests};
use crate::cli::arguments::ExternalArguments;
use crate::cli::named_files::NamedFiles;
use crate::cli::printer::Progress;
use crate::external::{Answers, Request};
use crate::io::external::{Cache, Settings, ask};
use crate::parse;
use crate::site::Site;
use crate::wording::plural;

/// The file that remembers, beside `site.yaml`.
const CACHE_FILE: &str = "silcrow-external.txt";

/// Asks for every URL of another site in the named files. Fails when the file of what was found before cannot be read.
pub(in crate::cli) fn look_up(
    how: &ExternalArguments,
    root: &Path,
    site: &Site,
    named: &NamedFiles,
) -> anyhow::Result<Found> {
    let settings = &site.configuration.external;
    let mut links = links(site);
    links.retain(|link| named.contain(&link.span.file) && !link.is_skipped(settings));
    let wanted = requests(&links);
    let polite = Settings { allow: settings.allow.clone(), ..Settings::new(parse::anchors) };
    let today = site.options.today;
    let mut notices = Vec::new();
    if how.no_cache {
        let answers = ask_all(&wanted, &polite);
        return Ok(Found { diagnostics: findings(&links, &answers), notices });
    }
    let path = how.cache.clone().unwrap_or_else(|| root.join(CACHE_FILE));
    let (mut cache, damaged) = Cache::read(root, &path, today)?;
    notices.extend(damaged_lines(&path, &damaged));
    let known = |request: &Request| Some((request.url.clone(), cache.answer(request)?));
    let mut answers: Answers = wanted.iter().filter_map(known).collect();
    let is_unknown = |request: &Request| !answers.contains_key(&request.url);
    let unknown: Vec<Request> = wanted.into_iter().filter(is_unknown).collect();
    let asked = ask_all(&unknown, &polite);
    cache.remember(&unknown, &asked, today);
    // The findings are worth more than the time of the next run.
    notices.extend(cache.write().err().map(|error| error.to_string()));
    answers.extend(asked);
    Ok(Found { diagnostics: findings(&links, &answers), notices })
}

fn ask_all(requests: &[Request], settings: &Settings) -> Answers {
    let progress = Progress::new("checked", "URLs", requests.len(), Instant::now());
    let answers = ask(requests, settings, &|| progress.increment());
    progress.finish();
    answers
}

fn damaged_lines(path: &Path, damaged: &[usize]) -> Option<String> {
    const SHOWN: usize = 5;
    let numbers: Vec<_> = damaged.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if damaged.len() > SHOWN { ", …" } else { "" };
    let (lines, numbers) = (plural(damaged.len(), "damaged line"), numbers.join(", "));
    let text = format!("`{}` has {lines}, left out: {numbers}{more}", path.display());
    (!damaged.is_empty()).then_some(text)
}
