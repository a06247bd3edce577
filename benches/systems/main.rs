//! `cargo test --bench systems -- 10x20` prints a spec of ten regions and twenty services.

mod spec;

fn main() {
    let sizes = std::env::args().skip(1);
    for size in sizes.filter(|argument| argument != "--bench") {
        let parts = size.split_once('x').map(|(r, s)| (r.parse(), s.parse()));
        match parts {
            Some((Ok(regions), Ok(services))) => print!("{}", spec::spec(regions, services)),
            _ => panic!("{size} is no size such as 10x20"),
        }
    }
}
