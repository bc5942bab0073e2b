//! The data of the demonstration, compiled in: outlines, real and synthetic requests. Where each comes from stands in
//! `data/README.md`. Pure: chance is an argument.

use serde_json::Value;

use bazdid_protocol::geo::Point;

/// Which of our categories a request of New York City belongs to, by its complaint type: CSV with a header.
pub const NYC_CATEGORIES: &str = include_str!("../data/nyc-categories.csv");

/// A city of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum City {
    /// Qazvin: four districts with synthetic outlines.
    Qazvin,
    /// Tehran: 22 regions with real outlines.
    Tehran,
    /// New York City: 71 community districts with real outlines, real requests.
    Nyc,
}

impl City {
    /// Its word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Qazvin => "qazvin",
            Self::Tehran => "tehran",
            Self::Nyc => "nyc",
        }
    }

    /// Its name, Persian and English.
    #[must_use]
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Qazvin => ("قزوین", "Qazvin"),
            Self::Tehran => ("تهران", "Tehran"),
            Self::Nyc => ("نیویورک", "New York City"),
        }
    }

    /// Its outlines, GeoJSON.
    #[must_use]
    pub const fn geojson(self) -> &'static str {
        match self {
            Self::Qazvin => include_str!("../data/qazvin.geojson"),
            Self::Tehran => include_str!("../data/tehran.geojson"),
            Self::Nyc => include_str!("../data/nyc.geojson"),
        }
    }

    /// The time zone in which its days are counted.
    #[must_use]
    pub const fn time_zone(self) -> chrono_tz::Tz {
        match self {
            Self::Qazvin | Self::Tehran => chrono_tz::Asia::Tehran,
            Self::Nyc => chrono_tz::America::New_York,
        }
    }

    /// How many requests a demonstration registers unless told otherwise.
    #[must_use]
    pub const fn usual_requests(self) -> usize {
        match self {
            Self::Qazvin => 240,
            Self::Tehran => 330,
            Self::Nyc => 600,
        }
    }
}

/// An area of a city, as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Code, unique in the city.
    pub code: String,
    /// `city`, `region` or `district`.
    pub kind: String,
    /// Code of the area that it is part of.
    pub parent: Option<String>,
    /// Name.
    pub name_fa: String,
    /// Name.
    pub name_en: String,
    /// Where the outline comes from; `synthetic` if it is not real.
    pub source: String,
    /// The exterior rings.
    rings: Vec<Vec<(f64, f64)>>,
}

impl Outline {
    /// Whether the outline was made for the demonstration.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.source == "synthetic"
    }

    /// Whether a point lies inside (even-odd over the exterior rings; good enough to make requests up).
    #[must_use]
    pub fn holds(&self, lat: f64, lon: f64) -> bool {
        self.rings.iter().any(|ring| {
            let crossings = ring
                .iter()
                .zip(ring.iter().skip(1))
                .filter(|((ax, ay), (bx, by))| (ay > &lat) != (by > &lat) && lon < (bx - ax) * (lat - ay) / (by - ay) + ax);
            crossings.count() % 2 == 1
        })
    }

    /// A point inside, by chance (`dice` gives numbers from 0 to 1).
    pub fn point(&self, dice: &mut dyn FnMut() -> f64) -> Point {
        let all = || self.rings.iter().flatten();
        let ends = |value: fn(&(f64, f64)) -> f64| {
            all().map(value).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
        };
        let ((west, east), (south, north)) = (ends(|p| p.0), ends(|p| p.1));
        let mut at = ((south + north) / 2.0, (west + east) / 2.0);
        for _ in 0..1000 {
            let (lat, lon) = (south + (north - south) * dice(), west + (east - west) * dice());
            if self.holds(lat, lon) {
                at = (lat, lon);
                break;
            }
        }
        let rounded = |x: f64| (x * 1e6).round() / 1e6;
        Point { lat: rounded(at.0), lon: rounded(at.1), accuracy_m: Some(8.0) }
    }
}

/// The areas of a city in the order of its file: parents come first.
#[must_use]
pub fn outlines(city: City) -> Vec<Outline> {
    let file: Value = serde_json::from_str(city.geojson()).unwrap_or_default();
    let features = file.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
    features.iter().filter_map(outline).collect()
}

fn outline(feature: &Value) -> Option<Outline> {
    let text = |name: &str| feature.pointer(&format!("/properties/{name}")).and_then(Value::as_str).map(str::to_owned);
    let coordinates = feature.pointer("/geometry/coordinates")?.as_array()?;
    let polygons: Vec<&Value> = match feature.pointer("/geometry/type")?.as_str()? {
        "Polygon" => coordinates.first().into_iter().collect(),
        _ => coordinates.iter().filter_map(|polygon| polygon.get(0)).collect(),
    };
    let position = |p: &Value| Some((p.get(0)?.as_f64()?, p.get(1)?.as_f64()?));
    let rings = polygons.iter().filter_map(|ring| ring.as_array()?.iter().map(position).collect()).collect();
    Some(Outline {
        code: text("code")?,
        kind: text("kind")?,
        parent: text("parent"),
        name_fa: text("name_fa")?,
        name_en: text("name_en")?,
        source: text("source")?,
        rings,
    })
}

/// The areas that contain no other: those that contracts are made for.
#[must_use]
pub fn districts(outlines: &[Outline]) -> Vec<&Outline> {
    outlines.iter().filter(|o| !outlines.iter().any(|other| other.parent.as_ref() == Some(&o.code))).collect()
}

/// A citizen's request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Code of the category.
    pub category: String,
    /// In words.
    pub text: String,
    /// Where, in words.
    pub address: Option<String>,
    /// Where.
    pub point: Point,
    /// Key in the system that it comes from; absent if it was made up.
    pub source: Option<String>,
}

/// Requests of a city: the real ones where there are any, otherwise made up from a chance in `dice` and said to be so.
#[must_use]
pub fn requests(city: City, outlines: &[Outline], wanted: usize, dice: &mut dyn FnMut() -> f64) -> Vec<Request> {
    match city {
        City::Nyc => {
            real_requests().into_iter().filter(|r| outlines.iter().any(|o| o.holds(r.point.lat, r.point.lon))).take(wanted).collect()
        }
        City::Qazvin | City::Tehran => synthetic_requests(city, outlines, wanted, dice),
    }
}

/// Whether the requests of a city are real.
#[must_use]
pub const fn has_real_requests(city: City) -> bool {
    matches!(city, City::Nyc)
}

fn synthetic_requests(city: City, outlines: &[Outline], wanted: usize, dice: &mut dyn FnMut() -> f64) -> Vec<Request> {
    let texts = table(include_str!("../data/texts-qazvin.csv"));
    let places = table(include_str!("../data/places-qazvin.csv"));
    let districts = districts(outlines);
    if districts.is_empty() {
        return Vec::new();
    }
    districts
        .iter()
        .cycle()
        .take(wanted)
        .filter_map(|district| {
            let line = pick(&texts, dice)?;
            let place = pick(&places, dice).and_then(|p| p.first()).filter(|_| city == City::Qazvin);
            Some(Request {
                category: line.first()?.clone(),
                text: line.get(1)?.clone(),
                address: place.map(|p| format!("{}، {p}", district.name_fa)).or_else(|| Some(district.name_fa.clone())),
                point: district.point(dice),
                source: None,
            })
        })
        .collect()
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place in a short list"
)]
fn pick<'t>(lines: &'t [Vec<String>], dice: &mut dyn FnMut() -> f64) -> Option<&'t Vec<String>> {
    lines.get(((dice() * lines.len() as f64) as usize).min(lines.len().saturating_sub(1)))
}

fn real_requests() -> Vec<Request> {
    let map = table(NYC_CATEGORIES);
    let category = |complaint: &str, descriptor: &str| {
        let of = |d: &str| map.iter().find(|l| l.first().is_some_and(|c| c == complaint) && l.get(1).is_some_and(|x| x == d));
        of(descriptor).or_else(|| of("*")).and_then(|l| l.get(2)).cloned()
    };
    table(include_str!("../data/requests-nyc.csv"))
        .into_iter()
        .filter_map(|line| {
            let [key, _, complaint, descriptor, address, lat, lon, ..] = line.as_slice() else { return None };
            let point = Point { lat: lat.parse().ok()?, lon: lon.parse().ok()?, accuracy_m: Some(10.0) };
            let text = if complaint == descriptor { complaint.clone() } else { format!("{complaint}: {descriptor}") };
            let address = Some(address.clone()).filter(|a| !a.is_empty());
            Some(Request { category: category(complaint, descriptor)?, text, address, point, source: Some(key.clone()) })
        })
        .collect()
}

/// The lines of a CSV file below its heading.
fn table(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().filter_map(Result::ok).map(|r| r.iter().map(str::to_owned).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> impl FnMut() -> f64 {
        let mut n = 0.1;
        move || {
            n = (n * 7.0 + 0.31_f64).fract();
            n
        }
    }

    #[test]
    fn every_city_has_its_areas_and_says_where_the_outlines_come_from() {
        for (city, areas, leaves, synthetic) in [(City::Qazvin, 5, 4, true), (City::Tehran, 22, 22, false), (City::Nyc, 71, 71, false)] {
            let outlines = outlines(city);
            assert_eq!((outlines.len(), districts(&outlines).len()), (areas, leaves), "{city:?}");
            assert!(outlines.iter().all(|o| o.is_synthetic() == synthetic), "{city:?}");
            for district in districts(&outlines) {
                let p = district.point(&mut numbers());
                assert!(district.holds(p.lat, p.lon), "{}", district.code);
            }
        }
    }

    #[test]
    fn every_request_has_a_category_of_the_catalogue_and_lies_in_the_city() {
        let catalogue: Value = serde_json::from_str(include_str!("../../domain/src/catalogue/default.json")).unwrap();
        let codes: Vec<&str> = catalogue["categories"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
        for city in [City::Qazvin, City::Tehran, City::Nyc] {
            let outlines = outlines(city);
            let requests = requests(city, &outlines, city.usual_requests(), &mut numbers());
            assert!(requests.len() * 10 >= city.usual_requests() * 9, "{city:?}: {}", requests.len());
            for r in &requests {
                assert!(codes.contains(&r.category.as_str()), "{r:?}");
                assert!(outlines.iter().any(|o| o.holds(r.point.lat, r.point.lon)), "{r:?}");
                assert_eq!(r.source.is_some(), has_real_requests(city));
            }
        }
        assert_eq!(real_requests().len(), 600, "each line of the sample has a category");
    }
}
