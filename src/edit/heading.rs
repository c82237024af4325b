//! A heading under another name: its own line, the links that lead to it, and the entry of `anchors` by which its old id goes
//! on leading there. Which id a new name has, compiling the changed text tells.

use std::ops::Range;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::front_matter::YamlText;
use super::references::{self, New};
use super::{Plan, Refusal, page::name as page_name, refuse};
use crate::article::{Heading, LinkKind};
use crate::compile::Session;
use crate::diagnostic::Edit;
use crate::path::encode_path;
use crate::site::PageId;
use crate::site::links::{Document, Holder, Reference, Target};
use crate::site::routes::Place;
use crate::source::Span;
use crate::suggest;

/// The new name of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name<'a> {
    /// A text; the id follows from it, unless one is written.
    Text(&'a str),
    /// An id of its own; the text stays.
    Id(&'a str),
}

/// Plans another text or id for a heading.
/// Refused when there is no such heading, the new name is none, or other headings would change.
pub fn plan(session: &mut Session, page: PageId, id: &str, new: &str) -> Result<Plan, Refusal> {
    let (site, sources) = (Arc::clone(session.site()), session.sources.clone());
    let article = &site.page(page).article;
    let (path, headings) = (&article.path, &article.body.headings);
    let Some(index) = headings.iter().position(|heading| *heading.id == *id) else {
        let near = suggest::nearest(id, headings.iter().map(|heading| heading.id.as_ref()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        refuse!("`{path}` has no heading with the id `{id}`{hint}");
    };
    let name = name(new)?;
    let text = sources.text(path).filter(|_| sources.is_exact(path));
    let (start, end) = headings[index].span;
    let at = Span { file: path.clone(), start, end };
    let Some(own) = text.and_then(|text| renamed(&at, text, name)) else {
        refuse!(
            "`{path}` writes this heading in a way that is not known here; rename it by hand, and add `{id}` to `anchors`"
        );
    };
    let mut plan = Plan::new(String::new(), vec![own]);
    let read = session.compile(&plan.apply(&sources)).site;
    let after = &read.page(page).article.body.headings;
    let others = |(at, (old, new)): (usize, (&Heading, &Heading))| at == index || old.id == new.id;
    if after.len() != headings.len() || !headings.iter().zip(after.iter()).enumerate().all(others) {
        refuse!(
            "with that name, other headings of `{path}` would get other ids; write ids of their own to those that are alike first, like `silcrow mv {}#{id} '#{id}'`",
            page_name(path)
        );
    }
    let new = &*after[index].id;
    let anchors = &article.front_matter.anchors;
    if let Some(anchor) = anchors.iter().find(|it| *it.name == *new && *it.value != *id) {
        let to = &anchor.value;
        refuse!(
            "`#{new}` leads to `#{to}` in `{path}`, by its `anchors`; take it out there first, or choose another name"
        );
    }
    if *new != *id {
        plan.edits.edits.extend(references::edits(&site, &sources, &renaming(page, id, new)));
        let has_entry = anchors.iter().any(|it| *it.name == *new);
        let yaml = YamlText::of_article(path, &article.source.text).filter(|_| !has_entry);
        let entry = [(id.to_owned(), new.to_owned())];
        plan.edits.edits.extend(yaml.map(|yaml| yaml.add_entries("anchors", &entry)));
    }
    plan.edits.title =
        format!("renamed the heading `{id}` of `{path}`, which has the id `{new}` now");
    Ok(plan)
}

/// The name that is written on the command line: a text, or `#` and an id.
fn name(new: &str) -> Result<Name<'_>, Refusal> {
    let is_in_id = |c: char| !c.is_whitespace() && !"{}#".contains(c);
    match new.trim().strip_prefix('#') {
        Some(id) if !id.is_empty() && id.chars().all(is_in_id) => Ok(Name::Id(id)),
        Some(_) => refuse!(
            "`{new}` is not an id; write `#` and a word without spaces, or the heading's new text"
        ),
        None if new.trim().is_empty() || new.contains(['\n', '\r']) => {
            refuse!("the heading's new text is empty, or has more than one line")
        }
        None => Ok(Name::Text(new.trim())),
    }
}

/// Writes a heading's new name into its line. Nothing when the heading is written in a way that is not known here.
fn renamed(at: &Span, text: &str, name: Name<'_>) -> Option<Edit> {
    let range = at.range();
    let written = text.get(range.clone())?;
    let title = title(written)?;
    let (words, attributes) = split(&written[title.clone()]);
    let start = range.start + title.start;
    let end = start + words.len();
    Some(match name {
        Name::Text(new) => Edit::new(&at.file, start..end, new),
        Name::Id(id) => {
            let others = attributes.trim_matches(['{', '}']).split_whitespace();
            let others = others.filter(|token| !token.starts_with('#'));
            let others: String = others.map(|token| format!(" {token}")).collect();
            Edit::new(&at.file, end..range.start + title.end, format!(" {{#{id}{others}}}"))
        }
    })
}

/// Where a heading's title stands, with its attributes: without the marks of its level.
fn title(written: &str) -> Option<Range<usize>> {
    let first = written.lines().next()?;
    let marks = first.len() - first.trim_start_matches('#').len();
    if marks > 0 {
        let inside = &first[marks..];
        let start = marks + inside.len() - inside.trim_start().len();
        let end = first.trim_end().len();
        let bare = first[..end].trim_end_matches('#');
        // Closing marks are closing marks only after a space.
        let end = if bare.ends_with([' ', '\t']) { bare.trim_end().len() } else { end };
        return (start <= end).then_some(start..end);
    }
    // Underlined; the title can go over several lines.
    let underline = written.trim_end().rfind('\n')?;
    let line = written[underline..].trim();
    let is_underline = !line.is_empty() && line.trim_matches(line.chars().next()?).is_empty();
    let end = written[..underline].trim_end().len();
    (is_underline && line.starts_with(['=', '-'])).then_some(0..end)
}

/// A title, and the attributes at its end, with the space before them.
fn split(title: &str) -> (&str, &str) {
    let Some(at) = title.rfind('{').filter(|_| title.ends_with('}')) else { return (title, "") };
    let inside = &title[at + 1..title.len() - 1];
    let is_attributes = !inside.trim().is_empty()
        && inside.split_whitespace().all(|token| token.len() > 1 && token.starts_with(['#', '.']));
    let words = title[..at].trim_end();
    if is_attributes && !words.is_empty() { (words, &title[at..]) } else { (title, "") }
}

/// What is new in a reference that leads to the old id of a heading.
fn renaming<'d>(
    page: PageId,
    old: &str,
    new: &str,
) -> impl Fn(&Document<'d>, &'d Reference) -> Option<New<'d>> {
    move |document, reference| {
        let is_target = match reference.target {
            Target::Place(Place::Page(target)) => target == page,
            Target::SamePage => matches!(document.holder, Holder::Page(own) if own == page),
            _ => false,
        };
        let destination = document.destination(reference);
        match reference.link.kind {
            _ if !is_target => return None,
            LinkKind::NewAnchor => return (destination == old).then(|| New::Name(new.to_owned())),
            // The old id is to lead to the new one, and no longer the other way.
            LinkKind::OldAnchor => return (destination == new).then(|| New::Name(old.to_owned())),
            _ => {}
        }
        let (path, fragment) = destination.split_once('#')?;
        let (id, tail) = match fragment.find(":~:") {
            Some(at) => fragment.split_at(at),
            None => (fragment.trim_end(), ""),
        };
        let is_old = id == old || percent_decode_str(id).decode_utf8_lossy() == old;
        is_old.then(|| New::Fragment(path, format!("#{}{tail}", encode_path(new))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Span, renamed};
    use crate::path::SourcePath;

    #[test]
    fn nothing_but_the_name_changes() {
        let file = SourcePath::new("content/a.md");
        for (written, text, id) in [
            ("## Old name", "## New", "## Old name {#i}"),
            ("##   Old ## \n", "##   New ## \n", "##   Old {#i} ## \n"),
            ("# Old {#o .x}", "# New {#o .x}", "# Old {#i .x}"),
            ("Old\nname\n---\n", "New\n---\n", "Old\nname {#i}\n---\n"),
            ("## C#", "## New", "## C# {#i}"),
        ] {
            let renamed = |name| {
                let edit = renamed(&Span::new(&file, 0..written.len()), written, name);
                crate::edit::apply(written, &[&edit.expect(written)])
            };
            assert_eq!(renamed(Name::Text("New")), text);
            assert_eq!(renamed(Name::Id("i")), id);
        }
        let edit = renamed(&Span::new(&file, 0..2), "##", Name::Text("x"));
        assert_eq!(edit.map(|edit| edit.span.range()), Some(2..2));
    }
}
