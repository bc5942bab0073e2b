//! Importers: rows are taken or refused one by one, and a second time changes nothing.

use bazdid_domain::{account::Role, actor::Actor, organisation::OrganisationKind, ticket::TicketOrigin};
use bazdid_protocol::error::Result;
use bazdid_service::{
    Ctx,
    account::password::NewPassword,
    import::{
        FileFault, Instants, Taken, account,
        category_map::CategoryMap,
        contract, reason,
        request::{RequestFile, RequestOptions, register, unread_phone},
        standing::{Standing, StatusWords},
    },
};
use bazdid_store as store;

use crate::{
    area::import_qazvin,
    city::{City, load_catalogue},
};

fn options(map: &[(&str, &str)]) -> RequestOptions {
    RequestOptions {
        map: map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        categories: CategoryMap::parse("type,detail,category\nStreet,Pothole,roads.pothole\nStreet,*,roads\n*,Dog,animals.stray_dog\n")
            .unwrap(),
        default_category: None,
        source: None,
        instants: Instants::new(chrono_tz::Asia::Tehran, None),
        standing: Some(Standing::Open),
        status_words: StatusWords::default(),
    }
}

fn prepared(city: &City) {
    import_qazvin(city);
    load_catalogue(city);
}

/// Rows whose phone was not taken: line and key.
fn unread_phones(city: &City, csv: &str, options: RequestOptions) -> Vec<u64> {
    let ctx = city.ctx();
    let reference = city.read(|tx| ctx.reference(tx));
    let mut file = RequestFile::open(csv, options, &reference).unwrap();
    file.next_chunk(100).unwrap().requests.iter().filter_map(|row| unread_phone(&ctx, row)).map(|note| note.line).collect()
}

/// Lines with what became of them.
fn import_requests(city: &City, csv: &str, options: RequestOptions) -> Result<Vec<(u64, String)>, FileFault> {
    let ctx = city.ctx();
    let reference = city.read(|tx| ctx.reference(tx));
    let mut file = RequestFile::open(csv, options, &reference)?;
    let mut told = Vec::new();
    while let Some(chunk) = file.next_chunk(3) {
        told.extend(chunk.answered.into_iter().map(|l| (l.line, l.reason.unwrap_or_default())));
        let lines: Vec<u64> = chunk.requests.iter().map(|r| r.line).collect();
        let (ctx, rows) = (ctx.clone(), chunk.requests);
        let answers = city.write(move |tx| register(tx, &ctx, &rows));
        told.extend(lines.into_iter().zip(answers).map(|(line, a)| a.map_or_else(|r| (line, r.reason), |t| (line, format!("{t:?}")))));
    }
    told.sort_unstable();
    Ok(told)
}

const REQUESTS: &str = "\u{feff}Unique Key,Created Date,type,detail,Latitude,Longitude,Incident Address\n\
    1,2024-05-10T06:15:00,Street,Pothole,36.2688,50.0041,\"خیابان ۱۲، پلاک ۳\"\n\
    2,2024-05-10T06:16:00,Street,Other,36.2689,50.0042,\n\
    3,2024-05-10T06:17:00,Animals,Dog,36.2690,50.0043,\n\
    3,2024-05-10T06:17:00,Animals,Dog,36.2690,50.0043,\n\
    4,2024-05-10T06:18:00,Noise,Party,36.2690,50.0043,\n\
    5,2024-05-10T06:19:00,Street,Pothole,,50.0043,\n\
    6,yesterday,Street,Pothole,36.2690,50.0043,\n\
    7,2024-05-10T06:20:00,Street,Pothole,0,0,\n\
    8,2024-05-10T06:21:00,Street,Pothole,40.1,44.5,\n\
    9,2024-05-10T06:22:00,Street\n";

#[test]
fn requests_become_tickets_once_and_refused_rows_say_why() {
    for city in City::both() {
        prepared(&city);
        let text = [("text", "type+detail")];
        let told = import_requests(&city, REQUESTS, options(&text)).unwrap();
        let said = |line: u64| told.iter().find(|t| t.0 == line).map(|t| t.1.as_str()).unwrap();
        assert_eq!([said(2), said(3), said(4), said(5)], ["Created", "Created", "Created", "it is the same as line 4"]);
        assert!(said(6).contains("no category for"), "{}", said(6));
        assert_eq!(said(7), "it has no latitude");
        assert!(said(8).contains("its created_at \"yesterday\" is no date"));
        assert!(said(9).contains("0, 0"));
        assert!(said(10).contains("outside every area"), "{}", said(10));
        assert_eq!(said(11), "has 3 columns, the heading has 7");
        let again = import_requests(&city, REQUESTS, options(&text)).unwrap();
        assert!(again.iter().all(|t| t.1 != "Created"), "{again:?}");
        let id = city.read(|tx| store::ticket::search::list_by_source(tx, &["1"]))[0].1;
        let unit = city.write(move |tx| store::aggregate::load_unit(tx, &[id]));
        let ticket = unit.tickets.get(id).unwrap();
        assert_eq!((ticket.text.as_str(), ticket.origin, ticket.areas.len()), ("Street: Pothole", TicketOrigin::Import, 2));
        assert_eq!(
            (ticket.created_at.to_string(), ticket.address_text.as_deref()),
            ("2024-05-10T02:45:00.000000Z".into(), Some("خیابان ۱۲، پلاک ۳"))
        );
        // Another system's keys stand beside them.
        let other = RequestOptions { source: Some("old".into()), ..options(&text) };
        assert_eq!(import_requests(&city, REQUESTS, other).unwrap()[0].1, "Created");
    }
}

#[test]
fn a_key_that_another_request_has_is_refused_and_a_running_number_is_no_key() {
    for city in City::both() {
        prepared(&city);
        let with = || RequestOptions { default_category: Some("roads.pothole".into()), ..options(&[]) };
        let list = |heading: &str, text: &str| format!("{heading},شرح,lat,lon\n1,{text},36.2688,50.0041\n2,درخت افتاده,36.2689,50.0042\n");
        let told = |csv: &str| import_requests(&city, csv, with()).unwrap().into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(told(&list("شماره درخواست", "چاله")), ["Created", "Created"]);
        let again = told(&list("شماره درخواست", "چراغ خاموش"));
        assert!(
            again[0].contains("its key \"1\" is that of a request with another text, \"چاله\"") && again[1] == "Unchanged",
            "{again:?}"
        );
        for heading in ["ردیف", "شماره"] {
            assert_eq!(
                told(&list(heading, &format!("چاله {heading}"))),
                ["Created", if heading == "ردیف" { "Created" } else { "Unchanged" }]
            );
            assert_eq!(told(&list(heading, &format!("سطل {heading}")))[0], "Created", "another list begins with 1 again");
            assert_eq!(told(&list(heading, &format!("سطل {heading}"))), ["Unchanged", "Unchanged"]);
        }
    }
}

#[test]
fn a_closing_date_alone_is_also_that_of_the_opening_and_none_lies_in_the_future() {
    const ROWS: &str = "source_ref,text,lat,lon,category,closed_at\n\
        a,چاله,36.2688,50.0041,roads.pothole,2024-05-10T06:15:00Z\n\
        b,چاله,36.2688,50.0042,roads.pothole,2199-05-10T06:15:00Z\n";
    for city in City::both() {
        prepared(&city);
        let told = import_requests(&city, ROWS, options(&[])).unwrap();
        assert_eq!(told, [(2, "Created".to_owned()), (3, "it was closed in the future".to_owned())]);
        let id = city.read(|tx| store::ticket::search::list_by_source(tx, &["a"]))[0].1;
        let unit = city.write(move |tx| store::aggregate::load_unit(tx, &[id]));
        assert_eq!(unit.tickets.get(id).unwrap().created_at.to_string(), "2024-05-10T06:15:00.000000Z");
    }
}

#[test]
fn changed_places_of_latitude_and_longitude_are_found_before_a_row_is_taken() {
    for city in City::both() {
        prepared(&city);
        let swapped = "strLocation,dtTime,Latitude,Longitude\nA,4/12/2016 7:54,-76.1062,43.0552\nB,4/22/2016 8:00,-76.2,43.1\n";
        let with = |map: &[(&str, &str)]| RequestOptions { default_category: Some("roads.pothole".into()), ..options(map) };
        let fault = import_requests(&city, swapped, with(&[("text", "strLocation")])).unwrap_err();
        assert!(fault.to_string().contains("--map lat=longitude --map lon=latitude"), "{fault}");
        let near = "text,lat,lon\nA,50.0041,36.2688\nB,50.0042,36.2689\n";
        assert!(matches!(import_requests(&city, near, with(&[])), Err(FileFault::Swapped { line: 2, .. })));
        let mapped = import_requests(&city, near, with(&[("lat", "lon"), ("lon", "lat")])).unwrap();
        assert_eq!(mapped.iter().map(|t| t.1.as_str()).collect::<Vec<_>>(), ["Created", "Created"]);
        let again = import_requests(&city, near, with(&[("lat", "lon"), ("lon", "lat")])).unwrap();
        assert_eq!(again[0].1, "Unchanged", "a row without a key is known by what it says");
    }
}

fn system(city: &City) -> Ctx {
    Ctx { actor: Some(Actor::system(city.now())), ..city.ctx() }
}

#[test]
fn accounts_get_their_grants_once() {
    for city in City::both() {
        prepared(&city);
        city.organisation("pars", OrganisationKind::Contractor);
        let import = |csv: &str| {
            let mut table = account::open(csv, &[]).unwrap();
            let mut told = Vec::new();
            while let Some(row) = table.next_row() {
                let row = account::read(&table, &row.unwrap());
                told.push(row.and_then(|row| {
                    let ctx = system(&city);
                    let password = NewPassword::new(&ctx, "a-random-one-7k2", &row.login, "/password").unwrap();
                    let new = !city.read(|tx| account::is_known(tx, &row.login));
                    city.try_write(move |tx| account::import(tx, &ctx, &row, new.then(|| password.clone()))).map_err(|e| reason(&e))
                }));
            }
            told
        };
        let csv = "login;display_name;role;organisation;areas;phone\n\
            Maryam;مریم;inspector;municipality;2603052291 2603052292;+98 28 3333 3333\n\
            maryam;مریم;supervisor;;2603052291;\n\
            ali;علی;crew;pars;;\n\
            bad;Bad;crew;nobody;;\n\
            bad;Bad;boss;;;\n\
            bad;Bad;inspector;;;\n";
        let told = import(csv);
        assert_eq!(told[..3], [Ok(Taken::Created), Ok(Taken::Changed), Ok(Taken::Created)]);
        assert!(told[3].as_ref().unwrap_err().contains("no organisation \"nobody\""));
        assert!(told[4].as_ref().unwrap_err().contains("\"boss\" is not known here; expected one of"));
        assert!(told[5].as_ref().unwrap_err().contains("held in areas"));
        let again = import(csv);
        assert_eq!(again[..3], [Ok(Taken::Unchanged), Ok(Taken::Unchanged), Ok(Taken::Unchanged)]);
        assert_eq!(import("login,name,role,organisation\nali,Ali,crew,pars\n"), [Ok(Taken::Changed)]);
        let (account, grants) = city.read(|tx| {
            let account = store::account::find_account_by_login(tx, "maryam")?.unwrap();
            Ok((account.clone(), store::account::list_grants_of(tx, &[account.id])?))
        });
        let roles: Vec<Role> = grants.iter().map(|g| g.role).collect();
        assert!(
            account.phone_encrypted.is_some() && roles.len() == 2 && roles.contains(&Role::Inspector) && roles.contains(&Role::Supervisor)
        );
        assert!(city.read(|tx| store::account::find_account_by_login(tx, "bad")).is_none(), "a refused row leaves nothing");
    }
}

#[test]
fn contracts_are_known_by_their_number() {
    for city in City::both() {
        prepared(&city);
        city.organisation("pars", OrganisationKind::Contractor);
        let import = |csv: &str| {
            let (mut table, instants) = contract::open(csv, &[], Instants::new(chrono_tz::Asia::Tehran, None)).unwrap();
            let mut told = Vec::new();
            while let Some(row) = table.next_row() {
                let row = contract::read(&table, &row.unwrap(), &instants);
                told.push(row.and_then(|row| {
                    let ctx = system(&city);
                    city.try_write(move |tx| contract::import(tx, &ctx, &row)).map_err(|e| reason(&e))
                }));
            }
            told
        };
        let heading = "number,organisation,valid_from,valid_to,status,area,category,rank\n";
        let csv = format!(
            "{heading}1405-1,pars,2026-03-21,2027-03-21,,2603052291,roads,1\n1405-1,pars,2026-03-21,2027-03-21,,2603052292,*,2\n\
            1405-2,region-1,2026-03-21,2027-03-21,draft,2603052291,roads,1\n1405-3,pars,2027-03-21,2026-03-21,draft,,,\n\
            1405-4,pars,2026-03-21,2027-03-21,,nowhere,roads,1\n"
        );
        let told = import(&csv);
        assert_eq!(told[..2], [Ok(Taken::Created), Ok(Taken::Changed)]);
        for (n, said) in [(2, "only contractors"), (3, "later than valid_from"), (4, "no area \"nowhere\"")] {
            assert!(told[n].as_ref().unwrap_err().contains(said), "{:?}", told[n]);
        }
        assert_eq!(import(&csv)[..2], [Ok(Taken::Unchanged), Ok(Taken::Unchanged)]);
        let ranks = import(&format!("{heading}1405-1,pars,2026-03-21,2027-03-21,suspended,2603052291,roads,3\n"));
        assert_eq!(ranks, [Ok(Taken::Changed)]);
        let all = city.read(|tx| Ok((store::contract::list_contracts(tx)?, store::contract::list_coverages(tx)?)));
        assert_eq!((all.0.len(), all.1.len(), all.0[0].status.to_string().as_str()), (1, 2, "suspended"));
        let known = import(
            "number,organisation,valid_from,valid_to,daily_capacity,area,category,descent,coverage_capacity\n\
            1405-1,pars,2026-03-21,2027-03-21,8,2603052291,roads,exact,4\n",
        );
        assert_eq!(known, [Ok(Taken::Changed)]);
        let short = "number,organisation,valid_from,valid_to,area,category\n1405-1,pars,2026-03-21,2027-03-21,2603052291,roads\n";
        assert_eq!(import(short), [Ok(Taken::Unchanged)], "what is left out stays");
        let (contracts, coverages) = city.read(|tx| Ok((store::contract::list_contracts(tx)?, store::contract::list_coverages(tx)?)));
        assert_eq!((contracts[0].status.to_string().as_str(), contracts[0].daily_capacity), ("suspended", Some(8)));
        let kept =
            |c: &bazdid_domain::contract::Coverage| (c.rank, c.daily_capacity, c.descent.to_string()) == (3, Some(4), "exact".to_owned());
        assert_eq!(coverages.iter().filter(|c| kept(c)).count(), 1, "{coverages:?}");
        assert_eq!(all.0[0].valid_from.to_string(), "2026-03-20T20:30:00.000000Z", "a day begins where the municipality is");
    }
}

#[test]
fn a_phone_that_cannot_be_read_never_costs_the_row() {
    const ROWS: &str = "source_ref,text,lat,lon,category,phone\n\
        1,چاله,36.2688,50.0041,roads.pothole,09121234567\n\
        2,چاله,36.2688,50.0042,roads.pothole,۰۹۱۲۱۲۳۴۵۶۷\n\
        3,چاله,36.2688,50.0043,roads.pothole,989121234567\n\
        4,چاله,36.2688,50.0044,roads.pothole,9.12E+09\n\
        5,چاله,36.2688,50.0045,roads.pothole,ندارد\n\
        6,چاله,36.2688,50.0046,roads.pothole,-\n";
    for city in City::both() {
        prepared(&city);
        let told = import_requests(&city, ROWS, options(&[])).unwrap();
        assert!(told.iter().all(|(_, outcome)| outcome == "Created") && told.len() == 6, "{told:?}");
        assert_eq!(unread_phones(&city, ROWS, options(&[])), [5, 6, 7]);
        let calls = city.read(store::ticket::list_calls);
        assert_eq!(calls.len(), 3, "one for each phone that could be read");
        assert!(calls.iter().all(|c| c.caller_hash == calls[0].caller_hash), "which are the same");
    }
}

#[test]
fn figures_and_names_of_categories_are_read_from_every_keyboard() {
    const ROWS: &str = "id;complaint_type;lat;lon\n\
        1;آسفالت خيابان;36,2688;50,0041\n\
        2;آسفالت‌خیابان;۳۶٫۲۶۸۸;۵۰٫۰۰۴۲\n\
        3;آسفالت  خیابان;۳۶/۲۶۸۸;50.0043\n\
        4;چالهمعابر;٣٦.٢٦٨٨;50.0044\n\
        5;چیز دیگر;36.2688;50.0045\n";
    for map in [
        "complaint_type,category\nآسفالت خیابان,roads.resurfacing\nچالهٔ معابر,roads.pothole\n",
        "\u{feff}complaint_type;category\nآسفالت خیابان;roads.resurfacing\nچالهٔ معابر;roads.pothole\n",
    ] {
        for city in City::both() {
            prepared(&city);
            let options = RequestOptions { categories: CategoryMap::parse(map).unwrap(), ..options(&[("text", "complaint_type")]) };
            let told = import_requests(&city, ROWS, options).unwrap();
            let outcomes: Vec<&str> = told.iter().map(|(_, outcome)| outcome.as_str()).collect();
            assert_eq!(outcomes[..4], ["Created"; 4], "{told:?}");
            assert!(outcomes[4].contains("no category for \"چیز دیگر\""), "{told:?}");
        }
    }
}
