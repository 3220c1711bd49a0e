//! The list of recipients: search as the user types, filters, pages.

use super::ctx::QueryCtx;
use crate::{
    command::RecipientQuery,
    core::Core,
    reply::{Refusal, Reply},
    store::roster::{self, Entry},
    views::RecipientsView,
};
use shared::{AreaCode, records::Category};
use std::collections::{BTreeMap, HashMap};

/// 50: rows of a page where the query sets no limit.
const PAGE: usize = 50;
/// 500: a page larger than any screen shows at once would only cost time.
const PAGE_MAX: usize = 500;

impl Core {
    pub(crate) fn recipients(&mut self, query: &RecipientQuery) -> Result<Reply, Refusal> {
        let ctx = self.query_ctx()?;
        let cache = ctx.store.roster()?;
        let search = Search::new(&query.search);
        let wanted = |e: &&Entry| {
            e.active
                && search.matches(e)
                && query.category.as_ref().is_none_or(|c| *c == e.category)
                && query.tag.as_ref().is_none_or(|t| e.tags.contains(t))
                && query.village.is_none_or(|v| v.contains(&e.area))
                && (!query.due || e.due_on.is_some_and(|on| on <= ctx.today))
        };
        let found: Vec<&Entry> = cache.entries().iter().filter(wanted).collect();
        let limit = if query.limit == 0 { PAGE } else { (query.limit as usize).min(PAGE_MAX) };
        let page = found.iter().skip(query.offset as usize).take(limit);
        let items = page.map(|e| ctx.recipient_item(e)).collect::<Result<_, _>>()?;
        let (villages, categories) = facets(&ctx, cache.entries())?;
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        Ok(Reply::Recipients(RecipientsView { total, items, villages, categories }))
    }
}

/// Part of a name, or the initials of its syllables from the front.
struct Search {
    name: String,
    initials: Option<String>,
}

impl Search {
    fn new(text: &str) -> Self {
        let name = text.trim().to_owned();
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric()) && !name.is_empty();
        Self { initials: letters.then(|| name.to_ascii_lowercase()), name }
    }

    fn matches(&self, entry: &Entry) -> bool {
        self.initials.as_ref().is_some_and(|i| entry.initials.starts_with(i.as_str()))
            || entry.name.contains(self.name.as_str())
    }
}

type Villages = Vec<(AreaCode, String, u32)>;

/// Villages by code and categories in display order, each with its number of recipients on this device.
fn facets(ctx: &QueryCtx<'_>, entries: &[Entry]) -> Result<(Villages, Vec<(Category, u32)>), Refusal> {
    let mut villages: HashMap<AreaCode, u32> = HashMap::new();
    let mut categories: BTreeMap<&Category, u32> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e.active) {
        *villages.entry(entry.area).or_default() += 1;
        *categories.entry(&entry.category).or_default() += 1;
    }
    let names = roster::area_names(ctx.conn())?;
    let name = |code: AreaCode| names.get(code.as_str()).cloned().unwrap_or_else(|| code.to_string());
    let mut villages: Villages = villages.into_iter().map(|(code, n)| (code, name(code), n)).collect();
    villages.sort();
    Ok((villages, categories.into_iter().map(|(c, n)| (c.clone(), n)).collect()))
}
