#!/usr/bin/env python3
"""Reads `cargo metadata` and fails if a dependency asks for a newer compiler than the workspace promises (rust-version).

The resolver avoids most of them, but not below a crate that names no minimum of its own. Whether our own code builds with that
compiler is checked by building with it (`.github/workflows/ci.yml`, job msrv) and by clippy's incompatible_msrv.
"""

import json
import sys


def number(version):
    return tuple(int(part) for part in version.split("."))[:2]


metadata = json.load(sys.stdin)
members = set(metadata["workspace_members"])
ours = [p for p in metadata["packages"] if p["id"] in members]
promised = {p["rust_version"] for p in ours}
if len(promised) != 1 or None in promised:
    sys.exit(f"the crates of the workspace promise different compilers: {promised}")
promise = promised.pop()
newer = [f"{p['name']} {p['version']} needs Rust {p['rust_version']}" for p in metadata["packages"] if p["rust_version"] and number(p["rust_version"]) > number(promise)]
if newer:
    sys.exit("\n".join([f"the workspace promises Rust {promise}:", *newer]))
print(f"{len(metadata['packages'])} packages, none needs more than Rust {promise}")
