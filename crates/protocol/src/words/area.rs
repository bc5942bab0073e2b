//! Words of areas.

crate::text_enum! {
    /// The level of an area.
    AreaKind {
        /// A whole city.
        City = "city",
        /// A region (منطقه) of a city.
        Region = "region",
        /// A district (ناحیه) of a region.
        District = "district",
    }
}
