//! Pull: what changed in this device's scopes, page by page, each page and its cursors in one transaction.

use super::{
    Step, clock,
    clock::Sent,
    epoch,
    session::{Applied, Desk, MEMO, Memo, Trouble},
};
use crate::bundle;
use crate::store::{Tx, member, meta, outbox, record};
use shared::{
    Row,
    digest::Digest,
    ids::{Epoch, Seq},
    protocol::Answer,
    seal::SealPublic,
    wire::{Keys, PROTO, PullReply, PullRequest, Scope, ScopePage},
};
use std::collections::BTreeMap;

/// How far the pull of a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first page is to be asked for.
    #[default]
    Due,
    /// Between pages. What was acknowledged up to the local number `settles` when the first page was asked for is in
    /// the mirror once the last page has come.
    Under {
        settles: u64,
    },
    Done,
}

impl Stage {
    /// Operations were acknowledged: what they did is to be fetched. A pull under way may have passed it already;
    /// its end sees that and begins another.
    pub fn after_ack(&mut self) {
        if *self == Self::Done {
            *self = Self::Due;
        }
    }
}

/// 6 h: a scope that still differs after it was fetched anew (a row this build cannot read, say) is not fetched again
/// and again over a link that costs money.
const REPULL_PAUSE_MS: u64 = 6 * 3_600_000;

/// Scopes whose digest was found right at a cursor.
pub(super) type Verified = BTreeMap<Scope, (Seq, Digest)>;

pub(super) fn next(desk: &mut Desk<'_>) -> Result<Option<Step>, Trouble> {
    let conn = desk.store.conn();
    let settles = match desk.session.run.as_ref().map(|run| run.pull) {
        None | Some(Stage::Done) => return Ok(None),
        Some(Stage::Under { settles }) => settles,
        Some(Stage::Due) => outbox::acked_through(conn)?,
    };
    let keys = keys(desk)?;
    desk.run()?.tells_key = keys.sign.is_some();
    let conn = desk.store.conn();
    let request = PullRequest {
        proto: PROTO,
        device: desk.device()?,
        epoch: meta::get::<Epoch>(conn, meta::key::EPOCH)?,
        cursors: member::cursors(conn)?,
        client_now: desk.env.now(),
        keys: Some(keys),
    };
    let token = desk.token()?;
    desk.run()?.pull = Stage::Under { settles };
    Ok(Some(Step::Pull { token, request }))
}

/// What this device knows of the keys for bundles, and its own until the server has been told.
fn keys(desk: &mut Desk<'_>) -> Result<Keys, Trouble> {
    let conn = desk.store.conn();
    let seal = meta::get::<SealPublic>(conn, meta::key::SEAL_KEY)?.map(|key| key.id());
    let told = meta::get(conn, meta::key::SIGN_KEY_TOLD)?.unwrap_or(false);
    if told {
        return Ok(Keys { seal, sign: None });
    }
    let sign = desk.write(|tx| {
        let random = tx.random();
        Ok(bundle::sign_key(tx, || random)?.public())
    })?;
    Ok(Keys { seal, sign: Some(sign) })
}

/// A server that knows of bundles tells its key to whoever names another one or none; one that does not says nothing, and is told
/// again after an update.
fn note_keys(tx: &Tx<'_>, told: Option<SealPublic>, tells_key: bool) -> Result<(), Trouble> {
    if let Some(key) = told {
        meta::set(tx, meta::key::SEAL_KEY, &key)?;
    }
    if tells_key && meta::get::<SealPublic>(tx, meta::key::SEAL_KEY)?.is_some() {
        meta::set(tx, meta::key::SIGN_KEY_TOLD, &true)?;
    }
    Ok(())
}

pub(super) fn apply(desk: &mut Desk<'_>, answer: Answer<PullReply>, sent: Sent) -> Result<Applied, Trouble> {
    let reply = answer?;
    let Stage::Under { settles } = desk.run()?.pull else { return Ok(Applied::default()) };
    let tells_key = desk.run()?.tells_key;
    let mut repulled = desk.session.repulled.clone();
    let mut verified = std::mem::take(&mut desk.session.verified);
    let done = desk.write(|tx| {
        clock::note(tx, sent, reply.server_now)?;
        note_keys(tx, reply.seal_key, tells_key)?;
        if epoch::note(tx, reply.epoch)? {
            verified.clear();
        }
        let mut page = Page::default();
        for scope in &reply.dropped {
            member::drop_scope(tx, scope)?;
            page.changed = true;
        }
        for scope in &reply.scopes {
            take_in(tx, scope, &mut page)?;
            check(tx, scope, &mut page, &mut verified, &mut repulled)?;
        }
        let ended = !reply.more && !page.again;
        if ended {
            outbox::settle(tx, settles)?;
            page.changed |= record::sweep(tx)? > 0;
        }
        page.ended = ended;
        page.acked = outbox::acked_through(tx)?;
        Ok(page)
    })?;
    desk.session.verified = verified;
    desk.session.repulled = repulled;
    let run = desk.run()?;
    run.progress.rows_pulled += done.rows;
    run.pull = match done.ended {
        true if done.acked > settles => Stage::Due,
        true => Stage::Done,
        false => Stage::Under { settles },
    };
    Ok(Applied { changed: done.changed || done.ended, status: false })
}

#[derive(Default)]
struct Page {
    rows: u32,
    changed: bool,
    /// A scope is fetched anew.
    again: bool,
    ended: bool,
    acked: u64,
}

/// One scope's part of a page.
fn take_in(tx: &mut Tx<'_>, scope: &ScopePage, page: &mut Page) -> Result<(), Trouble> {
    if scope.reset {
        member::forget(tx, &scope.scope)?;
    }
    for raw in &scope.rows {
        // A row whose envelope this build cannot read blocks no other; the digest will tell that it is missing.
        let Ok(row) = serde_json::from_str::<Row>(raw.get()) else { continue };
        record::put_mirror(tx, &row, raw.get())?;
        member::add(tx, &scope.scope, row.id)?;
        tx.observe(record::latest_stamp(&row));
        page.rows += 1;
    }
    for row in &scope.gone {
        member::remove(tx, &scope.scope, *row)?;
    }
    page.changed |= scope.reset || !scope.rows.is_empty() || !scope.gone.is_empty();
    Ok(member::set_cursor(tx, &scope.scope, scope.cursor)?)
}

/// Compares what this device holds of a scope with what the server says it must; fetches it anew if they differ, but not
/// twice in a row.
fn check(
    tx: &mut Tx<'_>,
    scope: &ScopePage,
    page: &mut Page,
    verified: &mut Verified,
    repulled: &mut BTreeMap<Scope, u64>,
) -> Result<(), Trouble> {
    let Some(digest) = scope.digest else { return Ok(()) };
    if verified.get(&scope.scope) == Some(&(scope.cursor, digest)) {
        return Ok(());
    }
    if member::digest(tx, &scope.scope)? == digest {
        verified.insert(scope.scope, (scope.cursor, digest));
        return Ok(());
    }
    verified.remove(&scope.scope);
    let mut memo: Memo = meta::get(tx, MEMO)?.unwrap_or_default();
    memo.mismatches += 1;
    meta::set(tx, MEMO, &memo)?;
    let now = tx.monotonic_ms();
    if repulled.get(&scope.scope).is_none_or(|at| now.saturating_sub(*at) >= REPULL_PAUSE_MS) {
        repulled.insert(scope.scope, now);
        member::drop_scope(tx, &scope.scope)?;
        page.again = true;
    }
    Ok(())
}
