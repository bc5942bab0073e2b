//! Import of areas and of the catalogue: all or nothing, safe to repeat, seen by everybody at once.

use bazdid_domain::{
    area::AreaKind,
    catalogue::Catalogue,
    geojson::{Expected, Names, Reading, read_areas},
    organisation::{ActiveState, OrganisationKind},
};
use bazdid_protocol::{error::Code, geo::Point};
use bazdid_service::{
    area::{AreaData, AreaFilter, AreaImport, Run, expected_place, find_outline, get_area, import_areas, list_areas, update_area},
    catalogue::{CatalogueImport, Existing, import_catalogue},
    category::{CategoryData, create_category, list_categories, update_category},
    organisation::{OrganisationData, create_organisation, list_organisations, update_organisation},
};
use bazdid_store as store;

use serde_json::json;

use crate::city::City;

const QAZVIN: &[u8] = include_bytes!("../../crates/demo-data/data/qazvin.geojson");

fn names() -> Names {
    let some = |s: &str| Some(s.to_owned());
    Names {
        code: "code".into(),
        name_fa: some("name_fa"),
        name_en: some("name_en"),
        kind: some("kind"),
        default_kind: AreaKind::District,
        parent: some("parent"),
        default_parent: None,
        source: some("source"),
        default_source: "test".into(),
    }
}

fn qazvin() -> Reading {
    read_areas(QAZVIN, &names(), Expected::Anywhere).unwrap()
}

fn import(city: &City, reading: &Reading, run: Run) -> bazdid_protocol::error::Result<AreaImport> {
    let (ctx, reading) = (city.ctx(), reading.clone());
    city.try_write(move |tx| import_areas(tx, &ctx, &reading, run))
}

/// Everything that an import could leave behind: version of the reference data, audit entries, head of the channel `ref`.
fn traces(city: &City) -> (Option<String>, usize, Option<i64>) {
    city.read(|tx| {
        let version = store::state::find_state(tx, "reference_version")?;
        let audit = store::audit::list_audit_entries(tx)?.len();
        let head = store::feed::list_channels(tx, &["ref".to_owned()])?.first().map(|c| c.head);
        Ok((version, audit, head))
    })
}

#[test]
fn a_city_is_imported_once_however_often_the_file_is_given() {
    for city in City::both() {
        let reading = qazvin();
        let count = reading.areas.len();
        assert_eq!(import(&city, &reading, Run::Dry).unwrap().created.len(), count);
        assert_eq!(traces(&city), (None, 0, None), "a dry run leaves nothing");
        assert_eq!(import(&city, &reading, Run::Real).unwrap().created.len(), count);
        let after = traces(&city);
        assert_eq!((after.1, after.2.is_some()), (2 * count, true));
        city.clock.advance_minutes(5);
        assert_eq!(import(&city, &reading, Run::Real).unwrap(), AreaImport { unchanged: count, ..AreaImport::default() });
        assert_eq!(traces(&city), after, "the second time leaves no trace");

        let ctx = city.ctx();
        let at = Point { lat: 36.2688, lon: 50.0041, accuracy_m: None };
        let placed = city.read(|tx| Ok(ctx.reference(tx)?.locate(&at)));
        assert_eq!((placed.areas.len(), placed.leaf_areas.len()), (2, 1));
        let districts = city.read(|tx| list_areas(tx, &ctx, AreaFilter { kind: Some(AreaKind::District), parent_id: None }));
        assert_eq!(districts.iter().map(|a| a.code.as_str()).collect::<Vec<_>>(), ["2603052291", "2603052292", "2603052520", "2603052703"]);
    }
}

#[test]
fn a_new_outline_is_a_new_version_and_the_old_one_stays_on_record() {
    for city in City::both() {
        let mut reading = qazvin();
        import(&city, &reading, Run::Real).unwrap();
        let first = city.now();
        city.clock.advance_minutes(60);
        for coordinate in reading.areas[1].shape.iter_mut() {
            coordinate.exterior_mut(|ring| ring.0.iter_mut().for_each(|c| c.x += 1.0));
        }
        reading.areas[1].name_en = "Renamed".into();
        let code = reading.areas[1].code.clone();
        let done = import(&city, &reading, Run::Real).unwrap();
        assert_eq!((done.changed, done.redrawn, done.created), (vec![code.clone()], vec![code.clone()], vec![]));
        let ctx = city.ctx();
        let (area, shapes) = city.read(|tx| {
            let area = store::area::find_area_by_code(tx, &code)?.unwrap();
            Ok((area.clone(), store::area::list_shapes_of(tx, area.id)?))
        });
        assert_eq!((area.rev, area.name_en.as_str(), shapes.len()), (2, "Renamed", 2));
        assert_eq!((shapes[1].valid_from, shapes[1].valid_to, shapes[0].valid_from), (first, Some(city.now()), city.now()));
        let (_, outline) = city.read(|tx| find_outline(tx, &ctx, area.id));
        assert_eq!(outline.unwrap().id, shapes[0].id);
        let [west, ..] = city.read(|tx| Ok(ctx.reference(tx)?.areas.extent(Some(area.id)).unwrap()));
        assert!(west > 50.9, "the index follows at once: {west}");
    }
}

#[test]
fn a_file_with_a_wrong_parent_is_refused_as_a_whole() {
    for city in City::both() {
        let mut reading = qazvin();
        reading.areas[2].parent = Some("nowhere".into());
        reading.areas[3].parent = Some(reading.areas[4].code.clone());
        let error = import(&city, &reading, Run::Real).unwrap_err();
        let told: Vec<_> = error.fields.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!((error.code, told), (Code::Validation, vec!["/features/2", "/features/3"]), "{error}");
        assert!(error.fields[0].detail.contains("no area with the code \"nowhere\""));
        assert_eq!(traces(&city).0, None);
        assert_eq!(city.read(store::area::list_areas), []);
    }
}

#[test]
fn new_areas_are_expected_near_those_that_are_known() {
    for city in City::both() {
        import(&city, &qazvin(), Run::Real).unwrap();
        let ctx = city.ctx();
        let expected = city.read(|tx| expected_place(tx, &ctx));
        let swapped = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"x"},"geometry":
            {"type":"Polygon","coordinates":[[[36.2,50.0],[36.2,50.1],[36.3,50.1],[36.2,50.0]]]}}]}"#;
        let faults = read_areas(swapped.as_bytes(), &names(), expected).unwrap_err();
        assert!(faults[0].to_string().contains("the order of coordinates seems wrong"), "{}", faults[0]);
    }
}

#[test]
fn names_of_an_area_change_for_the_one_who_saw_the_newest_revision() {
    for city in City::both() {
        import(&city, &qazvin(), Run::Real).unwrap();
        let ctx = city.ctx();
        let all = city.read(|tx| list_areas(tx, &ctx, AreaFilter::default()));
        let (top, district) = (all[0].clone(), all[1].clone());
        let data = AreaData { name_fa: "ناحیهٔ یک".into(), name_en: "District One".into(), parent_id: Some(top.id) };
        let update = |rev, data: AreaData| {
            let ctx = city.ctx();
            city.try_write(move |tx| update_area(tx, &ctx, district.id, rev, &data))
        };
        assert_eq!(update(1, data.clone()).unwrap().rev, 2);
        let late = update(1, data.clone()).unwrap_err();
        assert_eq!((late.code, late.facts["current"].as_i64()), (Code::PreconditionFailed, Some(2)));
        assert_eq!(update(2, data.clone()).unwrap().rev, 2, "nothing to change");
        let wrong = update(2, AreaData { parent_id: Some(district.id), name_en: " ".into(), ..data }).unwrap_err();
        assert_eq!(wrong.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), ["/name_en", "/parent_id"]);
        assert_eq!(city.read(|tx| get_area(tx, district.id)).name_en, "District One");
    }
}

fn load(city: &City, catalogue: &Catalogue, existing: Existing) -> bazdid_protocol::error::Result<CatalogueImport> {
    let (ctx, catalogue) = (city.ctx(), catalogue.clone());
    city.try_write(move |tx| import_catalogue(tx, &ctx, &catalogue, existing, Run::Real))
}

#[test]
fn the_shipped_catalogue_is_loaded_once_and_leaves_the_citys_own_words_alone() {
    for city in City::both() {
        let shipped = Catalogue::shipped().unwrap();
        let count = shipped.organisations.len() + shipped.categories.len();
        assert_eq!(load(&city, &shipped, Existing::Keep).unwrap(), CatalogueImport { created: count, ..CatalogueImport::default() });
        let after = traces(&city);
        for existing in [Existing::Keep, Existing::Update] {
            assert_eq!(load(&city, &shipped, existing).unwrap(), CatalogueImport { unchanged: count, ..CatalogueImport::default() });
        }
        assert_eq!(traces(&city), after);

        let mut edited = shipped.clone();
        edited.categories[1].name_en = "Holes".into();
        assert_eq!(load(&city, &edited, Existing::Keep).unwrap().changed, 0);
        assert_eq!(load(&city, &edited, Existing::Update).unwrap().changed, 1);
        let ctx = city.ctx();
        let pothole = city.read(|tx| list_categories(tx, &ctx, None)).into_iter().find(|c| c.code == "roads.pothole").unwrap();
        assert_eq!((pothole.name_en.as_str(), pothole.rev, pothole.owner_id.is_some()), ("Holes", 2, true));

        edited.categories[1].owner = Some("nobody".into());
        edited.categories[2].accept_minutes = 0;
        let refused = load(&city, &edited, Existing::Update).unwrap_err();
        assert_eq!(
            refused.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(),
            ["/categories/1/owner", "/categories/2/accept_minutes"]
        );
    }
}

#[test]
fn a_catalogue_may_say_how_much_evidence_may_deviate() {
    for city in City::both() {
        let mut file: serde_json::Value = serde_json::from_str(include_str!("../../crates/domain/src/catalogue/default.json")).unwrap();
        file["categories"][1]["evidence_thresholds"] = json!({ "speed_kmh": 90.0, "exif_time_s": 600 });
        let read = |file: &serde_json::Value| Catalogue::parse(&file.to_string());
        load(&city, &read(&file).unwrap(), Existing::Keep).unwrap();
        let ctx = city.ctx();
        let thresholds = |n: usize| {
            let code = file["categories"][n]["code"].as_str().unwrap();
            let all = city.read(|tx| list_categories(tx, &ctx, None));
            serde_json::to_value(all.into_iter().find(|c| c.code == code).unwrap().evidence_thresholds).unwrap()
        };
        assert_eq!((thresholds(1), thresholds(2)), (file["categories"][1]["evidence_thresholds"].clone(), json!({})));

        let mut wrong = file.clone();
        wrong["categories"][1]["evidence_thresholds"] = json!({ "speed_kmh": 0.0 });
        let refused = load(&city, &read(&wrong).unwrap(), Existing::Update).unwrap_err();
        let told: Vec<_> = refused.fields.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(told, ["/categories/1/evidence_thresholds/speed_kmh"]);
        wrong["categories"][1]["evidence_thresholds"] = json!({ "fog_m": 1 });
        assert!(read(&wrong).is_err(), "a threshold that nobody knows");
        assert_eq!(thresholds(1), file["categories"][1]["evidence_thresholds"]);
    }
}

#[test]
fn organisations_and_categories_are_made_and_changed_with_care() {
    for city in City::both() {
        load(&city, &Catalogue::shipped().unwrap(), Existing::Keep).unwrap();
        let ctx = city.ctx();
        let data = OrganisationData {
            code: "pars-rah".into(),
            kind: OrganisationKind::Contractor,
            name_fa: "پارس‌راه".into(),
            name_en: "Pars Rah".into(),
            parent_id: None,
            state: ActiveState::Active,
        };
        let (c, d) = (ctx.clone(), data.clone());
        let made = city.write(move |tx| create_organisation(tx, &c, &d));
        let (c, d) = (ctx.clone(), OrganisationData { name_en: "bad\u{0}".into(), ..data.clone() });
        let wrong = city.try_write(move |tx| create_organisation(tx, &c, &d)).unwrap_err();
        assert_eq!(wrong.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), ["/code", "/name_en"]);
        let (c, d) = (ctx.clone(), OrganisationData { parent_id: Some(made.id), ..data.clone() });
        let own_parent = city.try_write(move |tx| update_organisation(tx, &c, made.id, 1, &d)).unwrap_err();
        assert_eq!(own_parent.fields[0].pointer, "/parent_id");
        let (c, d) = (ctx.clone(), OrganisationData { state: ActiveState::Disabled, ..data });
        assert_eq!(city.write(move |tx| update_organisation(tx, &c, made.id, 1, &d)).rev, 2);
        assert_eq!(city.read(|tx| list_organisations(tx, &ctx, Some(OrganisationKind::Contractor))).len(), 1);

        let categories = city.read(|tx| list_categories(tx, &ctx, None));
        let (group, member) = (categories[0].clone(), categories[1].clone());
        let of = |c: &bazdid_domain::category::Category| CategoryData {
            code: c.code.clone(),
            parent_id: c.parent_id,
            name_fa: c.name_fa.clone(),
            name_en: c.name_en.clone(),
            synonyms: c.synonyms.clone(),
            owner_id: c.owner_id,
            hazard: c.hazard,
            default_priority: c.default_priority,
            evidence: c.evidence.clone(),
            needs_inspection: c.needs_inspection,
            accept_minutes: c.accept_minutes,
            resolve_minutes: c.resolve_minutes,
            evidence_radius_m: c.evidence_radius_m,
            evidence_thresholds: c.evidence_thresholds,
            checklist_id: None,
            state: c.state,
        };
        let (c, third) = (ctx.clone(), CategoryData { code: "x.y.z".into(), parent_id: Some(member.id), ..of(&member) });
        let third = city.try_write(move |tx| create_category(tx, &c, &third)).unwrap_err();
        assert_eq!((third.fields.len(), third.fields[0].pointer.as_str()), (1, "/parent_id"));
        let other = categories.iter().find(|c| c.parent_id.is_none() && c.id != group.id).unwrap().id;
        let (c, below) = (ctx.clone(), CategoryData { parent_id: Some(other), ..of(&group) });
        assert_eq!(
            city.try_write(move |tx| update_category(tx, &c, group.id, group.rev, &below)).unwrap_err().fields[0].pointer,
            "/parent_id"
        );
        let (c, radius) = (ctx.clone(), CategoryData { evidence_radius_m: f64::NAN, ..of(&member) });
        let radius = city.try_write(move |tx| update_category(tx, &c, member.id, member.rev, &radius)).unwrap_err();
        assert_eq!(radius.fields[0].pointer, "/evidence_radius_m");
        let (c, fine) = (ctx.clone(), CategoryData { accept_minutes: 61, ..of(&member) });
        assert_eq!(city.write(move |tx| update_category(tx, &c, member.id, member.rev, &fine)).rev, member.rev + 1);
    }
}

/// The city that the tests of other themes start from.
pub fn import_qazvin(city: &City) {
    import(city, &qazvin(), Run::Real).unwrap();
}
