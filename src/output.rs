//! What is emitted: a path of the output and what goes there.

use std::borrow::Cow;

use crate::path::{OutputPath, SourcePath};

/// One file of the output.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Where it goes.
    pub path: OutputPath,
    /// What it holds.
    pub body: OutputBody,
}

/// What a file of the output holds.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputBody {
    /// These bytes.
    Bytes(Cow<'static, [u8]>),
    /// A copy of a source file.
    Copy {
        /// The source.
        source: SourcePath,
        /// Its path below the root as the file system spells it.
        spelling: Box<str>,
        /// The BLAKE3 hash of what it held when it was read.
        hash: [u8; 32],
    },
}

impl Output {
    /// A file with these bytes.
    pub fn bytes(path: OutputPath, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { path, body: OutputBody::Bytes(bytes.into()) }
    }
}
