//! Words of organisations.

crate::text_enum! {
    /// What an organisation is to the city.
    OrganisationKind {
        /// The municipality itself.
        Municipality = "municipality",
        /// An office of a region of the city.
        RegionOffice = "region_office",
        /// A partner organisation, such as waste management or traffic.
        Partner = "partner",
        /// An independent contractor.
        Contractor = "contractor",
        /// A region's executive emergency group.
        EmergencyGroup = "emergency_group",
    }
}

crate::text_enum! {
    /// Whether something that is kept for ever is in use.
    ActiveState {
        /// In use.
        Active = "active",
        /// Kept for the record only.
        Disabled = "disabled",
    }
}
