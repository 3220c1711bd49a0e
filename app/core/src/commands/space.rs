//! Room for photos: originals that the office has for good are let go of when they take up too much, or when somebody asks.

use crate::{
    Core, Refusal, Reply,
    store::photo_space::{self, Space},
    views::PhotoSpace,
};

/// 1 GiB, some 4,000 photos: more than anybody looks back on, less than a cheap phone misses.
const BUDGET: u64 = 1 << 30;
/// 512 MiB free: below it phones grow slow and the system begins to clear away by itself.
const FREE_MIN: u64 = 512 << 20;
/// 30 days, as long as a server that was restored from a backup may ask for photos again.
const VERIFIED_DAYS: i32 = 30;
/// 64 MiB in one go after a sync, unnoticed; the next sync goes on.
const BY_ITSELF_AT_ONCE: u64 = 64 << 20;

impl Core {
    fn released_through(&self) -> Result<i32, Refusal> {
        Ok(self.today_day()?.number() - VERIFIED_DAYS)
    }

    pub(crate) fn photo_space(&self) -> Result<PhotoSpace, Refusal> {
        let Space { photos, bytes, releasable, releasable_bytes } =
            photo_space::space(self.store()?.conn(), self.released_through()?)?;
        Ok(PhotoSpace { photos, bytes, releasable, releasable_bytes })
    }

    /// All that may go, because somebody asked.
    pub(super) fn release_photos(&mut self) -> Result<Reply, Refusal> {
        let through = self.released_through()?;
        self.write(|tx| Ok(photo_space::release_down_to(tx, 0, through, u64::MAX)?))?;
        self.vacuum(u32::MAX)?;
        Ok(Reply::Sync(Box::new(self.sync_view()?)))
    }

    /// After a sync: only beyond the budget, or when the device is nearly full.
    pub(crate) fn release_if_needed(&mut self) -> Result<(), Refusal> {
        let through = self.released_through()?;
        let bytes = photo_space::space(self.store()?.conn(), through)?.bytes;
        let short = self.free_bytes().map_or(0, |free| FREE_MIN.saturating_sub(free));
        let keep = BUDGET.min(bytes.saturating_sub(short));
        if bytes <= keep {
            return Ok(());
        }
        let (_, released) = self.write(|tx| Ok(photo_space::release_down_to(tx, keep, through, BY_ITSELF_AT_ONCE)?))?;
        self.vacuum(u32::try_from(released / 4096).unwrap_or(u32::MAX))
    }

    /// Makes the file smaller again, where the store was made with that in mind.
    fn vacuum(&mut self, pages: u32) -> Result<(), Refusal> {
        Ok(self.store.as_mut().ok_or(Refusal::Locked)?.vacuum(pages)?)
    }
}
