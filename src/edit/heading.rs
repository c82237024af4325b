//! A heading under another name: its own line, the links that lead to it, and the entry of `anchors` by which its old id goes
//! on leading there. Reads no text anew: who asks does, and says which id the new name has.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::front_matter::{YamlText, replace};
use super::plan::{Plan, Refusal, refuse};
use super::rename;
use crate::article::{Heading, LinkKind};
use crate::compile::Session;
use crate::diagnostic::Edit;
use crate::path::{SourcePath, encode_path};
use crate::site::links::{Document, Holder, Reference, Target, written};
use crate::site::routes::Place;
use crate::site::{PageId, Site};
use crate::source::Sources;

/// The new name of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name<'a> {
    /// A text; the id follows from it, unless one is written.
    Text(&'a str),
    /// An id of its own; the text stays.
    Id(&'a str),
}

/// Plans another text or id for a heading.
///
/// # Errors
///
/// When there is no such heading, the new name is none, or other headings would change.
pub fn plan(session: &mut Session, page: PageId, id: &str, new: &str) -> Result<Plan, Refusal> {
    let (site, before) = (Arc::clone(session.site()), session.sources.clone());
    let article = &site.page(page).article;
    let (path, headings) = (&article.path, &article.body.headings);
    let Some(index) = headings.iter().position(|heading| *heading.id == *id) else {
        let near = crate::suggest::nearest(id, headings.iter().map(|heading| heading.id.as_ref()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        refuse!("`{path}` has no heading with the id `{id}`{hint}");
    };
    let name = match new.trim().strip_prefix('#') {
        Some(id)
            if !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || "{}#".contains(c)) =>
        {
            Name::Id(id)
        }
        Some(_) => refuse!(
            "`{new}` is not an id; write `#` and a word without spaces, or the heading's new text"
        ),
        None if new.trim().is_empty() || new.contains(['\n', '\r']) => {
            refuse!("the heading's new text is empty, or has more than one line")
        }
        None => Name::Text(new.trim()),
    };
    let text = before.text(path).filter(|_| before.is_exact(path));
    let renamed = text.and_then(|text| renamed(path, text, headings[index].span, name));
    let Some(own) = renamed else {
        refuse!(
            "`{path}` writes this heading in a way that is not known here; rename it by hand, and add `{id}` to `anchors`"
        );
    };
    // Which id the new name has, only reading it tells.
    let alone = Plan::new(String::new(), vec![own.clone()], None);
    let read = session.compile(&alone.apply(&before)?).site;
    let after = &read.page(page).article.body.headings;
    let others = |(at, (old, new)): (usize, (&Heading, &Heading))| at == index || old.id == new.id;
    if after.len() != headings.len() || !headings.iter().zip(after.iter()).enumerate().all(others) {
        refuse!(
            "with that name, other headings of `{path}` would get other ids; write ids of their own to those that are alike first, like `silcrow mv {}#{id} '#{id}'`",
            rename::name(path)
        );
    }
    let new_id = &after[index].id;
    let anchors = &article.front_matter.anchors;
    if let Some(anchor) = anchors.iter().find(|it| *it.old == **new_id && *it.new != *id) {
        let to = &anchor.new;
        refuse!(
            "`#{new_id}` leads to `#{to}` in `{path}`, by its `anchors`; take it out there first, or choose another name"
        );
    }
    let mut all = vec![own];
    if **new_id != *id {
        let renaming = Renaming { site: &site, page, old: id, new: new_id };
        all.extend(renaming.edits(&before));
    }
    let what = format!("renamed the heading `{id}` of `{path}`, which has the id `{new_id}` now");
    Ok(Plan::new(what, all, None))
}

/// Writes a heading's new name into its line. Nothing when the heading is written in a way that is not known here.
fn renamed(
    path: &SourcePath,
    text: &str,
    (start, end): (u32, u32),
    name: Name<'_>,
) -> Option<Edit> {
    let range = start as usize..end as usize;
    let written = text.get(range.clone())?;
    let title = title(written)?;
    let (words, attributes) = split(&written[title.clone()]);
    let start = range.start + title.start;
    Some(match name {
        Name::Text(new) => Edit::new(path, start..start + words.len(), new),
        Name::Id(id) => {
            let others = attributes.trim_matches(['{', '}']).split_whitespace();
            let others = others.filter(|token| !token.starts_with('#'));
            let tokens: Vec<String> =
                std::iter::once(format!("#{id}")).chain(others.map(str::to_owned)).collect();
            let new = format!(" {{{}}}", tokens.join(" "));
            Edit::new(path, start + words.len()..range.start + title.end, new)
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

/// Another id for a heading.
struct Renaming<'a> {
    site: &'a Site,
    page: PageId,
    old: &'a str,
    new: &'a str,
}

impl Renaming<'_> {
    /// The edits by which all that led to the old id leads to the new one, and the old one stays a target.
    fn edits(&self, sources: &Sources) -> Vec<Edit> {
        let mut edits = Vec::new();
        for document in self.site.documents() {
            let text = sources.text(document.path).filter(|_| !sources.is_embedded(document.path));
            let Some(text) = text else { continue };
            // A reference definition is written once, however often it is used.
            let mut edited = BTreeSet::new();
            let leading = document.references.iter().filter(|one| self.is_target(one, &document));
            let found = leading.filter_map(|one| self.of_reference(&document, one, text));
            edits.extend(found.filter(|edit| edited.insert(edit.span.end)));
        }
        let article = &self.site.page(self.page).article;
        let has_entry = article.front_matter.anchors.iter().any(|it| *it.old == *self.new);
        let yaml = YamlText::of_article(&article.path, &article.source.text);
        let added = yaml.filter(|_| !has_entry);
        edits.extend(added.map(|yaml| yaml.add_entry("anchors", self.old, self.new)));
        edits
    }

    fn is_target(&self, reference: &Reference, document: &Document<'_>) -> bool {
        match reference.target {
            Target::Place(Place::Page(page)) => page == self.page,
            Target::SamePage => matches!(document.holder, Holder::Page(own) if own == self.page),
            _ => false,
        }
    }

    fn of_reference(
        &self,
        document: &Document<'_>,
        reference: &Reference,
        text: &str,
    ) -> Option<Edit> {
        let (link, at) = (&reference.link, document.span(reference.link.span));
        let destination = document.destination(reference);
        match link.kind {
            LinkKind::NewAnchor => {
                return (destination == self.old).then(|| replace(&at, text, self.new));
            }
            // The old id is to lead to the new one, and no longer the other way.
            LinkKind::OldAnchor => {
                return (destination == self.new).then(|| replace(&at, text, self.old));
            }
            _ => {}
        }
        let (path, fragment) = destination.split_once('#')?;
        let (id, tail) = match fragment.find(":~:") {
            Some(at) => fragment.split_at(at),
            None => (fragment.trim_end(), ""),
        };
        if id != self.old && percent_decode_str(id).decode_utf8_lossy() != self.old {
            return None;
        }
        let range = at.range();
        let fragment = written("", &format!("#{}{tail}", encode_path(self.new)), link.kind);
        let typed = text.get(range.clone())?;
        Some(match typed.rfind('#') {
            // What stands before the fragment stays as it is typed.
            Some(at) if typed[..at].find('#').is_none() => {
                Edit::new(document.path, range.start + at..range.end, fragment)
            }
            _ => {
                let path = written(path.trim_start(), "", link.kind);
                Edit::new(document.path, range, path + &fragment)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, SourcePath, renamed};

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
                let edit = renamed(&file, written, (0, written.len() as u32), name);
                crate::edit::apply(written, vec![&edit.expect(written)])
            };
            assert_eq!(renamed(Name::Text("New")), text);
            assert_eq!(renamed(Name::Id("i")), id);
        }
        let at = renamed(&file, "##", (0, 2), Name::Text("x")).map(|edit| edit.span.range());
        assert_eq!(at, Some(2..2));
    }
}
