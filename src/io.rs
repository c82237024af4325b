//! The edges: all that touches the world outside the program. They know the words of floor 0 and never a phase.

pub mod disk;
pub mod watch;
