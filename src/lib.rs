//! silcrow turns a folder of Markdown articles into a help center, and finds everything that is wrong on the way.
//!
//! Sources are read once ([`io`]), each text is parsed on its own ([`parse`]), the site is put together ([`site`]),
//! rules look at it ([`check`]), pages are rendered ([`render`]), and the verbs ([`cli`]) print what was found
//! ([`report`]) and write what was made. [`compile`] joins the phases and is the place to start reading.
//! `ARCHITECTURE.md` has the map.

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
