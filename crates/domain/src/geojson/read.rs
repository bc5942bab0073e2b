//! From the bytes of a GeoJSON file to areas.

use std::{cell::Cell, collections::BTreeMap, fmt};

use geo::{BoundingRect as _, MultiPolygon};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{
    area::AreaKind,
    geojson::{
        Fault, FeatureFault, GeometryFault, RingName, check, multi_polygon,
        repair::{Extent, close_rings, repair},
    },
};
use bazdid_protocol::text_enum::TextEnum as _;

/// Largest file that is read, bytes. Outlines of a whole country's districts are smaller; more would only fill the memory.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest name or code, characters.
const MAX_TEXT: usize = 200;

/// Which properties hold what. A name with dots that is no property itself leads into objects: `tags.name:fa`.
#[derive(Debug, Clone)]
pub struct Names {
    /// Property of the code; it must be there.
    pub code: String,
    /// Property of the Persian name; the English one stands in for it.
    pub name_fa: Option<String>,
    /// Property of the English name; the Persian one stands in for it.
    pub name_en: Option<String>,
    /// Property of the level.
    pub kind: Option<String>,
    /// Level of areas that say none.
    pub default_kind: AreaKind,
    /// Property of the code of the area above.
    pub parent: Option<String>,
    /// Code of the area above of areas that say none.
    pub default_parent: Option<String>,
    /// Property that tells where the outline is from.
    pub source: Option<String>,
    /// The same for areas that say nothing.
    pub default_source: String,
}

/// Where the areas are expected.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    /// Anywhere.
    Anywhere,
    /// Inside a box (west, south, east, north): elsewhere is a fault.
    Inside([f64; 4]),
    /// Near a box: elsewhere is a fault only if swapped coordinates would be near it.
    Near([f64; 4]),
}

/// An area of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureArea {
    /// Position in the file, from 0.
    pub feature: usize,
    /// Code.
    pub code: String,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Level.
    pub kind: AreaKind,
    /// Code of the area above.
    pub parent: Option<String>,
    /// Outline.
    pub shape: MultiPolygon<f64>,
    /// Where the outline is from.
    pub source: String,
}

/// A feature that is no area, such as the point of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Position in the file, from 0.
    pub feature: usize,
    /// Code or name.
    pub label: Option<String>,
    /// Its geometry.
    pub geometry: String,
}

/// What becomes of features with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// They refuse the whole file.
    RefuseFile,
    /// They are left out.
    Skip,
    /// Outlines that can be repaired are; other faults refuse the whole file.
    Repair,
    /// Outlines that can be repaired are; features with other faults are left out.
    RepairOrSkip,
}

impl Invalid {
    const fn repairs(self) -> bool {
        matches!(self, Self::Repair | Self::RepairOrSkip)
    }

    const fn skips(self) -> bool {
        matches!(self, Self::Skip | Self::RepairOrSkip)
    }
}

/// An outline that was repaired.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// Position in the file, from 0.
    pub feature: usize,
    /// Code.
    pub code: String,
    /// What was wrong.
    pub fault: GeometryFault,
    /// The outline as it stood in the file; absent if that was none.
    pub before: Option<Extent>,
    /// The outline that was made of it.
    pub after: Extent,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Areas, in the order of the file.
    pub areas: Vec<FeatureArea>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Features with a fault that were left out.
    pub invalid: Vec<FeatureFault>,
    /// Outlines that were repaired.
    pub repaired: Vec<Repaired>,
}

/// Reads a file of areas; a fault in one feature refuses the whole file.
///
/// # Errors
/// Every fault of the file; there is no reading with a fault.
pub fn read_areas(bytes: &[u8], names: &Names, expected: Expected) -> Result<Reading, Vec<FeatureFault>> {
    read_areas_with(bytes, names, expected, Invalid::RefuseFile)
}

/// How many features a file holds; none if it cannot be read.
#[must_use]
pub fn count_features(bytes: &[u8]) -> usize {
    if bytes.len() > MAX_BYTES { 0 } else { parse(bytes).map_or(0, |features| features.len()) }
}

/// Reads a file of areas.
///
/// # Errors
/// Every fault of the file that refuses it, or all of them if no area is left.
pub fn read_areas_with(bytes: &[u8], names: &Names, expected: Expected, invalid: Invalid) -> Result<Reading, Vec<FeatureFault>> {
    let whole = |fault| vec![FeatureFault { feature: None, label: None, fault }];
    if bytes.len() > MAX_BYTES {
        return Err(whole(Fault::TooLarge { bytes: bytes.len(), max: MAX_BYTES }));
    }
    let features = parse(bytes).map_err(|fault| vec![fault])?;
    let mut reading = Reading { areas: Vec::new(), skipped: Vec::new(), invalid: Vec::new(), repaired: Vec::new() };
    let mut faults = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (n, feature) in features.into_iter().enumerate() {
        let label = label(&feature, names);
        let kind = feature.get("geometry").and_then(|g| g.get("type")).and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "Point" | "MultiPoint") {
            reading.skipped.push(Skipped { feature: n, label, geometry: kind.to_owned() });
            continue;
        }
        match area(n, &feature, names, expected, invalid).and_then(|(area, repaired)| match seen.get(&area.code) {
            Some(first) => Err(Fault::Duplicate { code: area.code, first: *first }),
            None => Ok((area, repaired)),
        }) {
            Ok((area, repaired)) => {
                seen.insert(area.code.clone(), n);
                reading.areas.push(area);
                reading.repaired.extend(repaired);
            }
            Err(fault) => faults.push(FeatureFault { feature: Some(n), label, fault }),
        }
    }
    match (faults.is_empty(), reading.areas.is_empty()) {
        (false, is_empty) if is_empty || !invalid.skips() => Err(faults),
        (_, true) => Err(whole(Fault::NoAreas)),
        (_, false) => Ok(Reading { invalid: faults, ..reading }),
    }
}

fn area(n: usize, feature: &Value, names: &Names, expected: Expected, invalid: Invalid) -> Result<(FeatureArea, Option<Repaired>), Fault> {
    let optional = |name: &Option<String>| name.as_ref().map_or(Ok(None), |name| property(feature, name));
    let code = property(feature, &names.code)?.ok_or_else(|| Fault::Property(names.code.clone()))?;
    let (fa, en) = (optional(&names.name_fa)?, optional(&names.name_en)?);
    let kind = optional(&names.kind)?.map_or(Ok(names.default_kind), |word| AreaKind::parse(&word))?;
    let geometry = feature.get("geometry").filter(|g| !g.is_null()).ok_or(GeometryFault::Missing)?;
    let (shape, repaired) = outline(geometry, expected, invalid)?;
    let repaired = repaired.map(|(fault, before)| Repaired { feature: n, code: code.clone(), fault, before, after: Extent::of(&shape) });
    let area = FeatureArea {
        feature: n,
        name_fa: fa.clone().or_else(|| en.clone()).unwrap_or_else(|| code.clone()),
        name_en: en.or(fa).unwrap_or_else(|| code.clone()),
        code,
        kind,
        parent: optional(&names.parent)?.or_else(|| names.default_parent.clone()),
        shape,
        source: optional(&names.source)?.unwrap_or_else(|| names.default_source.clone()),
    };
    Ok((area, repaired))
}

/// What was wrong with an outline before its repair, and how large it was as far as it was one.
type Mended = (GeometryFault, Option<Extent>);

/// The outline of a geometry, and what was wrong with it if it was repaired.
fn outline(geometry: &Value, expected: Expected, invalid: Invalid) -> Result<(MultiPolygon<f64>, Option<Mended>), GeometryFault> {
    let (shape, open) = match multi_polygon(geometry) {
        Ok(shape) => (shape, None),
        Err(fault @ GeometryFault::Unclosed(_)) if invalid.repairs() => match close_rings(geometry) {
            Some(closed) => (multi_polygon(&closed)?, Some(fault)),
            None => return Err(fault),
        },
        Err(fault) => return Err(fault),
    };
    check_width(&shape)?;
    check_place(&shape, expected)?;
    match (check(&shape), open) {
        (Ok(()), None) => Ok((shape, None)),
        (Ok(()), Some(fault)) => Ok((shape, Some((fault, None)))),
        (Err(fault), open) if invalid.repairs() => match repair(&shape) {
            Some(repaired) => {
                let before = if open.is_some() { None } else { Some(Extent::of(&shape)) };
                Ok((repaired, Some((open.unwrap_or(fault), before))))
            }
            None => Err(fault),
        },
        (Err(fault), _) => Err(fault),
    }
}

/// No polygon of a city is wider than half the globe: one that is crosses the date line.
fn check_width(shape: &MultiPolygon<f64>) -> Result<(), GeometryFault> {
    let wide = shape.iter().position(|part| part.bounding_rect().is_some_and(|bounds| bounds.width() > 180.0));
    wide.map_or(Ok(()), |part| Err(GeometryFault::DateLine(RingName { part, hole: None })))
}

/// Whether a shape lies where it is expected.
fn check_place(shape: &MultiPolygon<f64>, expected: Expected) -> Result<(), GeometryFault> {
    let (Expected::Inside([west, south, east, north]) | Expected::Near([west, south, east, north])) = expected else {
        return Ok(());
    };
    let Some(bounds) = shape.bounding_rect() else { return Err(GeometryFault::Empty) };
    let centre = bounds.center();
    let inside = |x: f64, y: f64| west <= x && x <= east && south <= y && y <= north;
    if inside(centre.x, centre.y) {
        Ok(())
    } else if inside(centre.y, centre.x) {
        Err(GeometryFault::SwappedAgainstExpected(centre.x, centre.y))
    } else if matches!(expected, Expected::Inside(_)) {
        Err(GeometryFault::Elsewhere(centre.x, centre.y))
    } else {
        Ok(())
    }
}

/// A property as text; absent if there is none, or null, or nothing but spaces.
fn property(feature: &Value, name: &str) -> Result<Option<String>, Fault> {
    let Some(properties) = feature.get("properties") else { return Ok(None) };
    let value = properties.get(name).or_else(|| nested(properties, name));
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => return Err(Fault::Property(name.to_owned())),
    };
    if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(Fault::Text(name.to_owned()));
    }
    Ok(Some(text).filter(|t| !t.is_empty()))
}

/// Follows the dots of a name; a key may hold dots itself.
fn nested<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    name.match_indices('.').find_map(|(at, _)| {
        let (first, rest) = name.split_at(at);
        let (inner, rest) = (value.get(first)?, rest.strip_prefix('.')?);
        inner.get(rest).or_else(|| nested(inner, rest))
    })
}

/// What a person would call the feature.
fn label(feature: &Value, names: &Names) -> Option<String> {
    let of = |name: &str| property(feature, name).ok().flatten();
    let title = [&names.name_en, &names.name_fa].into_iter().flatten().find_map(|n| of(n)).or_else(|| of("name"));
    match (of(&names.code), title) {
        (Some(code), Some(title)) if code != title => Some(format!("{code}, {title}")),
        (code, title) => code.or(title),
    }
}

/// The features of a collection, or the one feature.
fn parse(bytes: &[u8]) -> Result<Vec<Value>, FeatureFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let at = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = Collection { at: &at }.deserialize(&mut reader).and_then(|c| reader.end().map(|()| c));
    let fault = |feature: Option<usize>, fault| FeatureFault { feature, label: None, fault };
    let Parsed { kind, crs, features, single } = parsed.map_err(|e| match e.classify() {
        serde_json::error::Category::Data if at.get().is_none() => fault(None, Fault::NotGeoJson),
        _ => fault(at.get(), Fault::NotJson(e.to_string())),
    })?;
    if let Some(name) = crs.as_ref().and_then(foreign_crs) {
        return Err(fault(None, Fault::Crs(name)));
    }
    match (kind.as_deref(), features) {
        (Some("FeatureCollection"), Some(features)) => Ok(features),
        (Some("Feature"), None) => Ok(vec![Value::Object(single)]),
        _ => Err(fault(None, Fault::NotGeoJson)),
    }
}

/// The name of a coordinate reference system that is not WGS84.
fn foreign_crs(crs: &Value) -> Option<String> {
    if crs.is_null() {
        return None;
    }
    let name = crs.get("properties").and_then(|p| p.get("name")).and_then(Value::as_str);
    let known = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.ends_with("CRS84") || name == "EPSG:4326" || (name.starts_with("URN:") && name.ends_with(":4326")) || name == "WGS84"
    };
    match name {
        Some(name) if known(name) => None,
        Some(name) => Some(format!("\"{}\"", name.chars().take(80).collect::<String>())),
        None => Some("of an unknown kind".to_owned()),
    }
}

struct Parsed {
    kind: Option<String>,
    crs: Option<Value>,
    features: Option<Vec<Value>>,
    single: serde_json::Map<String, Value>,
}

/// Reads a collection feature by feature, so that a fault of the text can name the feature.
struct Collection<'a> {
    at: &'a Cell<Option<usize>>,
}

impl<'de> DeserializeSeed<'de> for Collection<'_> {
    type Value = Parsed;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parsed, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_> {
    type Value = Parsed;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
        let mut parsed = Parsed { kind: None, crs: None, features: None, single: serde_json::Map::new() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => parsed.kind = map.next_value::<Value>()?.as_str().map(str::to_owned),
                "crs" => parsed.crs = Some(map.next_value()?),
                "features" => parsed.features = Some(map.next_value_seed(Features { at: self.at })?),
                "properties" | "geometry" | "id" => {
                    parsed.single.insert(key, map.next_value()?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(parsed)
    }
}

struct Features<'a> {
    at: &'a Cell<Option<usize>>,
}

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = Vec<Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Value>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = Vec<Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Value>, A::Error> {
        let mut features = Vec::new();
        loop {
            self.at.set(Some(features.len()));
            match seq.next_element::<Value>()? {
                Some(feature) if feature.get("type").and_then(Value::as_str) == Some("Feature") => features.push(feature),
                Some(_) => return Err(A::Error::custom("a member of \"features\" is not a Feature")),
                None => break,
            }
        }
        self.at.set(None);
        Ok(features)
    }
}
