//! silcrow turns a folder of Markdown articles into a help center, and finds everything that is wrong on the way.
//!
//! Sources are read once ([`io`]), each text is parsed on its own ([`parse`]), the site is put together ([`site`]),
//! rules look at it ([`check`]), pages are rendered ([`render`]), and the verbs ([`cli`]) print what was found
//! ([`report`]) and write what was made. [`compile`] joins the phases and is the place to start reading.
//! `ARCHITECTURE.md` has the map.
//!
//! A site needs no disk. This one is opened from memory, checked, and one of its pages is rendered:
//!
//! ```
//! use std::sync::Arc;
//!
//! use silcrow::compile::{self, Memo};
//! use silcrow::config::Options;
//! use silcrow::output::OutputBody;
//! use silcrow::path::SourcePath;
//! use silcrow::source::{Content, File, Sources};
//!
//! let mut sources = Sources::default();
//! let mut write = |path, text| {
//!     sources.insert(SourcePath::new(path), File::new(Content::Text(Arc::from(text))));
//! };
//! write("content/index.md", "---\ntitle: Help center\n---\n");
//! write(
//!     "content/keys.md",
//!     "---\ntitle: Keys\ndescription: What they are\nupdated: 2026-01-01\n---\n[Help](indx.md)\n",
//! );
//! silcrow::theme::add_to(&mut sources);
//!
//! let options = Options::on(jiff::civil::date(2026, 11, 23));
//! let compiled = compile::site(&sources, &options, &mut Memo::default());
//! let renderer = compiled.renderer();
//!
//! let findings = compiled.settle(compiled.findings(&sources, &renderer), false);
//! assert_eq!(findings[0].rule.name, "missing-page");
//! assert_eq!(findings[0].span.file.as_str(), "content/keys.md");
//! assert_eq!(findings[0].suggestion(), Some("index.md"));
//!
//! let page = renderer.render(renderer.pages()[1]).expect("the theme's templates have no errors");
//! assert_eq!(page.path.as_str(), "keys/index.html");
//! let OutputBody::Bytes(html) = page.body else { panic!("a page is rendered, not copied") };
//! assert!(String::from_utf8_lossy(&html).contains("<h1"));
//! ```

pub mod article;
pub mod colour;
pub mod config;
pub mod diagnostic;
pub mod external;
pub mod fields;
pub mod host;
pub mod html;
pub mod media_type;
pub mod output;
pub mod path;
pub mod picture;
pub mod publish;
pub mod record;
pub mod redirect;
pub mod source;
pub mod suggest;
pub mod terms;
pub mod theme;
pub mod url;
pub mod wording;
pub mod yaml;

pub mod check;
pub mod cli;
pub mod compile;
pub mod edit;
pub mod io;
pub mod parse;
pub mod render;
pub mod report;
pub mod site;
