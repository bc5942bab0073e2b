//! Commands of old versions, made into the newest before anybody reads them.
//!
//! An app that was shipped years ago goes on pushing: a version that was ever shipped stays readable for ever. When the arguments of a
//! command change their shape, the command gets a new version and a step here from the old one; the golden file of the old
//! version (`api-spec/commands/<cmd>.v<n>.json`) stays. The journal keeps what was sent as it was sent.

use std::borrow::Cow;

use serde_json::Value;

use crate::command::Fault;
use crate::outcome::OutcomeCode;

/// What a version of a command becomes in the next one.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The command.
    pub cmd: &'static str,
    /// The version that is read; the next one is made of it.
    pub from: i64,
    /// Makes the arguments of the next version. What it does not understand it leaves, for the reader to refuse.
    pub up: fn(&Value) -> Value,
}

/// Every step, one for each version that is not the newest. There is none: every command stands at version 1.
pub const STEPS: &[Step] = &[];

/// The newest version of a command.
#[must_use]
pub fn newest(steps: &[Step], cmd: &str) -> i64 {
    steps.iter().filter(|s| s.cmd == cmd).map(|s| s.from + 1).max().unwrap_or(1)
}

/// The arguments in the newest version.
///
/// # Errors
/// `unsupported_version`: there never was such a version.
pub fn to_newest<'v>(steps: &[Step], cmd: &str, version: i64, args: &'v Value) -> Result<Cow<'v, Value>, Fault> {
    let newest = newest(steps, cmd);
    let unknown = || Fault {
        code: OutcomeCode::UnsupportedVersion,
        detail: format!("/v: the server knows the versions 1 to {newest} of this command"),
    };
    if !(1..=newest).contains(&version) {
        return Err(unknown());
    }
    let mut args = Cow::Borrowed(args);
    for version in version..newest {
        let step = steps.iter().find(|s| s.cmd == cmd && s.from == version).ok_or_else(unknown)?;
        args = Cow::Owned((step.up)(&args));
    }
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use serde_json::json;

    /// A history that `note.add` might have had: the text was called `body`, then came in parts.
    const HISTORY: &[Step] = &[
        Step { cmd: "note.add", from: 1, up: |a| json!({ "note": a["note"], "parts": [a["body"]] }) },
        Step {
            cmd: "note.add",
            from: 2,
            up: |a| json!({ "note": a["note"], "text": a["parts"].as_array().map(|p| p.iter().filter_map(Value::as_str).collect::<String>()) }),
        },
    ];

    #[test]
    fn every_version_that_was_ever_shipped_becomes_the_newest_step_by_step() {
        let note = "01920000-0000-7000-8000-0000000000d1";
        let newest = json!({ "note": note, "text": "x" });
        for (version, args) in
            [(1, json!({ "note": note, "body": "x" })), (2, json!({ "note": note, "parts": ["x"] })), (3, newest.clone())]
        {
            assert_eq!(*to_newest(HISTORY, "note.add", version, &args).unwrap(), newest, "{version}");
            let command = Command::parse_by(HISTORY, "note.add", version, &args).unwrap().command;
            assert_eq!(command, Command::parse("note.add", 1, &newest).unwrap(), "{version}");
        }
        for version in [0, 4, -1, i64::MAX] {
            assert_eq!(to_newest(HISTORY, "note.add", version, &newest).unwrap_err().code, OutcomeCode::UnsupportedVersion, "{version}");
        }
        assert_eq!(to_newest(HISTORY, "work.accept", 2, &json!({})).unwrap_err().code, OutcomeCode::UnsupportedVersion);
    }

    #[test]
    fn what_an_old_version_does_not_hold_is_refused_by_the_newest() {
        let fault = Command::parse_by(HISTORY, "note.add", 1, &json!({ "note": "01920000-0000-7000-8000-0000000000d1" })).unwrap_err();
        assert_eq!(fault.code, OutcomeCode::Validation);
    }

    #[test]
    fn the_steps_in_force_lead_from_every_version_to_the_next() {
        for step in STEPS {
            let gaps = (1..newest(STEPS, step.cmd)).filter(|v| !STEPS.iter().any(|s| s.cmd == step.cmd && s.from == *v));
            assert_eq!(gaps.count(), 0, "{}", step.cmd);
        }
    }
}
