//! `init` and `new`: files to start from. Nothing is ever overwritten.

use std::fmt::Write;

use anyhow::bail;

use super::arguments::{InitArguments, NewArguments};
use super::session::today;
use super::{Outcome, printer};
use crate::io::disk::{self, ChangedText, Changes};

/// The starter site: path, and text in which `{today}` stands for the date.
const STARTER: [(&str, &str); 5] = [
    ("site.yaml", include_str!("starter/site.yaml")),
    ("content/index.md", include_str!("starter/index.md")),
    ("content/getting-started/index.md", include_str!("starter/section.md")),
    ("content/getting-started/first-article.md", include_str!("starter/first-article.md")),
    ("content/getting-started/second-article.md", include_str!("starter/second-article.md")),
];

pub(super) fn init(arguments: &InitArguments) -> anyhow::Result<Outcome> {
    let today = today(arguments.today).to_string();
    let folder = &arguments.folder;
    disk::make_folder(folder, folder)?;
    disk::recover(folder, printer::waiting)?;
    if let Some(taken) = STARTER
        .iter()
        .map(|(path, _)| folder.join(path))
        .find(|path| path.symlink_metadata().is_ok())
    {
        bail!("`{}` exists already; name a folder that holds no site", taken.display());
    }
    let created =
        STARTER.map(|(path, text)| ChangedText::created(path, text.replace("{today}", &today)));
    disk::change(folder, &Changes::new(Vec::new(), created.into()), printer::waiting)?;
    printer::say(format_args!(
        "made a site in `{}`; build it with `silcrow build --root {}`",
        folder.display(),
        folder.display()
    ));
    Ok(Outcome::Clean)
}

pub(super) fn new(arguments: &NewArguments) -> anyhow::Result<Outcome> {
    let path = arguments.path.trim_matches('/');
    let path = path.strip_suffix(".md").unwrap_or(path);
    let wrong = path.is_empty()
        || path.contains(['\\', '\0'])
        || path
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with('~'));
    if wrong || path.rsplit('/').next() == Some("index") {
        bail!(
            "`{}` does not name an article; write its section and its name in URLs, like `byok/setup-mistral`",
            arguments.path
        );
    }
    if !arguments
        .root
        .join("content")
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir() || metadata.is_symlink())
    {
        bail!(disk::DiskError::NoContent(arguments.root.clone()));
    }
    let title = arguments.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        bail!("the title is empty");
    }
    // Messages name the file as the writer would.
    let root = arguments.root.strip_prefix(".").unwrap_or(&arguments.root);
    let path = format!("content/{path}.md");
    let file = root.join(&path);
    let today = today(arguments.today);
    let mut text = String::from("---\n");
    let quoted = serde_json::to_string(&title)?;
    // JSON's quoted text is YAML's too.
    write!(
        text,
        "title: {quoted}\ndescription: One sentence on what this article is for.\nupdated: {today}\ndraft: true\n---\n\nWhat the reader wants to do, and what they need for it.\n"
    )?;
    let created = Changes::new(Vec::new(), vec![ChangedText::created(&path, text)]);
    disk::change(&arguments.root, &created, printer::waiting)?;
    printer::say(format_args!(
        "made `{}`, a draft; see it with `silcrow build --drafts`",
        file.display()
    ));
    Ok(Outcome::Clean)
}
