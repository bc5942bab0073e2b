//! Libraries of apps that run in Node, driven against the server. Where `node` and `npm` are missing their tests are skipped with a
//! line, unless `BAZDID_REQUIRE_NODE` is set.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::common::tell_skipped;

/// Starts a script in its folder: it is told and tells by its input and output, and complains where the tests do.
pub fn start(folder: &Path, script: &str, args: &[&Path]) -> Child {
    let mut node = Command::new("node");
    node.arg(script).args(args).current_dir(folder);
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// The scripts of `tests/<name>` beside what they need, installed below `target`; nothing if there is no Node.
pub fn installed(name: &str, no_node: &'static str, no_library: &'static str) -> Option<PathBuf> {
    let runs = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    let is_required = std::env::var_os("BAZDID_REQUIRE_NODE").is_some();
    if !runs("node") || !runs("npm") {
        assert!(!is_required, "node and npm are required and not there");
        tell_skipped(no_node);
        return None;
    }
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&to).unwrap();
    // Tests run beside each other, and two of them would install over one another.
    let turn = fs::File::create(to.join("turn")).unwrap();
    turn.lock().unwrap();
    let lock = fs::read_to_string(from.join("package-lock.json")).unwrap();
    let done = to.join("installed");
    let is_installed = fs::read_to_string(&done).is_ok_and(|of| of == lock);
    for file in fs::read_dir(&from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    if !is_installed {
        let npm = Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&to).output().unwrap();
        if !npm.status.success() {
            assert!(!is_required, "npm ci: {}", String::from_utf8_lossy(&npm.stderr));
            tell_skipped(no_library);
            return None;
        }
        fs::write(&done, lock).unwrap();
    }
    Some(to)
}
