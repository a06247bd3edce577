//! What was written, settled: each record of the language as every later stage reads it.
//!
//! A field says here how it is settled. Without a word it is what the spec says; behind `=` stands
//! what is decided, also where the spec is silent. Nothing above `topology` decides it again.

mod existing;
mod failover;
mod host;
mod outside;
mod queue;
mod service;
mod store;
mod system;
mod watch;

pub use existing::*;
pub use failover::*;
pub use host::*;
pub use outside::*;
pub use queue::*;
pub use service::*;
pub use store::*;
pub use system::*;
pub use watch::*;

use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::spec::decode::Decode;
use crate::spec::units::Within;
use crate::spec::{Duration, Map, PerRegion, Value};
use crate::syntax::{Kind, Node};

/// A settled value and the place that decided it: where it is written, else the record that
/// leaves it out. The place is for diagnostics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> std::ops::Deref for Settled<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A record that is whole also where the spec leaves it out.
#[derive(Debug, Clone)]
pub struct Whole<T> {
    record: T,
    /// Whether the spec has it. Without it, a cloud may have its own way.
    pub said: bool,
}

impl<T> std::ops::Deref for Whole<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.record
    }
}

/// Free text.
pub type Text = Settled<String>;
/// The name of something that is there: every reference resolves.
pub type Ref = Settled<String>;
/// A whole number.
pub type Count = Settled<u32>;
/// Yes or no.
pub type Flag = Settled<bool>;
/// A length of time.
pub type Time = Settled<Duration>;

/// How something is settled from what was written.
pub(super) trait Settle<Written> {
    /// The settled form.
    fn settle(written: &Written) -> Self;
}

impl<T: Clone> Settle<Value<T>> for Settled<T> {
    fn settle(written: &Value<T>) -> Self {
        Settled {
            value: written.value.clone(),
            span: written.span,
        }
    }
}

impl<const MIN: u32, const MAX: u32> Settle<Value<Within<MIN, MAX>>> for Count {
    fn settle(written: &Value<Within<MIN, MAX>>) -> Self {
        Settled {
            value: written.value.0,
            span: written.span,
        }
    }
}

impl<W, T: Settle<W>> Settle<Option<W>> for Option<T> {
    fn settle(written: &Option<W>) -> Self {
        written.as_ref().map(T::settle)
    }
}

impl<W, T: Settle<W>> Settle<Vec<W>> for Vec<T> {
    fn settle(written: &Vec<W>) -> Self {
        written.iter().map(T::settle).collect()
    }
}

impl<W, T: Settle<W>> Settle<Map<W>> for Map<T> {
    fn settle(written: &Map<W>) -> Self {
        written.map(|_, member| T::settle(member))
    }
}

impl<W, T: Settle<W>> Settle<PerRegion<W>> for PerRegion<T> {
    fn settle(written: &PerRegion<W>) -> Self {
        match written {
            PerRegion::All(value) => PerRegion::All(T::settle(value)),
            PerRegion::Each(map) => PerRegion::Each(Map::settle(map)),
        }
    }
}

/// A settled record: its fields, and how each is settled.
macro_rules! settled {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident from $written:ty {
            $( $(#[doc = $field_doc:literal])* pub $field:ident : $ty:ty $(= $decide:expr)? , )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Where the record stands.
            pub span: $crate::source::Span,
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
        }

        impl $crate::topology::settled::Settle<$written> for $name {
            fn settle(written: &$written) -> Self {
                $name {
                    span: written.span,
                    $( $field: settled!(@ written, $field $(, $decide)?), )*
                }
            }
        }
    };
    (@ $written:ident, $field:ident) => {
        $crate::topology::settled::Settle::settle(&$written.$field)
    };
    (@ $written:ident, $field:ident, $decide:expr) => {
        ($decide)($written)
    };
}

use settled;

/// The settled form of what was written.
pub(super) fn settle<W, T: Settle<W>>(written: &W) -> T {
    T::settle(written)
}

/// The settled form of a record that may be left out: then each of its fields is what the
/// language says of it, and `place` is the place of all of them.
///
/// # Panics
/// If a field of the record has no default: leaving that record out means something.
pub(super) fn settle_whole<W: Decode, T: Settle<W>>(written: &Option<W>, place: Span) -> Whole<T> {
    let record = match written {
        Some(written) => T::settle(written),
        None => {
            let nothing = Node::new(place, Kind::Map(Vec::new()));
            let silent = W::decode(&nothing, &mut Diagnostics::default());
            T::settle(&silent.expect("every field has a default"))
        }
    };
    let said = written.is_some();
    Whole { record, said }
}
