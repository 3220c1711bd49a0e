//! The versions of the protocol.

use serde::{Deserialize, Serialize};

/// The protocol version this build speaks. Each version only added to the one before it, so a server answers all of them
/// alike, and a device falls back to the version of an older server ([`Accepts`]).
/// - 1 (0.1, 2026-11): the first release: enrol, push, pull, media, report.
/// - 2 (0.1, 2026-11): `repair`; `ask` and `told` of a pull; `accepts` of an error; `bundle` and its keys.
pub const PROTO: u16 = 2;
/// The oldest version this build accepts and can fall back to: every one ever released.
pub const PROTO_OLDEST: u16 = 1;

/// The versions of the protocol that a server speaks, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepts {
    pub oldest: u16,
    pub newest: u16,
}

impl Accepts {
    /// What this build speaks.
    pub const OWN: Self = Self { oldest: PROTO_OLDEST, newest: PROTO };

    /// The version to go on with after a server that answered so refused `spoken`: the newest one that both know, and
    /// another than `spoken`. A server that names none is of version 1, which was the first.
    pub fn fall_back(told: Option<Self>, spoken: u16) -> Option<u16> {
        let theirs = told.unwrap_or(Self { oldest: 1, newest: 1 });
        let common = theirs.newest.min(PROTO);
        (common >= theirs.oldest.max(PROTO_OLDEST) && common != spoken).then_some(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_falls_back_to_the_newest_version_both_speak_or_to_none() {
        let server = |oldest, newest| Some(Accepts { oldest, newest });
        assert_eq!(Accepts::fall_back(server(1, 1), PROTO), Some(1));
        assert_eq!(Accepts::fall_back(None, PROTO), Some(1), "a server of version 1 names none");
        assert_eq!(Accepts::fall_back(server(PROTO + 1, PROTO + 9), PROTO), None, "too old itself");
        assert_eq!(Accepts::fall_back(server(1, PROTO + 9), PROTO), None, "what was refused is not tried again");
        assert_eq!(Accepts::fall_back(server(1, PROTO), 1), Some(PROTO));
    }
}
