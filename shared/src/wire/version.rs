//! The versions of the protocol.

use serde::{Deserialize, Serialize};

/// The protocol version of this build. Each version only adds to the one before it, so that a server answers all of
/// them alike, and a device falls back to the version of an older server ([`Accepts`]).
/// - 1 (0.1, 2026-11): the first release: enrol, push, pull, media, report.
/// - 2 (0.1, 2026-11): `repair`; `ask` and `told` of a pull; `accepts` of an error; `bundle` and its keys.
pub const PROTO: u16 = 2;
/// The oldest version that this build accepts and can fall back to: the first release.
pub const PROTO_OLDEST: u16 = 1;

/// The versions of the protocol that a server accepts, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepts {
    pub oldest: u16,
    pub newest: u16,
}

impl Accepts {
    /// The versions that this build accepts.
    pub const OWN: Self = Self { oldest: PROTO_OLDEST, newest: PROTO };

    /// The version to use after a server refused `spoken` with the answer `accepts`: the newest one that both know,
    /// unless that is `spoken`. A server that names no versions is of version 1, the first.
    pub fn fall_back(accepts: Option<Self>, spoken: u16) -> Option<u16> {
        let theirs = accepts.unwrap_or(Self { oldest: 1, newest: 1 });
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
        assert_eq!(Accepts::fall_back(server(1, PROTO + 9), PROTO), None, "a refused version is not tried again");
        assert_eq!(Accepts::fall_back(server(1, PROTO), 1), Some(PROTO));
    }
}
