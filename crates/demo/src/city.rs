//! A city that is ready to work: organisations, contracts and people, all through the public HTTP API.
//!
//! Organisations that do not exist are named as samples. People are named by what they do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    clock::Dice,
    day::uuid_of,
    people::{DemoResult, OfficeClient, Person},
};
use bazdid_command::Failure;
use bazdid_demo_data::{City, Outline, Request, districts};
use bazdid_domain::account::Role;
use bazdid_protocol::time::Timestamp;

/// At most so many districts have people in the field.
const STAFFED: usize = 4;

/// What contractors do: a word for logins, names, and the top categories that they cover.
pub const TRADES: &[(&str, &str, &str, &[&str])] = &[
    ("roads", "آسفالت", "Asphalt", &["roads"]),
    ("waste", "نظافت و پسماند", "Cleaning and waste", &["waste", "animals"]),
    ("green", "فضای سبز", "Green space", &["green"]),
    ("services", "خدمات شهری", "Urban services", &["water", "view", "order", "traffic", "transit"]),
];

/// A city's plan: who covers what, and who works where.
#[derive(Debug)]
pub struct Plan {
    /// Its areas.
    pub outlines: Vec<Outline>,
    /// Districts with people in the field, those with the most requests first.
    pub staffed: Vec<Outline>,
    /// Everybody who can log in, the administrator first.
    pub people: Vec<Person>,
}

/// Plans a city.
#[must_use]
pub fn plan(city: City, outlines: Vec<Outline>, requests: &[Request], dice: &Dice) -> Plan {
    let mut ranked: Vec<(usize, Outline)> = districts(&outlines)
        .into_iter()
        .map(|d| (requests.iter().filter(|r| d.holds(r.point.lat, r.point.lon)).count(), d.clone()))
        .collect();
    if city != City::Qazvin {
        ranked.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    }
    let staffed: Vec<Outline> = ranked.into_iter().take(STAFFED).map(|(_, d)| d).collect();
    let people = people(&outlines, &staffed, dice);
    Plan { outlines, staffed, people }
}

/// A password that can be read aloud.
fn password(dice: &Dice) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..12).filter_map(|_| LETTERS.get(dice.below(LETTERS.len()))).map(|b| char::from(*b)).collect()
}

fn people(outlines: &[Outline], staffed: &[Outline], dice: &Dice) -> Vec<Person> {
    // Those who have the whole city hold the areas that lie in no other.
    let tops: Vec<String> = outlines.iter().filter(|o| o.parent.is_none()).map(|o| o.code.clone()).collect();
    let mut people = Vec::new();
    let mut add = |login: String, role: Role, name: String, organisation: Option<(String, String)>, areas: Vec<String>| {
        people.push(Person { login, password: password(dice), role, name, organisation, areas });
    };
    let municipality = Some(("municipality".to_owned(), "شهرداری".to_owned()));
    add("admin".into(), Role::Admin, "مدیر سامانه".into(), municipality.clone(), Vec::new());
    add("operator".into(), Role::Operator, "اپراتور ۱۳۷".into(), municipality.clone(), tops.clone());
    add("supervisor".into(), Role::Supervisor, "ناظر شهر".into(), municipality.clone(), tops.clone());
    add("auditor".into(), Role::Auditor, "حسابرس".into(), municipality.clone(), Vec::new());
    for (n, district) in staffed.iter().enumerate() {
        let (number, here) = (n + 1, vec![district.code.clone()]);
        for which in ["a", "b"] {
            let name = format!("بازرس {} ({which})", district.name_fa);
            add(format!("inspector.{number}{which}"), Role::Inspector, name, municipality.clone(), here.clone());
        }
        for (trade, name_fa, ..) in TRADES {
            let firm = Some((contractor(trade, district), contractor_name(name_fa, district)));
            add(
                format!("manager.{trade}.{number}"),
                Role::ContractorManager,
                format!("مدیر {name_fa} {}", district.name_fa),
                firm.clone(),
                Vec::new(),
            );
            for which in if *trade == "roads" { &["a", "b"][..] } else { &["a"][..] } {
                let name = format!("اکیپ {name_fa} {} ({which})", district.name_fa);
                add(format!("crew.{trade}.{number}{which}"), Role::Crew, name, firm.clone(), Vec::new());
            }
        }
    }
    let region = Some((REGION.0.to_owned(), REGION.1.to_owned()));
    add("manager.roads.region".into(), Role::ContractorManager, "مدیر آسفالت منطقه".into(), region.clone(), Vec::new());
    add("crew.roads.region".into(), Role::Crew, "اکیپ آسفالت منطقه".into(), region, Vec::new());
    let group = Some((EMERGENCY.0.to_owned(), EMERGENCY.1.to_owned()));
    add("crew.emergency".into(), Role::Crew, "گروه فوریت‌های اجرایی".into(), group, Vec::new());
    people
}

/// The contractor that is asked second, everywhere.
const REGION: (&str, &str, &str) =
    ("contractor-roads-region", "پیمانکار آسفالت منطقه (نمونه)", "Asphalt contractor of the region (sample)");
/// The group that is asked last, and first where minutes count.
const EMERGENCY: (&str, &str, &str) = ("emergency-demo", "گروه فوریت‌های اجرایی (نمونه)", "Executive emergency group (sample)");

/// Code of a district's contractor.
#[must_use]
pub fn contractor(trade: &str, district: &Outline) -> String {
    format!("contractor-{trade}-{}", district.code)
}

fn contractor_name(trade: &str, district: &Outline) -> String {
    format!("پیمانکار {trade} {} (نمونه)", district.name_fa)
}

/// The districts where nobody works today: one contractor does everything there.
fn quiet(plan: &Plan) -> Vec<&Outline> {
    districts(&plan.outlines).into_iter().filter(|d| !plan.staffed.iter().any(|s| s.code == d.code)).collect()
}

/// Makes the organisations; returns their ids by code.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn organisations(admin: &mut OfficeClient, plan: &Plan) -> DemoResult<BTreeMap<String, Value>> {
    let mut wanted = vec![
        (REGION.0.to_owned(), "contractor", REGION.1.to_owned(), REGION.2.to_owned()),
        (EMERGENCY.0.to_owned(), "emergency_group", EMERGENCY.1.to_owned(), EMERGENCY.2.to_owned()),
    ];
    for district in &plan.staffed {
        for (trade, name_fa, name_en, _) in TRADES {
            let english = format!("{name_en} contractor of {} (sample)", district.name_en);
            wanted.push((contractor(trade, district), "contractor", contractor_name(name_fa, district), english));
        }
    }
    for district in quiet(plan) {
        let english = format!("Contractor of {} (sample)", district.name_en);
        wanted.push((contractor("all", district), "contractor", contractor_name("خدمات", district), english));
    }
    for (code, kind, name_fa, name_en) in wanted {
        admin.create("/v1/organisations", &json!({ "code": code, "kind": kind, "name_fa": name_fa, "name_en": name_en }))?;
    }
    by_code(admin, "/v1/organisations")
}

/// Ids of a list by code.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn by_code(office: &mut OfficeClient, path: &str) -> DemoResult<BTreeMap<String, Value>> {
    let code = |item: &Value| Some((item.get("code")?.as_str()?.to_owned(), item.get("id")?.clone()));
    Ok(office.list(path)?.iter().filter_map(code).collect())
}

/// Makes a contract for each contractor of each district, the second rank for roads and the emergency group.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn contracts(admin: &mut OfficeClient, plan: &Plan, ids: &Ids, term: &Term) -> DemoResult<usize> {
    let mut made = 2;
    for (n, district) in plan.staffed.iter().enumerate() {
        for (trade, _, _, roots) in TRADES {
            let coverages: Vec<Cover<'_>> = roots.iter().map(|root| (district.code.as_str(), Some(*root), 1)).collect();
            ids.contract(admin, &contractor(trade, district), &format!("1405-{:03}-{trade}", n + 1), term, &coverages)?;
            made += 1;
        }
    }
    for (n, district) in quiet(plan).into_iter().enumerate() {
        let number = format!("1405-{:03}-all", plan.staffed.len() + n + 1);
        ids.contract(admin, &contractor("all", district), &number, term, &[(district.code.as_str(), None, 1)])?;
        made += 1;
    }
    // The whole city where it is an area of its own; otherwise the districts with people in the field.
    let whole: Vec<&str> = plan.outlines.iter().filter(|o| o.kind == "city").map(|o| o.code.as_str()).collect();
    let wide = if whole.is_empty() { plan.staffed.iter().map(|o| o.code.as_str()).collect() } else { whole };
    let second: Vec<Cover<'_>> = wide.iter().map(|area| (*area, Some("roads"), 2)).collect();
    ids.contract(admin, REGION.0, "1405-900-roads", term, &second)?;
    let last: Vec<Cover<'_>> = wide.iter().flat_map(|area| [(*area, Some("hazard"), 1), (*area, None, 9)]).collect();
    ids.contract(admin, EMERGENCY.0, "1405-999-emergency", term, &last)?;
    Ok(made)
}

/// What a contract covers: code of the area, code of the category (none: every one), rank.
type Cover<'c> = (&'c str, Option<&'c str>, i64);

/// How long contracts run.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// First instant.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
}

/// Ids by code.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    /// Of areas.
    pub areas: BTreeMap<String, Value>,
    /// Of categories.
    pub categories: BTreeMap<String, Value>,
    /// Of organisations.
    pub organisations: BTreeMap<String, Value>,
}

impl Ids {
    fn find<'i>(map: &'i BTreeMap<String, Value>, code: &str) -> DemoResult<&'i Value> {
        map.get(code).ok_or_else(|| Failure::said(format!("the server has nothing with the code {code}")))
    }

    fn contract(&self, admin: &mut OfficeClient, organisation: &str, number: &str, term: &Term, coverages: &[Cover<'_>]) -> DemoResult<()> {
        let organisation = Self::find(&self.organisations, organisation)?;
        let body = json!({ "organisation_id": organisation, "number": number, "valid_from": term.from, "valid_to": term.to });
        let contract = uuid_of(&admin.create("/v1/contracts", &body)?, "id")?;
        for (area, category, rank) in coverages {
            let category = category.map(|c| Self::find(&self.categories, c)).transpose()?;
            let body = json!({
                "contract_id": contract, "area_id": Self::find(&self.areas, area)?, "category_id": category, "rank": rank,
                "valid_from": term.from,
            });
            admin.create("/v1/coverages", &body)?;
        }
        admin.command(&format!("/v1/contracts/{contract}"), "activate", &Value::Null).map(drop)
    }

    /// Makes an account with its grant.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn account(&self, admin: &mut OfficeClient, person: &Person) -> DemoResult<()> {
        let organisation = person.organisation.as_ref().map(|(code, _)| Self::find(&self.organisations, code)).transpose()?;
        let areas = person.areas.iter().map(|a| Self::find(&self.areas, a).cloned()).collect::<DemoResult<Vec<_>>>()?;
        let body = json!({ "login": person.login, "display_name": person.name, "locale": "fa", "password": person.password, "must_change_password": false });
        let id = uuid_of(&admin.create("/v1/accounts", &body)?, "id")?;
        let grant = json!({ "role": person.role, "organisation_id": organisation, "areas": areas });
        admin.command(&format!("/v1/accounts/{id}"), "grant", &grant).map(drop)
    }
}
