//! What an answer means for a link. Knows no site and no other link.

use super::ExternalLink;
use crate::diagnostic::{
    Diagnostic, EXTERNAL_ANCHOR_MISSING, EXTERNAL_BLOCKED_ADDRESS, EXTERNAL_DEAD, EXTERNAL_MOVED,
    EXTERNAL_TLS, EXTERNAL_UNSURE, Rule,
};
use crate::external::{Answer, Doubt, End, FragmentState, PageIds, Trouble, named_place};
use crate::site::links::written_url;
use crate::suggest;
use crate::url::WebUrl;

/// What is wrong with a link to `url`.
pub(super) fn findings(link: &ExternalLink<'_>, url: &WebUrl, answer: &Answer) -> Vec<Diagnostic> {
    let seen = Seen { link, url, answer };
    match &answer.end {
        End::Trouble(trouble) => vec![seen.trouble(trouble)],
        End::Page(page) => seen.moved().into_iter().chain(seen.anchor(page)).collect(),
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
        match trouble {
            Trouble::Status(status @ (404 | 410)) => self
                .finding(&EXTERNAL_DEAD, format!("{subject} answers {status}"))
                .help("link to the page's new address, or remove the link"),
            Trouble::NoSuchHost => self
                .finding(&EXTERNAL_DEAD, format!("{subject} is on a host that does not exist"))
                .help(format!("correct `{}`, or remove the link", self.host())),
            Trouble::Private(address) => self
                .finding(
                    &EXTERNAL_BLOCKED_ADDRESS,
                    format!("{subject} leads to the private address `{address}`"),
                )
                .help(format!(
                    "write a public address, or allow this one in `site.yaml`: `external: {{allow: [\"{}\"]}}`",
                    self.host().trim_matches(['[', ']'])
                )),
            Trouble::Tls(reason) => self
                .finding(
                    &EXTERNAL_TLS,
                    format!("{subject} cannot be asked over a trusted connection: {reason}"),
                )
                .help("tell the site's owners, or link to another"),
            Trouble::Status(status @ (401 | 403)) => {
                self.unsure(&format!("the server answers {status}, to programs at least"))
            }
            Trouble::Status(status) => self.unsure(&format!("the server answers {status}")),
            Trouble::Doubt(doubt) => self.unsure(&reason(doubt)),
        }
    }

    fn unsure(&self, reason: &str) -> Diagnostic {
        let redirected = match self.answer.hops.last() {
            Some(hop) => format!(", which redirects to `{}`,", hop.to),
            None => String::new(),
        };
        let written = self.link.destination;
        let message = format!("`{written}`{redirected} could not be checked: {reason}");
        self.finding(&EXTERNAL_UNSURE, message).help(self.unsure_help())
    }

    fn unsure_help(&self) -> String {
        format!(
            "open it in a browser; `external: {{skip: [\"https://{}/**\"]}}` in `site.yaml` leaves the host out",
            self.url.host()
        )
    }

    fn moved(&self) -> Option<Diagnostic> {
        let new = self.answer.moved_to()?.clone().or_fragment(self.url.fragment()).to_string();
        let message = format!("`{}` has moved for good", self.link.destination);
        let right = written_url(&new, self.link.kind);
        Some(self.finding(&EXTERNAL_MOVED, message).write(Some(right)))
    }

    fn anchor(&self, page: &PageIds) -> Option<Diagnostic> {
        let fragment = named_place(self.url)?;
        match self.answer.place(fragment)? {
            FragmentState::Found => None,
            FragmentState::Unknown(reason) => {
                let message = format!(
                    "whether `{}` has `#{fragment}` could not be checked: {reason}",
                    self.url.without_fragment()
                );
                Some(self.finding(&EXTERNAL_UNSURE, message).help(self.unsure_help()))
            }
            FragmentState::Missing => {
                let message = format!("`{}` has no id `{fragment}`", self.url.without_fragment());
                let finding = self.finding(&EXTERNAL_ANCHOR_MISSING, message);
                Some(match nearest_id(page, fragment) {
                    Some(id) => {
                        let right = self.url.without_fragment().or_fragment(Some(&id));
                        let right = written_url(&right.to_string(), self.link.kind);
                        finding.help(format!("did you mean `{right}`?")).suggest(Some(right))
                    }
                    None => finding.help("correct the fragment, or remove it"),
                })
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

fn reason(doubt: &Doubt) -> String {
    match doubt {
        Doubt::NotResolved(reason) => format!("the host could not be looked up: {reason}"),
        Doubt::Timeout => "there was no answer in time".to_owned(),
        Doubt::Refused => "the host refuses connections".to_owned(),
        Doubt::BrokenOff => "the connection broke off".to_owned(),
        Doubt::Unreachable(reason) => format!("no connection could be made: {reason}"),
        Doubt::Garbled(reason) => format!("the answer is not HTTP: {reason}"),
        Doubt::BadRedirect(to) => format!("a redirect leads to `{to}`"),
        Doubt::TooManyRedirects => {
            "redirects lead in a circle, or to ever more redirects".to_owned()
        }
        Doubt::AskedToWait => "the host asks for more patience than a run has".to_owned(),
        Doubt::NotReached => "time was up before it was asked".to_owned(),
    }
}
