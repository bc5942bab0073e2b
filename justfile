# Short names for commands that exist. `just --list` shows them.

# List the recipes.
default:
    @just --list

# Format, licences, clippy and documentation: all of .ci/run but the tests.
check: deny
    cargo fmt --all --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# All tests, or those that are named: `just test --test sync vectors::`.
test *args:
    cargo test --locked {{ args }}

# Everything that must hold before a merge; installs what it needs.
ci:
    .ci/run

# Play a city's field day, then leave the server running: `just demo --city tehran`.
demo *args:
    cargo run --release --locked -- demo {{ args }}

# Load and measure a server of its own: `just bench push pull --database postgres://…`.
bench *args:
    cargo run --release --locked -- bench {{ args }}

# The documentation of the crates, in a browser.
docs:
    cargo doc --locked --no-deps --open

# Write the generated parts of the specification anew.
spec:
    cargo run --locked -- openapi --write
    BAZDID_WRITE_VECTORS=1 cargo test --locked --test sync vectors

# What may be in the dependency tree. Needs cargo-deny; .ci/run brings its own.
deny:
    cargo deny --locked check bans licenses sources

# Known vulnerabilities and yanked crates; asks the network.
advisories:
    cargo deny --locked check advisories

# Look for pictures that break the reader, for so many seconds.
fuzz seconds="600":
    mkdir -p fuzz/corpus
    cd fuzz && cargo run --release --locked -- corpus -max_len=65536 -rss_limit_mb=512 -max_total_time={{ seconds }}
