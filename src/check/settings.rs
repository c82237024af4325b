//! Settings that are only wrong beside what else there is: a picture that is not there, a day that has passed.

use super::Context;
use crate::diagnostic::{Diagnostic, MISSING_ASSET, SECURITY_TXT_EXPIRED};
use crate::path::SourcePath;
use crate::site::static_file;
use crate::source::Span;
use crate::suggest;

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let file = SourcePath::new("site.yaml");
    let image = missing_image(context, &file);
    image.into_iter().chain(expired_security_txt(context, &file)).collect()
}

fn missing_image(context: Context<'_>, file: &SourcePath) -> Option<Diagnostic> {
    let site = context.site;
    let image = site.configuration.image.as_ref()?;
    if site.routes.asset(&static_file(&image.value)).is_some() {
        return None;
    }
    let files = site.routes.assets.iter().filter_map(|asset| asset.source.below("static"));
    let suggestion = suggest::nearest(&image.value, files);
    let help = match &suggestion {
        Some(known) => format!("did you mean `{known}`?"),
        None => "put the picture into `static/`, and write its path there".to_owned(),
    };
    let message = format!("there is no `static/{}`", image.value.trim_start_matches('/'));
    let finding = Diagnostic::new(&MISSING_ASSET, Span::new(file, image.at()), message);
    Some(finding.help(help).suggest(suggestion))
}

fn expired_security_txt(context: Context<'_>, file: &SourcePath) -> Option<Diagnostic> {
    let expires = context.site.configuration.security_txt.as_ref()?.expires?;
    if expires.value > context.site.options.today {
        return None;
    }
    let message = format!("`security.txt` expired on {}", expires.value);
    let finding = Diagnostic::new(&SECURITY_TXT_EXPIRED, Span::new(file, expires.at()), message);
    Some(finding.help("check that all of it is still true, and write a day less than a year ahead"))
}
