//! Verifies a plan before anything is written: the changed site is compiled and compared. Links lead where they led, old
//! addresses and ids are kept, no error is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Plan, Refusal, record::written, references, refuse};
use crate::compile::Session;
use crate::diagnostic::{Diagnostic, Family, Severity};
use crate::path::SourcePath;
use crate::record::{FILE, Published, Record, State};
use crate::redirect::Location;
use crate::site::{Page, Site, history};

impl Plan {
    /// Compares the site before and after the change, and adds the change of the record to the plan. Returns the site after
    /// it, and what the writer should know.
    /// Refused when something is in the way or would be lost, or `check` would find a new error.
    pub fn verify(&mut self, session: &mut Session) -> Result<(Arc<Site>, Vec<String>), Refusal> {
        let site = Arc::clone(session.site());
        let after = self.apply(&session.sources);
        let compiled = session.compile(&after);
        let changed = Arc::clone(&compiled.site);
        self.refuse_obstacles(&site, &changed)?;
        if let Some(path) = references::first_changed_target(&site, &changed, self) {
            // No link leads to a page whose URL is taken: that is what there is to say.
            if changed.conflicts.len() > site.conflicts.len() {
                self.new_findings(session, &compiled.all_findings(&after))?;
            }
            refuse!(
                "a link in `{path}` would lead elsewhere, and nothing was changed; write it as `silcrow check` says, then try again"
            );
        }
        for id in site.included().filter(|id| site.page(*id).has_file) {
            self.keeps_addresses(site.page(id), &changed)?;
        }
        if session.sources.text(&SourcePath::new(FILE)).is_some() && site.record.damage.is_empty() {
            let record = self.record(&site, &changed);
            self.edits.edits.push(written(&session.sources, &record));
        }
        let after = self.apply(&session.sources);
        let findings = session.compile(&after).all_findings(&after);
        Ok((changed, self.new_findings(session, &findings)?))
    }

    /// Refuses a change by which a page gets a URL that is another's alias, or is redirected.
    fn refuse_obstacles(&self, site: &Site, changed: &Site) -> Result<(), Refusal> {
        let is_new = |page: &&Page| site.routes.place(page.url.as_str()).is_none();
        let mut pages: Vec<&Page> = changed.pages.iter().filter(is_new).collect();
        pages.sort_by_key(|page| !page.has_file);
        for page in pages {
            let url = page.url.as_str();
            let alias = site.routes.alias(url).map(|other| &site.page(other).article.path);
            if let Some(path) = alias.filter(|path| self.path(path) != page.article.path) {
                refuse!("`{url}` is an alias of `{path}`; take it out there first");
            }
            if let Some((index, _)) = changed.routes.redirect(&Location::Site(page.url.clone())) {
                let from = changed.configuration.redirects[index].from.as_written();
                refuse!("`site.yaml` redirects `{from}`, which takes `{url}`; remove that first");
            }
        }
        Ok(())
    }

    /// A page's old address leads to it, and each of its ids to a place on it.
    fn keeps_addresses(&self, page: &Page, changed: &Site) -> Result<(), Refusal> {
        let (old_path, path) = (&page.article.path, self.path(&page.article.path));
        let Some(now) = changed.routes.page(path.as_str()) else {
            refuse!("`{path}` would be lost, and nothing was changed")
        };
        let (url, new_url) = (page.url.as_str(), changed.page(now).url.as_str());
        if url != new_url && url.to_lowercase() == new_url.to_lowercase() {
            refuse!(
                "`{url}` and `{new_url}` are one address where case does not count, so that the old one could not lead to the new one; choose another name"
            );
        }
        if url != new_url && changed.routes.alias(url) != Some(now) {
            refuse!(
                "`{url}` could not be kept as an alias, and nothing was changed; write the `aliases` in `{old_path}` as a list"
            );
        }
        if let Some(lost) = page.article.body.ids().find(|id| !changed.ids.has(now, id)) {
            refuse!(
                "`{old_path}` would lose the id `{lost}`, and nothing was changed; write its `anchors` as keys and values"
            );
        }
        Ok(())
    }

    /// The record follows: a page keeps what is known of it under its new URL. A heading's new text is no reason to say that
    /// the article was written anew.
    fn record(&self, site: &Site, changed: &Site) -> Record {
        let before = &site.record.record;
        let mut record = before.clone();
        let mut moves: BTreeMap<String, String> = BTreeMap::new();
        for page in site.included().map(|id| site.page(id)) {
            let new = self.path(&page.article.path);
            let Some(now) = changed.routes.page(new.as_str()) else { continue };
            let now = changed.page(now);
            let (url, new_url) = (page.url.encoded(), now.url.encoded());
            // From before the move: another page may go to where this one was.
            let Some(State::Page(known)) = before.get(&url) else { continue };
            if url == new_url && Arc::ptr_eq(&page.article, &now.article) {
                continue;
            }
            let is_same_text = known.text == history::text_hash(page);
            let text = if is_same_text { history::text_hash(now) } else { known.text };
            record.set_page(&new_url, Published { text, ..known.clone() });
            if url != new_url {
                record.set(&url, State::Redirect(new_url.as_str().into()));
                moves.insert(url, new_url);
            }
        }
        for file in history::files(site) {
            let Some(now) = changed.routes.asset(&self.path(&file.source)) else { continue };
            let known = before.get(&file.url.encoded()).filter(|_| now.url != file.url);
            if let Some(known @ State::Page(_)) = known {
                record.set(&now.url.encoded(), known.clone());
            }
        }
        // Old addresses of old addresses lead on in one step.
        for (url, state, _) in record.clone().entries() {
            if let State::Redirect(to) = state
                && let Some(to) = moves.get(&**to)
            {
                record.set(url, State::Redirect(to.as_str().into()));
            }
        }
        record
    }

    /// What `check` says after the change that it did not say before: warnings. The first new error refuses the change.
    fn new_findings(&self, before: &Session, after: &[Diagnostic]) -> Result<Vec<String>, Refusal> {
        let mut notices = Vec::new();
        let mut known: BTreeMap<(&str, SourcePath), usize> = BTreeMap::new();
        for finding in before.findings() {
            *known.entry((finding.rule.name, self.path(&finding.span.file))).or_default() += 1;
        }
        for Diagnostic { rule, severity, message, span, .. } in after {
            let count = known.entry((rule.name, span.file.clone())).or_default();
            if *count > 0 {
                *count -= 1;
                continue;
            }
            let said =
                format!("`silcrow check` would say of `{}`: {message} ({})", span.file, rule.name);
            match severity {
                // Every address and id is known to be kept; findings of what vanished before may have other words now.
                Severity::Error if rule.family != Family::History => {
                    refuse!("after that, {said}; nothing was changed")
                }
                Severity::Error | Severity::Warning => notices.push(format!("now {said}")),
                Severity::Info | Severity::Off => {}
            }
        }
        Ok(notices)
    }
}
