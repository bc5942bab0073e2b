//! The fields of a request, with the names that their columns usually have.

use crate::import::table::{Field, Need};

/// What is imported of a row.
pub const FIELDS: &[Field] = &[
    Field {
        name: "source_ref",
        usual: &[
            "source_ref",
            "unique_key",
            "service_request_number",
            "servicerequestnum",
            "srrecordid",
            "case_id",
            "id",
            "کد پیگیری",
            "شماره پیگیری",
            "شماره درخواست",
        ],
        needed: Need::May,
    },
    Field {
        name: "text",
        usual: &[
            "text",
            "complaint_type+descriptor",
            "descriptor",
            "srtype",
            "type_of_service_request",
            "description",
            "شرح درخواست",
            "شرح",
            "متن",
            "توضیحات",
            "category",
            "موضوع",
            "complaint_type",
        ],
        needed: Need::May,
    },
    Field { name: "lat", usual: &["lat", "latitude", "y", "عرض جغرافیایی", "عرض"], needed: Need::Must },
    Field { name: "lon", usual: &["lon", "longitude", "lng", "long", "x", "طول جغرافیایی", "طول"], needed: Need::Must },
    Field { name: "accuracy_m", usual: &["accuracy_m", "دقت"], needed: Need::May },
    Field {
        name: "category",
        usual: &["category", "complaint_type", "srtype", "type_of_service_request", "دسته", "گروه", "نوع درخواست", "نوع", "موضوع"],
        needed: Need::May,
    },
    Field {
        name: "created_at",
        usual: &[
            "created_at",
            "created_date",
            "creation_date",
            "createddate",
            "opened",
            "opened_at",
            "open_date",
            "date",
            "dttime",
            "تاریخ ثبت",
            "زمان ثبت",
            "تاریخ درخواست",
            "تاریخ",
        ],
        needed: Need::May,
    },
    Field {
        name: "status",
        usual: &["status", "srstatus", "sr_status", "request_status", "case_status", "وضعیت", "وضعیت درخواست"],
        needed: Need::May,
    },
    Field {
        name: "closed_at",
        usual: &[
            "closed_at",
            "closed_date",
            "closedate",
            "close_date",
            "closed",
            "completion_date",
            "تاریخ بستن",
            "تاریخ انجام",
            "تاریخ پایان",
            "تاریخ خاتمه",
        ],
        needed: Need::May,
    },
    Field {
        name: "due_at", usual: &["due_at", "due_date", "duedate", "due", "مهلت", "سررسید", "تاریخ سررسید"], needed: Need::May
    },
    Field {
        name: "address",
        usual: &["address_text", "address", "incident_address", "street_address", "strlocation", "نشانی", "آدرس"],
        needed: Need::May,
    },
    Field {
        name: "phone",
        usual: &["phone", "caller_phone", "تلفن", "شماره تماس", "شماره تلفن", "موبایل", "تلفن همراه"],
        needed: Need::May,
    },
];

/// Fields that hold dates.
pub(super) const DATES: &[&str] = &["created_at", "closed_at", "due_at"];
