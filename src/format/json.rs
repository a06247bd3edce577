//! Values to print as YAML or JSON. `serde_json::json!` copies what is put into another value, and
//! copies it again at each level above; [`json!`] moves it.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What can stand as a value in [`json!`]. Values themselves are moved; what has another type is
/// borrowed, as a method borrows.
pub(crate) trait Member {
    /// It as a value.
    fn member(self) -> Value;
}

/// A value as JSON writes it: `json!({ "name": name, "ports": [80, 443] })`.
macro_rules! json {
    (@entries $map:ident) => {};
    (@entries $map:ident $key:tt : null $(, $($rest:tt)*)?) => {
        $map.insert($key.into(), ::serde_json::Value::Null);
        $crate::format::json::json!(@entries $map $($($rest)*)?);
    };
    (@entries $map:ident $key:tt : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $map.insert($key.into(), $crate::format::json::json!([$($inner)*]));
        $crate::format::json::json!(@entries $map $($($rest)*)?);
    };
    (@entries $map:ident $key:tt : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $map.insert($key.into(), $crate::format::json::json!({$($inner)*}));
        $crate::format::json::json!(@entries $map $($($rest)*)?);
    };
    (@entries $map:ident $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $map.insert($key.into(), $crate::format::json::json!($value));
        $crate::format::json::json!(@entries $map $($($rest)*)?);
    };
    (@items $list:ident) => {};
    (@items $list:ident [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $list.push($crate::format::json::json!([$($inner)*]));
        $crate::format::json::json!(@items $list $($($rest)*)?);
    };
    (@items $list:ident {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $list.push($crate::format::json::json!({$($inner)*}));
        $crate::format::json::json!(@items $list $($($rest)*)?);
    };
    (@items $list:ident $value:expr $(, $($rest:tt)*)?) => {
        $list.push($crate::format::json::json!($value));
        $crate::format::json::json!(@items $list $($($rest)*)?);
    };
    (null) => { ::serde_json::Value::Null };
    ([]) => { ::serde_json::Value::Array(Vec::new()) };
    ([$($inner:tt)+]) => {{
        let mut list = Vec::new();
        $crate::format::json::json!(@items list $($inner)+);
        ::serde_json::Value::Array(list)
    }};
    ({}) => { ::serde_json::Value::Object(::serde_json::Map::new()) };
    ({$($inner:tt)+}) => {{
        let mut map = ::serde_json::Map::new();
        $crate::format::json::json!(@entries map $($inner)+);
        ::serde_json::Value::Object(map)
    }};
    ($value:expr) => {{
        use $crate::format::json::Member as _;
        $value.member()
    }};
}

pub(crate) use json;

impl Member for Value {
    fn member(self) -> Value {
        self
    }
}

impl Member for &Value {
    fn member(self) -> Value {
        self.clone()
    }
}

impl Member for Map<String, Value> {
    fn member(self) -> Value {
        Value::Object(self)
    }
}

impl Member for &str {
    fn member(self) -> Value {
        Value::String(self.to_string())
    }
}

impl Member for &&str {
    fn member(self) -> Value {
        (*self).member()
    }
}

impl Member for &String {
    fn member(self) -> Value {
        Value::String(self.clone())
    }
}

/// What serde_json takes as it is.
macro_rules! scalars {
    ($($kind:ty),*) => {
        $(
            impl Member for $kind {
                fn member(self) -> Value {
                    Value::from(self)
                }
            }
            impl Member for &$kind {
                fn member(self) -> Value {
                    Value::from(*self)
                }
            }
        )*
    };
}

scalars!(bool, i32, i64, u8, u16, u32, u64, usize, f64);

impl<T: Member> Member for Vec<T> {
    fn member(self) -> Value {
        self.into_iter().map(Member::member).collect()
    }
}

impl<'a, T> Member for &'a Vec<T>
where
    &'a T: Member,
{
    fn member(self) -> Value {
        self.iter().map(Member::member).collect()
    }
}

impl<'a, T> Member for &'a [T]
where
    &'a T: Member,
{
    fn member(self) -> Value {
        self.iter().map(Member::member).collect()
    }
}

impl<'a, T> Member for &'a BTreeSet<T>
where
    &'a T: Member,
{
    fn member(self) -> Value {
        self.iter().map(Member::member).collect()
    }
}

impl<T: Member> Member for Option<T> {
    fn member(self) -> Value {
        self.map_or(Value::Null, Member::member)
    }
}

impl<'a, T> Member for &'a Option<T>
where
    &'a T: Member,
{
    fn member(self) -> Value {
        self.as_ref().map_or(Value::Null, Member::member)
    }
}

impl<'a, K: AsRef<str>, V> Member for &'a BTreeMap<K, V>
where
    &'a V: Member,
{
    fn member(self) -> Value {
        let entries = self.iter();
        let entries = entries.map(|(k, v)| (k.as_ref().to_string(), v.member()));
        Value::Object(entries.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails if an arm of the macro takes another value than `serde_json` does.
    #[test]
    fn values_are_those_of_serde_json() {
        let (name, words) = (String::from("a"), vec!["b".to_string()]);
        let (some, none) = (Some(1_u64), None::<String>);
        let map = BTreeMap::from([("k".to_string(), name.clone())]);
        let here = json!({
            "name": name, "words": words, "some": some, "none": none, "map": map, "null": null,
            "list": [1, "two", [], {}, [false], { "x": 1.5, }, -1,], (format!("{name}!")): {},
        });
        let there = serde_json::json!({
            "name": name, "words": words, "some": some, "none": none, "map": map, "null": null,
            "list": [1, "two", [], {}, [false], { "x": 1.5, }, -1,], (format!("{name}!")): {},
        });
        assert_eq!(here, there);
    }
}
