//! From a token to the device that holds it. Tokens are random and stored as hashes, so that a copy of the store gives
//! no access.

use super::error::{CoreError, refuse};
use crate::store::{
    Cell, Txn,
    tables::{Device, Worker},
};
use sha2::{Digest, Sha256};
use shared::wire::{Accepts, ApiError, ErrorCode, PROTO, PROTO_OLDEST, SyncError, Token};

/// A device with a valid token, and its worker.
#[derive(Clone, Debug)]
pub struct DeviceAuth {
    pub device: Device,
    pub worker: Worker,
}

/// The hash under which a secret is stored.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The device of a token. Runs inside the transaction of each step, so that a revocation takes effect with its commit.
///
/// # Errors
///
/// `TokenUnknown`, `TokenRevoked`, or the store failed.
pub async fn device<T: Txn>(txn: &mut T, token_hash: &[u8]) -> Result<DeviceAuth, CoreError> {
    let found = txn.find::<Device>("token_hash", &[Cell::Blob(token_hash)]).await?;
    let Some(device) = found.into_iter().next() else { return refuse(ErrorCode::TokenUnknown) };
    if device.revoked.is_some() {
        return refuse(ErrorCode::TokenRevoked);
    }
    match txn.get::<Worker>(&[(device.worker,)]).await?.into_iter().next().flatten() {
        Some(worker) => Ok(DeviceAuth { device, worker }),
        None => refuse(ErrorCode::TokenUnknown),
    }
}

/// The hash under which a token is stored.
pub fn token_hash(token: &Token) -> Vec<u8> {
    hash(&token.0)
}

/// Accepts every released version of the protocol.
///
/// # Errors
///
/// `ProtocolTooOld` or `ProtocolTooNew`, with the versions that this server accepts.
pub fn check_proto(proto: u16) -> Result<(), CoreError> {
    let code = match proto {
        PROTO_OLDEST..=PROTO => return Ok(()),
        0..PROTO_OLDEST => ErrorCode::ProtocolTooOld,
        _ => ErrorCode::ProtocolTooNew,
    };
    let message = code.word().to_owned();
    Err(SyncError::Refused(ApiError { code, message, retry_after: None, accepts: Some(Accepts::OWN) }).into())
}
