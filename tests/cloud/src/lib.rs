//! What the tests of publishing to an object store share: the server, the proxy that does harm, and sites.

mod proxy;
mod server;
mod site;

pub use proxy::{Fault, Proxy, Request};
pub use server::Server;
pub use site::{ACCESS, Run, SECRET, Site, tree};
