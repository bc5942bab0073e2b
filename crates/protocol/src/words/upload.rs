//! Words of uploads.

crate::text_enum! {
    /// How far an upload is.
    UploadState {
        /// Bytes are taken.
        Open = "open",
        /// All arrived and agree with the declaration.
        Stored = "stored",
        /// All arrived and do not agree.
        Mismatch = "mismatch",
        /// Its time was over before all had arrived.
        Expired = "expired",
        /// The client ended it.
        Terminated = "terminated",
    }
}
