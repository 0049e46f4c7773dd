//! The `Describe…` operations: ids or filters in, pages out.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use super::{CallError, Ec2, Params, Retry};

/// A list that EC2 hands out in pages.
pub trait List {
    const ACTION: &'static str;
    /// The name of the parameter for ids, such as `VpcId`.
    const IDS: &'static str;
    /// The largest page, EC2 refuses a larger number; `None` for a list that comes whole.
    const PAGE_SIZE: Option<u32>;
    type Item;
    type Page: DeserializeOwned + Serialize + Debug + Send + Sync + 'static;

    /// The items of a page and what to ask the next one with.
    fn turn(page: Self::Page) -> (Vec<Self::Item>, Option<String>);
}

/// Keeps what has one of `values` as its `name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub name: String,
    pub values: Vec<String>,
}

/// What to list; empty is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Describe {
    pub ids: Vec<String>,
    pub filters: Vec<Filter>,
}

impl Describe {
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn ids<T: Into<String>>(ids: impl IntoIterator<Item = T>) -> Self {
        let ids = ids.into_iter().map(Into::into).collect();
        let filters = Vec::new();
        Self { ids, filters }
    }

    #[must_use]
    pub fn filter(mut self, name: &str, values: &[&str]) -> Self {
        self.filters.push(Filter::new(name, values));
        self
    }

    /// The parameters for one page of `L`.
    #[must_use]
    pub fn params<L: List>(&self, token: Option<&str>) -> Params {
        let mut params = Params::default();
        params.list(L::IDS, &self.ids);
        filters(&mut params, &self.filters);
        // A page size beside ids is refused (`InvalidParameterCombination`).
        if self.ids.is_empty() {
            params.opt("MaxResults", L::PAGE_SIZE);
        }
        params.opt("NextToken", token);
        params
    }
}

impl Filter {
    #[must_use]
    pub fn new(name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(ToString::to_string).collect();
        let name = name.into();
        Self { name, values }
    }
}

/// Writes `Filter.1.Name`, `Filter.1.Value.1`, …
pub(super) fn filters(params: &mut Params, filters: &[Filter]) {
    for (filter, number) in filters.iter().zip(1..) {
        params.set(format!("Filter.{number}.Name"), &filter.name);
        params.list(&format!("Filter.{number}.Value"), &filter.values);
    }
}

impl Ec2 {
    /// Every item of `L` that `ask` names, over as many pages as there are.
    pub async fn list<L: List>(&self, ask: &Describe) -> Result<Vec<L::Item>, CallError> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let params = ask.params::<L>(token.as_deref());
            let page: L::Page = self.call(L::ACTION, params, Retry::Shared).await?;
            let (found, next) = L::turn(page);
            items.extend(found);
            // A server that answers with the token it was asked with would be asked for ever.
            if next.is_none() || next == token {
                return Ok(items);
            }
            token = next;
        }
    }
}

/// Declares the operation, its answer and where the list stands in it.
macro_rules! list {
    ($name:ident $page:ident: $action:literal by $ids:literal, $size:literal a page, in $set:literal: $item:ty) => {
        list!($name $page: $action by $ids, (Some($size)), in $set: $item);
    };
    ($name:ident $page:ident: $action:literal by $ids:literal, whole, in $set:literal: $item:ty) => {
        list!($name $page: $action by $ids, (None), in $set: $item);
    };
    ($name:ident $page:ident: $action:literal by $ids:literal, ($size:expr), in $set:literal: $item:ty) => {
        #[doc = concat!("`", $action, "`")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        #[doc = concat!("One page of `", $action, "`.")]
        #[derive(Debug, serde::Deserialize, serde::Serialize)]
        pub struct $page {
            #[serde(rename = $set, default)]
            items: super::Set<$item>,
            #[serde(rename = "nextToken", default)]
            token: Option<String>,
        }

        impl super::List for $name {
            const ACTION: &'static str = $action;
            const IDS: &'static str = $ids;
            const PAGE_SIZE: Option<u32> = $size;
            type Item = $item;
            type Page = $page;

            fn turn(page: $page) -> (Vec<$item>, Option<String>) {
                (page.items.item, super::shapes::token(page.token))
            }
        }
    };
}
pub(super) use list;
