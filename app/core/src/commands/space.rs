//! The space that photos take: originals that the server has verified are released when they take too much of it, or
//! when the user asks.

use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::photo_space::{self, Space},
    views::PhotoSpace,
};

/// 1 GiB, some 4,000 photos: more than anyone looks back on, and affordable on a cheap phone.
const BUDGET: u64 = 1 << 30;
/// 512 MiB free: below it phones become slow and the system begins to clear data by itself.
const FREE_MIN: u64 = 512 << 20;
/// 30 days: as long as a server that was restored from a backup may ask for photos again.
const VERIFIED_DAYS: i32 = 30;
/// 64 MiB after each sync: short enough not to be noticed; the next sync continues.
const AUTOMATIC_BATCH: u64 = 64 << 20;

impl Core {
    /// The last day of verification that is long enough ago for a release.
    fn released_through(&self) -> Result<i32, Refusal> {
        Ok(self.today_day()?.number() - VERIFIED_DAYS)
    }

    pub(crate) fn photo_space(&self) -> Result<PhotoSpace, Refusal> {
        let Space { photos, bytes, releasable, releasable_bytes } =
            photo_space::space(self.store()?.conn(), self.released_through()?)?;
        Ok(PhotoSpace { photos, bytes, releasable, releasable_bytes })
    }

    /// Releases all that may be released, because the user asked.
    pub(super) fn release_photos(&mut self) -> Result<Reply, Refusal> {
        let through = self.released_through()?;
        self.write(|tx| Ok(photo_space::release_down_to(tx, 0, through, u64::MAX)?))?;
        self.vacuum(u32::MAX)?;
        Ok(Reply::Sync(Box::new(self.sync_view()?)))
    }

    /// After a sync: releases only beyond the budget, or when the device is nearly full.
    pub(crate) fn release_if_needed(&mut self) -> Result<(), Refusal> {
        let through = self.released_through()?;
        let bytes = photo_space::space(self.store()?.conn(), through)?.bytes;
        let short = self.free_bytes().map_or(0, |free| FREE_MIN.saturating_sub(free));
        let keep = BUDGET.min(bytes.saturating_sub(short));
        if bytes <= keep {
            return Ok(());
        }
        let (_, released) = self.write(|tx| Ok(photo_space::release_down_to(tx, keep, through, AUTOMATIC_BATCH)?))?;
        self.vacuum(u32::try_from(released / 4096).unwrap_or(u32::MAX))
    }

    /// Returns up to so many pages of the store's file to the device.
    fn vacuum(&mut self, pages: u32) -> Result<(), Refusal> {
        Ok(self.store.as_mut().ok_or(Refusal::Locked)?.vacuum(pages)?)
    }
}
