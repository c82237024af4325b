//! What the reader of the file system met, and folders without a page.

use super::Context;
use crate::diagnostic::{
    Diagnostic, MISSING_SECTION_PAGE, NOT_UTF8, SYMLINK_LOOP, SYMLINK_OUTSIDE, TOO_DEEP,
    UNREADABLE_FILE, UNUSABLE_FILE_NAME, URL_CONFLICT,
};
use crate::source::{MAX_DEPTH, Problem, ProblemKind, Span};

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let problems = context.sources.problems.iter().map(problem);
    problems.chain(missing_section_pages(context)).collect()
}

fn problem(problem: &Problem) -> Diagnostic {
    let path = &problem.path;
    let whole = || Span::file(path);
    match &problem.kind {
        ProblemKind::NotUtf8 { offset, byte } => {
            let span = Span::new(path, *offset..*offset + char::REPLACEMENT_CHARACTER.len_utf8());
            Diagnostic::new(&NOT_UTF8, span, format!("the byte {byte:02X} is not UTF-8")).help("save the file as UTF-8")
        }
        ProblemKind::Unreadable(reason) => {
            Diagnostic::new(&UNREADABLE_FILE, whole(), format!("`{path}` cannot be read: {reason}")).help("give yourself permission to read it, or move it out of the site")
        }
        ProblemKind::SymlinkOutside => {
            Diagnostic::new(&SYMLINK_OUTSIDE, whole(), format!("the symbolic link `{path}` leads out of the site's folder")).help("copy what it leads to into the site")
        }
        ProblemKind::SymlinkBroken => {
            Diagnostic::new(&SYMLINK_OUTSIDE, whole(), format!("the target of the symbolic link `{path}` does not exist")).help("remove it, or copy what it should lead to into the site")
        }
        ProblemKind::SymlinkLoop => {
            Diagnostic::new(&SYMLINK_LOOP, whole(), format!("the symbolic link `{path}` is not followed: it leads to a folder it is in, or stands in a linked folder"))
                .help("remove it")
        }
        ProblemKind::UnusableName(reason) => {
            Diagnostic::new(&UNUSABLE_FILE_NAME, whole(), format!("`{path}` is not a name for every system: {reason}")).help("rename it with letters, digits, `-`, `_` and `.`")
        }
        ProblemKind::TooDeep => {
            Diagnostic::new(&TOO_DEEP, whole(), format!("`{path}` is in more than {MAX_DEPTH} folders")).help("move it up")
        }
        ProblemKind::SameName(other) => {
            Diagnostic::new(&URL_CONFLICT, whole(), format!("`{path}` and `{other}` are one path in different Unicode forms")).help("rename one of the two files")
        }
    }
}

fn missing_section_pages(context: Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let missing = context.site.pages.iter().filter(|page| !page.has_file && page.included);
    missing.map(|page| {
        let path = &page.article.path;
        let title = &page.article.front_matter.title;
        let message = format!(
            "`{}` has no `index.md`; the section is called `{title}` until it has",
            path.folder()
        );
        Diagnostic::new(&MISSING_SECTION_PAGE, Span::file(path), message)
            .help(format!("create `{path}` with a `title`"))
    })
}
