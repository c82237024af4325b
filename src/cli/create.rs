//! `init` and `new`: files to start from. Nothing is ever overwritten.

use std::path::Path;

use anyhow::bail;
use jiff::civil::Date;

use super::arguments::SiteFolder;
use super::session::today;
use super::{Outcome, printer};
use crate::edit::front_matter::quoted;
use crate::io::disk::{self, ChangedText, Changes};

/// The starter site: path, and text in which `{today}` stands for the date.
const STARTER: [(&str, &str); 5] = [
    ("site.yaml", include_str!("starter/site.yaml")),
    ("content/index.md", include_str!("starter/index.md")),
    ("content/getting-started/index.md", include_str!("starter/section.md")),
    ("content/getting-started/first-article.md", include_str!("starter/first-article.md")),
    ("content/getting-started/second-article.md", include_str!("starter/second-article.md")),
];

pub(super) fn init(folder: &Path, named: Option<Date>) -> anyhow::Result<Outcome> {
    let today = today(named).to_string();
    disk::make_folder(folder, folder)?;
    disk::recover(folder, printer::waiting)?;
    let mut paths = STARTER.iter().map(|(path, _)| folder.join(path));
    if let Some(taken) = paths.find(|path| path.symlink_metadata().is_ok()) {
        bail!("`{}` exists already; name a folder that holds no site", taken.display());
    }
    let created =
        STARTER.map(|(path, text)| ChangedText::new(path, None, &text.replace("{today}", &today)));
    disk::change(folder, &Changes::new(Vec::new(), created.into()), printer::waiting)?;
    let folder = folder.display();
    printer::say(format_args!(
        "made a site in `{folder}`; build it with `silcrow build --root {folder}`"
    ));
    Ok(Outcome::Clean)
}

pub(super) fn new(site: &SiteFolder, name: &str, title: &str) -> anyhow::Result<Outcome> {
    let root = &site.root;
    let path = name.trim_matches('/');
    let path = path.strip_suffix(".md").unwrap_or(path);
    let is_name = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('~');
    if !path.split('/').all(is_name)
        || path.contains(['\\', '\0'])
        || path.rsplit('/').next() == Some("index")
    {
        bail!(
            "`{name}` does not name an article; write its section and its name in URLs, like `byok/setup-mistral`"
        );
    }
    let content = root.join("content").symlink_metadata();
    if !content.is_ok_and(|content| content.is_dir() || content.is_symlink()) {
        bail!(disk::DiskError::NoContent(root.clone()));
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        bail!("the title is empty");
    }
    let path = format!("content/{path}.md");
    let (title, today) = (quoted(&title), today(site.today));
    let text = format!(
        "---\ntitle: {title}\ndescription: One sentence on what this article is for.\nupdated: {today}\ndraft: true\n---\n\nWhat the reader wants to do, and what they need for it.\n"
    );
    let created = Changes::new(Vec::new(), vec![ChangedText::new(&path, None, &text)]);
    disk::change(root, &created, printer::waiting)?;
    // Messages name the file as the writer would.
    let file = root.strip_prefix(".").unwrap_or(root).join(&path);
    printer::say(format_args!(
        "made `{}`, a draft; see it with `silcrow build --drafts`",
        file.display()
    ));
    Ok(Outcome::Clean)
}
