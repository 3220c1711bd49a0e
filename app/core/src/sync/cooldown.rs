//! Keeps a scope that still differs after a remedy from receiving the same remedy again and again.

use shared::wire::Scope;
use std::collections::BTreeMap;

/// 6 h: a scope that still differs after a repair and a complete download (it holds a row that this build cannot read,
/// say) is not downloaded repeatedly over a link that costs money.
const COOLDOWN_MS: u64 = 6 * 3_600_000;

/// When each scope last received a remedy, on the monotonic clock (ms).
#[derive(Clone, Debug, Default)]
pub(super) struct ScopeCooldown(BTreeMap<Scope, u64>);

impl ScopeCooldown {
    /// True when the scope may receive the remedy now; its cooldown then begins.
    pub fn try_start(&mut self, scope: Scope, now: u64) -> bool {
        let may = self.0.get(&scope).is_none_or(|at| now.saturating_sub(*at) >= COOLDOWN_MS);
        if may {
            self.0.insert(scope, now);
        }
        may
    }
}
