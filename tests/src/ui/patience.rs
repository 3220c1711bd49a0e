//! How long a test waits for a screen.

/// 60 s for something to be seen: a machine that compiles beside needs 10.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
