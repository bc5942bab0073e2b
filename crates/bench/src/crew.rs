//! A crew with its open orders: what its phone reads in the morning of its first day.

use serde_json::{Value, json};

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, each, float, millis},
    import,
    people::Office,
    pull::median_sync,
};
use bazdid_command::Failure;
use bazdid_demo::people::OfficeClient;
use bazdid_domain::account::Role;

/// Measures.
///
/// # Errors
/// The server refuses.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    figures.part("crew", &format!("first sync of a crew with {} open orders", sizes.orders));
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let organisation = organisation(bench, &mut office)?;
    give(bench, &server, &organisation, "crew", sizes.orders)?;
    let crew = office.worker(Role::Crew, &organisation)?;
    for encoding in ["identity", "zstd"] {
        let pages = median_sync(bench, &server, &crew, encoding)?;
        figures.judge(&format!("first sync ({encoding})"), millis(pages.took), "ms", Wanted::Below(300.0));
        let wanted = if encoding == "zstd" { Wanted::Below(300.0) } else { Wanted::Open };
        figures.judge(&format!("first sync ({encoding}), size"), float(pages.wire) / 1000.0, "kB", wanted);
        figures.say(&format!("first sync ({encoding}), rows"), float(pages.rows), "rows");
        figures.say(&format!("first sync ({encoding}), size of a row"), each(pages.wire, pages.rows), "bytes a row");
    }
    Ok(())
}

/// Makes a contractor that has nothing to do yet.
///
/// # Errors
/// The server refuses.
pub fn organisation(bench: &BenchEnv, office: &mut Office<'_>) -> BenchResult<Value> {
    let code = format!("bench-{}", bench.ids.uuid(bench.clock.now()).simple());
    let body = json!({ "code": code, "kind": "contractor", "name_fa": "پیمانکار آزمایش", "name_en": "Contractor of the bench" });
    let made = office.admin.create("/v1/organisations", &body)?;
    made.get("id").cloned().ok_or_else(|| Failure::said("an organisation without an id"))
}

/// Registers requests and gives so many of their orders to an organisation by hand; the orders' ids.
///
/// # Errors
/// The server refuses, or the city has not so many orders.
pub fn give(bench: &BenchEnv, server: &Served, organisation: &Value, name: &str, many: usize) -> BenchResult<Vec<String>> {
    // Not every request becomes an order that somebody can be given.
    import::import(bench, name, 0..many.saturating_mul(2).saturating_add(20))?;
    let mut supervisor = OfficeClient::open(&server.base, &bench.person(Role::Supervisor)?, bench.ids.clone())?;
    let mut orders: Vec<String> = Vec::new();
    let path = "/v1/work-orders?state=offered&kind=repair&limit=200";
    let mut next = Some(path.to_owned());
    while let Some(page) = next.take().filter(|_| orders.len() < many) {
        let page = supervisor.get(&page)?;
        let items = page.get("items").and_then(Value::as_array).into_iter().flatten();
        orders.extend(items.filter_map(|o| Some(o.get("id")?.as_str()?.to_owned())));
        next = page.get("next_cursor").and_then(Value::as_str).map(|cursor| format!("{path}&cursor={cursor}"));
    }
    orders.truncate(many);
    if orders.len() < many {
        return Err(Failure::said(format!("the city has {} orders that can be given away and {many} are needed", orders.len())));
    }
    let body = json!({ "organisation": organisation, "reason": "bench" });
    for order in &orders {
        bench.watch.go_on()?;
        supervisor.command(&format!("/v1/work-orders/{order}"), "reassign", &body)?;
    }
    Ok(orders)
}
