//! The demonstration, played on both databases; and proof that its check can fail.

use std::{path::Path, sync::Arc};

use bazdid::{
    cli::{
        Env,
        demo::{self, Args, CityWord},
    },
    clock::{SystemClock, SystemIds},
    domain::sync::{envelope::ResultItem, outcome::Outcome},
};
fn args(data: &Path, city: CityWord, database: Option<String>) -> Args {
    Args {
        data: data.join("demo"),
        port: 0,
        exit: true,
        summary_file: Some(data.join("summary.json")),
        city,
        database,
        seed: 7,
        requests: Some(60),
    }
}

fn env() -> Env {
    Env { file: None, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
}

#[test]
fn the_check_finds_a_spoiled_copy_and_a_mutation_that_never_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let args = Args { requests: Some(20), ..args(folder.path(), CityWord::Qazvin, None) };
    let mut demo = demo::prepare(&args, &env()).unwrap();
    let phone = &mut demo.day.phones[0];
    phone.sync().unwrap();
    let device = &mut phone.device;
    let (kind, id) = device.state.copy.rows().map(|(kind, id, _)| (kind.to_owned(), id)).next().unwrap();
    device.state.copy.spoil(&kind, id);
    let ticket = device.state.copy.list("ticket").map(|(id, _)| id).next().unwrap();
    let (note, seq) = (device.add_note(ticket, "هرگز فرستاده نشد"), device.state.outbox.next_seq() - 1);
    let mutation = device.state.outbox.journal().last().unwrap().id;
    // The phone believes that the server answered.
    device.state.outbox.answer(&[ResultItem::first(Some(seq), Some(mutation), &Outcome::applied(1))]);
    let outcome = demo.finish().unwrap();
    assert!(!outcome.is_good());
    assert_eq!((outcome.count.diverged.len(), outcome.count.lost.len()), (1, 1), "{note}: {:?}", outcome.count);
    demo.stage.close().unwrap();
}

#[test]
fn a_folder_or_database_of_something_else_is_left_alone_and_an_own_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("mine");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("bazdid.db"), "precious").unwrap();
    let refused = demo::stage::folder(&data).unwrap_err();
    assert!(format!("{refused:?}").contains("left alone"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(data.join("bazdid.db")).unwrap(), "precious");
    let own = folder.path().join("own");
    demo::stage::folder(&own).unwrap();
    std::fs::write(own.join("bazdid.db"), "yesterday").unwrap();
    demo::stage::folder(&own).unwrap();
    assert!(!own.join("bazdid.db").exists());
}
