//! Limits of messages. Each constant says its unit and its reason.

/// 250 operations: a page that a 2G link carries in about 5 s.
pub const PUSH_OPS_MAX: usize = 250;
/// 256 KiB of operations before compression.
pub const PUSH_BYTES_MAX: usize = 256 << 10;
/// One operation's JSON: checked when it is saved, so that nothing is saved that can never be sent.
pub const OP_BYTES_MAX: usize = 64 << 10;
/// 1 MiB: what a request body may unfold to, media chunks apart.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// 1,000 rows a page at most.
pub const PULL_ROWS_MAX: usize = 1000;
/// 512 KiB of rows a page, before compression.
pub const PULL_BYTES_MAX: usize = 512 << 10;
/// 50 operations asked after in one pull: 2 KiB; those left out have their turn in the next.
pub const PULL_ASK_MAX: usize = 50;
/// 200 rows asked for in one repair: about 4 KiB on the wire, for ids do not pack.
pub const REPAIR_WANT_MAX: usize = 200;
/// 512 KiB of ids and rows in one reply to a repair, before compression.
pub const REPAIR_BYTES_MAX: usize = 512 << 10;
/// 128 KiB: lost with one broken connection at most; about 10 s on 2G.
pub const CHUNK_BYTES: usize = 128 << 10;
/// What the server takes in one chunk.
pub const CHUNK_BYTES_MAX: usize = 1 << 20;
/// 4 MiB for a whole bundle: some 20,000 records, or a few hundred with a dozen photos. It travels in one piece, and a carrier's
/// phone must get it through within the 120 s of silence after which clients give up: 35 kB/s.
pub const BUNDLE_BYTES_MAX: usize = 4 << 20;
/// 32 MiB: what a bundle's content may unfold to. Records pack to a tenth; more is no bundle but a way to fill memory.
pub const BUNDLE_CONTENT_MAX: usize = 32 << 20;
