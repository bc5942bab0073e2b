//! What makes a whole file useless, in sentences that say what to do.

/// Largest file that is read, bytes.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

/// What makes a whole file useless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Larger than is read.
    #[error("the file has {0} bytes; at most {MAX_BYTES} are read: split it")]
    TooLarge(usize),
    /// Not an encoding that is known.
    #[error("\"{0}\" is no encoding that is known; usual ones are utf-8, windows-1256 and utf-16le")]
    UnknownEncoding(String),
    /// Bytes that the encoding does not have.
    #[error("the file is not encoded as {0}")]
    WrongEncoding(String),
    /// A spreadsheet that cannot be read.
    #[error(
        "the file is a spreadsheet (or another ZIP archive), whatever its name says, and cannot be read as one: {0}; \
         open it in a spreadsheet program and save it as .xlsx or as \"CSV UTF-8\""
    )]
    Spreadsheet(String),
    /// A spreadsheet of the time before 2007.
    #[error("the file is a spreadsheet of the old format .xls, whatever its name says: save it as .xlsx or as \"CSV UTF-8\"")]
    OldSpreadsheet,
    /// A spreadsheet that grows too large.
    #[error("the spreadsheet has more than {0} MB when it is unpacked; no more is read: save it as CSV, or split it")]
    Unpacked(usize),
    /// No heading.
    #[error("the file has no heading: its first line must name the columns")]
    NoHeading,
    /// Not text.
    #[error("the heading is not UTF-8 text; {ENCODING_HINT}")]
    HeadingNotText,
    /// A quotation mark in the heading.
    #[error("the heading cannot be read: {0}")]
    Heading(String),
    /// A column twice.
    #[error("the heading names the column \"{0}\" twice")]
    Twice(String),
    /// A column that must be there.
    #[error("there is no column for \"{field}\": give one with --map {field}=COLUMN; the file has {columns}")]
    Missing {
        /// What it would hold.
        field: String,
        /// Columns of the file.
        columns: String,
    },
    /// A column that was named and is not there.
    #[error("there is no column \"{column}\" (--map {field}={column}); the file has {columns}")]
    Unknown {
        /// For what it was named.
        field: String,
        /// Its name.
        column: String,
        /// Columns of the file.
        columns: String,
    },
    /// `--map` for something that is not imported.
    #[error("--map {0}=…: there is no such field; the fields are {1}")]
    NoField(String, String),
    /// Latitude and longitude changed places.
    #[error(
        "latitude and longitude seem to have changed places: line {line} says latitude {lat} and longitude {lon}, and the other way round \
         the points lie where they should; give --map lat={lon_column} --map lon={lat_column}"
    )]
    Swapped {
        /// Line of the first such row.
        line: u64,
        /// Its latitude.
        lat: String,
        /// Its longitude.
        lon: String,
        /// The column that was read as latitude.
        lat_column: String,
        /// The column that was read as longitude.
        lon_column: String,
    },
    /// Day and month could be either way round.
    #[error(
        "\"{text}\" in line {line} could have the day or the month first, and no date of the file shows which: \
         give --date-format day-first or --date-format month-first"
    )]
    DatesAmbiguous {
        /// Line of the first such date.
        line: u64,
        /// The date.
        text: String,
    },
    /// Some dates have the day first, others the month.
    #[error(
        "the dates have no common order: in line {day_first} the day comes first, in line {month_first} the month; \
         export them with the year first, or say which is right by --date-format day-first or --date-format month-first"
    )]
    DatesContradict {
        /// Line of a date that has the day first.
        day_first: u64,
        /// Line of a date that has the month first.
        month_first: u64,
    },
    /// Nothing says whether the rows are done with.
    #[error(
        "there is no column for \"status\": give one with --map status=COLUMN, or say what the rows are: --open makes each of them a live \
         ticket that goes to contractors and inspectors, --closed files them as done"
    )]
    NoStatus,
    /// The table of categories.
    #[error("the table of categories cannot be used: {0}")]
    CategoryMap(String),
}

/// What to do about bytes that are not UTF-8.
pub(super) const ENCODING_HINT: &str = "if it comes from an older Windows program, give --encoding windows-1256";
