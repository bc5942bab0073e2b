use std::{fmt::Write as _, path::PathBuf};

use bazdid_protocol::text_enum::TextEnum as _;
use serde_json::json;

use super::*;
use crate::category::StepNeeds;

/// The table of the defaults, as it stands in `docs/evidence.md`.
fn documented() -> String {
    let heads: Vec<String> = Need::ALL.iter().map(|need| format!(" `{need}` |")).collect();
    let mut text = format!("| step |{}\n|---|{}\n", heads.concat(), "---|".repeat(heads.len()));
    for step in Step::ALL {
        let command = match step {
            Step::Start => "work.start",
            Step::Submit => "work.submit",
            Step::FailVisit => "work.fail_visit",
            Step::Inspect => "inspection.submit",
        };
        let cell = |need: &Need| match StepNeeds::CELLS.contains(&(*step, *need)) {
            true => format!(" `{}` |", level(&EvidenceNeeds::default(), *step, *need)),
            false => " |".to_owned(),
        };
        writeln!(text, "| `{step}` (`{command}`) |{}", Need::ALL.iter().map(cell).collect::<String>()).unwrap();
    }
    text
}

#[test]
fn the_documented_table_is_what_is_asked() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = here.ancestors().map(|folder| folder.join("docs/evidence.md")).find(|page| page.exists()).unwrap();
    let before = std::fs::read_to_string(&page).unwrap();
    let (head, rest) = before.split_once("| step |").unwrap();
    let (_, tail) = rest.split_once("\n\n").unwrap();
    let now = format!("{head}{}\n{tail}", documented());
    if std::env::var_os("BAZDID_WRITE_DOCS").is_some() {
        std::fs::write(&page, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap(), now, "BAZDID_WRITE_DOCS=1 writes it anew");
}

#[test]
fn every_cell_can_be_set_and_only_cells() {
    for step in Step::ALL {
        for need in Need::ALL {
            let is_cell = StepNeeds::CELLS.contains(&(*step, *need));
            for level in NeedLevel::ALL {
                let said = json!({ step.as_str(): { need.as_str(): level } });
                match serde_json::from_value::<StepNeeds>(said.clone()) {
                    Ok(steps) => {
                        assert!(is_cell, "{said}");
                        let needs = EvidenceNeeds { steps, ..EvidenceNeeds::default() };
                        assert_eq!(super::level(&needs, *step, *need), *level);
                        assert_eq!(serde_json::to_value(steps).unwrap(), said, "what is as usual is not written");
                    }
                    Err(_) => assert!(!is_cell, "{said}"),
                }
            }
            assert!(is_cell || usual(*step, *need) == NeedLevel::Off, "{step} {need}");
        }
    }
    let old: EvidenceNeeds = serde_json::from_value(json!({ "photos": [] })).unwrap();
    assert_eq!(old, EvidenceNeeds::default(), "categories from before the steps had needs");
}
