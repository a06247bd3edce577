//! Cloudflare. Nothing is generated for it yet; where it keeps copies is known.

pub mod copies;
