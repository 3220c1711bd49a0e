//! Enrolment codes.

use crate::{
    core::{auth, error::CoreError, server::ServerCore},
    store::{
        Cell, Job, Store, Txn,
        tables::{EnrolCode, Worker},
    },
};
use shared::{Moment, wire::enrol::normalise_code};
use std::collections::HashMap;

/// A one-time code for one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCode {
    pub worker_code: String,
    /// Ten characters of Crockford base 32, with a hyphen in the middle for reading.
    pub code: String,
    pub expires: Moment,
}

impl<S: Store> ServerCore<S> {
    /// Issues a one-time code for a worker, valid for [`crate::core::Settings::code_valid_hours`].
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownWorker`], [`CoreError::WorkerLeft`], or the store failed.
    pub async fn issue_code(&self, worker_code: &str) -> Result<IssuedCode, CoreError> {
        let mut codes = self.issue_codes(&[worker_code]).await?;
        codes.pop().ok_or_else(|| CoreError::UnknownWorker(worker_code.to_owned()))
    }

    /// Issues codes for many workers: all or none.
    ///
    /// # Errors
    ///
    /// As [`ServerCore::issue_code`], for the first worker to whom one applies.
    pub async fn issue_codes(&self, worker_codes: &[&str]) -> Result<Vec<IssuedCode>, CoreError> {
        let expires = self.now_ms() + i64::from(self.inner.settings.code_valid_hours) * 3_600_000;
        let issued = worker_codes.iter().map(|worker_code| IssuedCode {
            worker_code: (*worker_code).to_owned(),
            code: code_text(self.random()),
            expires: Moment::shanghai(expires),
        });
        let issued: Vec<IssuedCode> = issued.collect();
        self.inner.store.write(IssueCodes { issued: issued.clone() }).await?;
        Ok(issued)
    }
}

/// 50 random bits as ten characters of Crockford base 32, `ABCDE-12345`.
fn code_text(random: [u8; 8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = u64::from_be_bytes(random);
    let mut text: String = (0..10).map(|i| char::from(DIGITS[(bits >> (i * 5) & 31) as usize])).collect();
    text.insert(5, '-');
    text
}

/// Stores the hashes of issued codes.
struct IssueCodes {
    issued: Vec<IssuedCode>,
}

impl Job for IssueCodes {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let cells: Vec<Cell<'_>> = self.issued.iter().map(|i| Cell::Text(&i.worker_code)).collect();
        let workers = txn.find::<Worker>("code", &cells).await?;
        let by_code: HashMap<&str, &Worker> = workers.iter().map(|w| (w.code.as_str(), w)).collect();
        let mut codes = Vec::with_capacity(self.issued.len());
        for issued in &self.issued {
            let unknown = || CoreError::UnknownWorker(issued.worker_code.clone());
            let worker = by_code.get(issued.worker_code.as_str()).ok_or_else(unknown)?;
            if worker.left {
                return Err(CoreError::WorkerLeft(worker.code.clone()));
            }
            codes.push(EnrolCode {
                hash: auth::hash(&normalise_code(&issued.code)),
                worker: worker.id,
                expires: issued.expires.utc_ms,
                used_by: None,
                proof_hash: None,
            });
        }
        Ok(txn.put(&codes).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_normalises_to_the_issued_one() {
        for seed in 0u64..200 {
            let text = code_text(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
            assert_eq!(text.len(), 11);
            assert_eq!(normalise_code(&text.to_lowercase()), text.replace('-', ""), "{text}");
        }
    }
}
