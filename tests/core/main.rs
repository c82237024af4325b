//! The library, on sites in memory: findings, what must hold for every input, the plan of a publish, the search index,
//! settings, and the shape of large sites. Knows no files and no program. Run a test by its file and name: `cargo test --test core
//! search::NAME`.

#[path = "../fixture/mod.rs"]
mod fixture;

mod external;
mod findings;
mod properties;
mod publish_model;
mod publish_plan;
mod reports;
mod search;
mod settings;
mod structure;
