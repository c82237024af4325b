//! silcrow turns a folder of Markdown articles into a help center, and finds everything that is wrong on the way.
//!
//! The program is a thin edge around this library. A newcomer needs [`compile`], which turns [`source::Sources`] into a site,
//! into findings ([`diagnostic`]) and into pages ([`output`]); and [`edit`], which plans changes of the sources. The other
//! modules are open to the program's tests alone, and change without notice. `ARCHITECTURE.md` has the map.
//!
//! A site needs no disk. This one is opened from memory, checked, and one of its pages is rendered:
//!
//! ```
//! use std::sync::Arc;
//!
//! use silcrow::Options;
//! use silcrow::compile::Session;
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
//! let session = Session::new(sources, Options::on(jiff::civil::date(2026, 11, 23)));
//! let findings = session.findings();
//! assert_eq!(findings[0].rule.name, "missing-page");
//! assert_eq!(findings[0].span.file.as_str(), "content/keys.md");
//! assert_eq!(findings[0].suggestion(), Some("index.md"));
//!
//! let renderer = session.compiled.renderer();
//! let page = renderer.render(renderer.pages()[1]).expect("the theme's templates have no errors");
//! assert_eq!(page.path.as_str(), "keys/index.html");
//! let OutputBody::Bytes(html) = page.body else { panic!("a page is rendered, not copied") };
//! assert!(String::from_utf8_lossy(&html).contains("<h1"));
//! ```

pub mod compile;
pub mod diagnostic;
pub mod edit;
pub mod output;
pub mod path;
pub mod source;
pub mod theme;

#[doc(inline)]
pub use config::Options;
#[doc(inline)]
pub use render::{Renderer, View};

#[doc(hidden)]
pub mod article;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod colour;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod external;
#[doc(hidden)]
pub mod fields;
#[doc(hidden)]
pub mod host;
#[doc(hidden)]
pub mod html;
#[doc(hidden)]
pub mod io;
#[doc(hidden)]
pub mod json;
pub mod media_type;
#[doc(hidden)]
pub mod parse;
#[doc(hidden)]
pub mod picture;
#[doc(hidden)]
pub mod publish;
#[doc(hidden)]
pub mod record;
#[doc(hidden)]
pub mod redirect;
#[doc(hidden)]
pub mod render;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod site;
#[doc(hidden)]
pub mod suggest;
#[doc(hidden)]
pub mod terms;
#[doc(hidden)]
pub mod url;
#[doc(hidden)]
pub mod wording;
#[doc(hidden)]
pub mod yaml;
