//! What an answer means for a link. Knows no site and no other link.

use super::ExternalLink;
use crate::diagnostic::{
    Diagnostic, EXTERNAL_ANCHOR_MISSING, EXTERNAL_BLOCKED_ADDRESS, EXTERNAL_DEAD, EXTERNAL_MOVED,
    EXTERNAL_TLS, EXTERNAL_UNSURE, Rule,
};
use crate::external::{Answer, FragmentState, PageIds, Trouble, named_place};
use crate::site::links::written_url;
use crate::suggest;
use crate::url::WebUrl;

/// What is wrong with a link to `url`.
pub(super) fn findings(link: &ExternalLink<'_>, url: &WebUrl, answer: &Answer) -> Vec<Diagnostic> {
    let seen = Seen { link, url, answer };
    match &answer.end {
        Err(trouble) => vec![seen.trouble(trouble)],
        Ok(page) => seen.moved().into_iter().chain(seen.anchor(page)).collect(),
    }
}

/// A link and the answer to it.
struct Seen<'s> {
    link: &'s ExternalLink<'s>,
    url: &'s WebUrl,
    answer: &'s Answer,
}

impl Seen<'_> {
    fn finding(&self, rule: &'static Rule, message: String) -> Diagnostic {
        Diagnostic::new(rule, self.link.span.clone(), message)
    }

    /// The link as written; with the URL that redirects lead to, where they do.
    fn subject(&self) -> String {
        let written = self.link.destination;
        match self.answer.hops.last() {
            Some(hop) => format!("`{written}` redirects to `{}`, which", hop.to),
            None => format!("`{written}`"),
        }
    }

    /// The host that was asked last.
    fn host(&self) -> &str {
        self.answer.hops.last().map_or(self.url, |hop| &hop.to).host()
    }

    fn trouble(&self, trouble: &Trouble) -> Diagnostic {
        let subject = self.subject();
        let (rule, message, help) = match trouble {
            Trouble::Status(status @ (404 | 410)) => (
                &EXTERNAL_DEAD,
                format!("{subject} answers {status}"),
                "link to the page's new address, or remove the link".to_owned(),
            ),
            Trouble::NoSuchHost => (
                &EXTERNAL_DEAD,
                format!("{subject} is on a host that does not exist"),
                format!("correct `{}`, or remove the link", self.host()),
            ),
            Trouble::Private(address) => (
                &EXTERNAL_BLOCKED_ADDRESS,
                format!("{subject} leads to the private address `{address}`"),
                format!(
                    "write a public address, or allow this one in `site.yaml`: `external: {{allow: [\"{}\"]}}`",
                    self.host().trim_matches(['[', ']'])
                ),
            ),
            Trouble::Tls(reason) => (
                &EXTERNAL_TLS,
                format!("{subject} cannot be asked over a trusted connection: {reason}"),
                "tell the site's owners, or link to another".to_owned(),
            ),
            Trouble::Status(401 | 403) => {
                let reason = format!("{trouble}, to programs at least");
                return self.unsure(format!("{subject} could not be checked: {reason}"));
            }
            _ => return self.unsure(format!("{subject} could not be checked: {trouble}")),
        };
        self.finding(rule, message).help(help)
    }

    fn unsure(&self, message: String) -> Diagnostic {
        self.finding(&EXTERNAL_UNSURE, message).help(format!(
            "open it in a browser; `external: {{skip: [\"https://{}/**\"]}}` in `site.yaml` leaves the host out",
            self.url.host()
        ))
    }

    fn moved(&self) -> Option<Diagnostic> {
        let new = self.answer.moved_to()?.clone().or_fragment(self.url.fragment()).to_string();
        let message = format!("`{}` has moved for good", self.link.destination);
        let right = written_url(&new, self.link.kind);
        Some(self.finding(&EXTERNAL_MOVED, message).write(Some(right)))
    }

    fn anchor(&self, page: &PageIds) -> Option<Diagnostic> {
        let fragment = named_place(self.url)?;
        let page_url = self.url.without_fragment();
        match self.answer.place(fragment)? {
            FragmentState::Found => None,
            FragmentState::Unknown(reason) => Some(self.unsure(format!(
                "whether `{page_url}` has `#{fragment}` could not be checked: {reason}"
            ))),
            FragmentState::Missing => {
                let message = format!("`{page_url}` has no id `{fragment}`");
                let finding = self.finding(&EXTERNAL_ANCHOR_MISSING, message);
                let near = nearest_id(page, fragment).map(|id| {
                    written_url(&page_url.or_fragment(Some(&id)).to_string(), self.link.kind)
                });
                Some(finding.did_you_mean(near, "correct the fragment, or remove it"))
            }
        }
    }
}

/// The id that was meant: the same but for case, or near.
fn nearest_id(page: &PageIds, fragment: &str) -> Option<String> {
    let PageIds::Html { ids, .. } = page else { return None };
    let mut usable = ids.iter().map(String::as_str);
    let same = usable.clone().find(|id| id.eq_ignore_ascii_case(fragment)).map(str::to_owned);
    same.or_else(|| suggest::nearest(fragment, &mut usable))
}
