//! What a HEIC file would have the decoder do, weighed before it does it: a small file may name the same picture thousands of times.

use heifer::heifer_hevc_dec::{
    nal::{NalUnit, NalUnitType, split_annex_b},
    params::ParameterSets,
};
use heifer::heifer_isobmff::{
    BoxIter, HeifFile, Item, ItemId,
    boxes::{ConstructionMethod, Property},
};

use super::MAX_PIXELS;
use crate::container::MAX_STEPS;
use bazdid_domain::evidence::reading::{Gap, Known};

/// Pixels that are decoded for one picture at most: the tiles at the right and the bottom may stand out.
const MAX_CODED: u64 = 2 * MAX_PIXELS;
/// Largest description of a file's items, bytes: phones write some ten thousand.
const MAX_META: usize = 1 << 20;
/// What the tiles may have in parameters beside the data of the file, bytes.
const MAX_PARAMETERS: u64 = 1 << 20;

/// Lets pass a single HEVC picture, or a grid of them as phones write it, with or without an alpha picture of the same kinds.
pub(super) fn check(bytes: &[u8]) -> Known<()> {
    check_meta(bytes)?;
    let file = HeifFile::parse(bytes).map_err(|_| Gap::Damaged)?;
    let announced = |p: &Property| matches!(p, Property::ImageSize { width, height } if area(*width, *height) > MAX_PIXELS);
    let referred: usize = file.references.iter().map(|r| r.to.len()).sum();
    if file.properties.iter().any(announced) || file.references.len() + referred > MAX_STEPS {
        return Err(Gap::TooLarge);
    }
    let size = u64::try_from(bytes.len()).map_err(|_| Gap::TooLarge)?;
    check_picture(&file, file.primary_id, size)?;
    for helper in file.referencing_items(file.primary_id, b"auxl") {
        // Others than alpha are not decoded, and not judged.
        if !is_alpha(&file, helper)? {
            continue;
        }
        // The decoder looks for the alpha of an alpha.
        if !file.referencing_items(helper, b"auxl").is_empty() {
            return Err(Gap::NotDecodable);
        }
        check_picture(&file, helper, size)?;
    }
    Ok(())
}

/// The reader of boxes compares every item with every other.
fn check_meta(bytes: &[u8]) -> Known<()> {
    for found in BoxIter::new(bytes) {
        let found = found.map_err(|_| Gap::Damaged)?;
        if found.header.box_type.0 == *b"meta"
            && (found.content.len() > MAX_META || found.content.windows(4).filter(|w| w == b"infe").count() > MAX_STEPS)
        {
            return Err(Gap::TooLarge);
        }
    }
    Ok(())
}

fn check_picture(file: &HeifFile<'_>, id: ItemId, size: u64) -> Known<()> {
    // Cut, turned and mirrored once each; every one is a copy of the whole.
    if item(file, id)?.properties.iter().filter(|p| is_transform(file, p.index)).count() > 3 {
        return Err(Gap::NotDecodable);
    }
    let tiles = match &item(file, id)?.item_type.0 {
        b"hvc1" => &[id][..],
        b"grid" => tiles(file, id)?,
        _ => return Err(Gap::NotDecodable),
    };
    let mut data = 0_u64;
    for tile in tiles {
        data = data.saturating_add(data_size(file, *tile, size)?);
    }
    if data > size.saturating_mul(2).saturating_add(MAX_PARAMETERS) {
        return Err(Gap::NotDecodable);
    }
    let mut pixels = 0_u64;
    let mut last = None;
    for tile in tiles {
        let coded = match last {
            Some((same, coded)) if same == *tile => coded,
            _ => coded_pixels(file, *tile)?,
        };
        last = Some((*tile, coded));
        pixels = pixels.saturating_add(coded);
        if pixels > MAX_CODED {
            return Err(Gap::NotDecodable);
        }
    }
    Ok(())
}

/// The tiles of a grid: plain pictures, none of which lies wholly outside.
fn tiles<'f>(file: &'f HeifFile<'_>, id: ItemId) -> Known<&'f [ItemId]> {
    let grid = file.grid(id).map_err(|_| Gap::Damaged)?;
    let tiles = file.referenced_items(id, b"dimg");
    let first = *tiles.first().ok_or(Gap::Damaged)?;
    if tiles.len() != usize::from(grid.rows) * usize::from(grid.columns) {
        return Err(Gap::Damaged);
    }
    for tile in tiles {
        if item(file, *tile)?.item_type.0 != *b"hvc1"
            || !file.referencing_items(*tile, b"auxl").is_empty()
            || item(file, *tile)?.properties.iter().any(|p| is_transform(file, p.index))
        {
            return Err(Gap::NotDecodable);
        }
    }
    let (width, height) = file.image_size(first).map_err(|_| Gap::Damaged)?.ok_or(Gap::NotDecodable)?;
    let begins_outside =
        |count: u16, side: u32, whole: u32| u64::from(count).saturating_sub(1).saturating_mul(side.into()) >= u64::from(whole);
    if begins_outside(grid.columns, width, grid.output_width) || begins_outside(grid.rows, height, grid.output_height) {
        return Err(Gap::NotDecodable);
    }
    let placed = u64::from(grid.rows) * u64::from(grid.columns);
    if placed.saturating_mul(area(width, height)) > MAX_CODED || area(grid.output_width, grid.output_height) > MAX_PIXELS {
        return Err(Gap::TooLarge);
    }
    Ok(tiles)
}

/// Bytes that are read for a coded picture, with its parameters.
fn data_size(file: &HeifFile<'_>, id: ItemId, size: u64) -> Known<u64> {
    let location = item(file, id)?.location.as_ref().ok_or(Gap::Damaged)?;
    // Data that is put together of other items' data is nothing that a camera writes.
    if location.construction_method == ConstructionMethod::Item {
        return Err(Gap::NotDecodable);
    }
    let data = location.extents.iter().map(|e| if e.length == 0 { size } else { e.length });
    let config = file.hevc_config(id).map_err(|_| Gap::Damaged)?;
    let parameters = config.into_iter().flat_map(|c| &c.nal_units).map(|n| u64::try_from(n.len()).unwrap_or(u64::MAX));
    Ok(data.chain(parameters).fold(0, u64::saturating_add))
}

/// Pixels of a coded picture as its own parameters say, whatever the boxes around it say.
fn coded_pixels(file: &HeifFile<'_>, id: ItemId) -> Known<u64> {
    let stream = file.hevc_bitstream(id).map_err(|_| Gap::Damaged)?;
    let mut most = 0;
    for unit in split_annex_b(&stream) {
        let unit = NalUnit::parse(unit).map_err(|_| Gap::Damaged)?;
        if unit.header.unit_type.is_slice() {
            break;
        }
        let mut sets = ParameterSets::default();
        if unit.header.unit_type == NalUnitType::Sps {
            sets.add(&unit).map_err(|_| Gap::Damaged)?;
        }
        for set in sets.sps.iter().flatten() {
            most = most.max(area(set.pic_width_in_luma_samples, set.pic_height_in_luma_samples));
        }
    }
    Ok(most)
}

fn item<'f>(file: &'f HeifFile<'_>, id: ItemId) -> Known<&'f Item> {
    file.item(id).map_err(|_| Gap::Damaged)
}

fn is_transform(file: &HeifFile<'_>, index: u16) -> bool {
    let property = usize::from(index).checked_sub(1).and_then(|n| file.properties.get(n));
    matches!(property, Some(Property::CleanAperture { .. } | Property::Rotation(_) | Property::Mirror(_)))
}

fn is_alpha(file: &HeifFile<'_>, id: ItemId) -> Known<bool> {
    let is_alpha = |p: &Property| {
        matches!(p, Property::AuxiliaryType(t)
            if t == "urn:mpeg:hevc:2015:auxid:1" || t == "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
    };
    Ok(file.item_properties(id).map_err(|_| Gap::Damaged)?.any(is_alpha))
}

fn area(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}
