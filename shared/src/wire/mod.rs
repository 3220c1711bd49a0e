//! The messages between device and server: JSON, compressed with zstd. One file per step. `docs/protocol.md` explains
//! each message with examples; golden files pin them.

pub mod bundle;
pub mod enrol;
pub mod error;
pub mod limits;
pub mod media;
pub mod pull;
pub mod push;
pub mod raw_row;
pub mod repair;
pub mod report;
pub mod scope;
pub mod version;

pub use bundle::{BundleReply, BundleVerdict};
pub use enrol::{EnrolReply, EnrolRequest, Token};
pub use error::{ApiError, ErrorCode, SyncError};
pub use limits::*;
pub use media::{MediaChunk, MediaCreate, MediaState, MediaStatus};
pub use pull::{Keys, PullReply, PullRequest, ScopePage};
pub use push::{PushReply, PushRequest, PushVerdict};
pub use raw_row::RawRow;
pub use repair::{RepairReply, RepairRequest};
pub use report::{Report, ReportLine, ReportRequest};
pub use scope::Scope;
pub use version::{Accepts, PROTO, PROTO_OLDEST};
