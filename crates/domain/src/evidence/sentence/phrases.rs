//! What is said of each check and each result.

use crate::{
    evidence::sentence::Phrase,
    photo::VerdictResult::{Mismatch, Ok, Unknown},
};

/// `check Result "Persian" "English";`, with `if figure` where a figure must be there that is not said.
macro_rules! phrases {
    ($($check:ident $result:ident $(if $given:ident)? $fa:literal $en:literal;)+) => {
        /// Of one check and result the phrase with more figures stands first, and one without figures last: whoever may not see the
        /// figures is told that one.
        pub const PHRASES: &[Phrase] = &[$(Phrase {
            check: stringify!($check),
            result: $result,
            given: phrases!(@given $($given)?),
            fa: $fa,
            en: $en,
        },)+];
    };
    (@given $given:ident) => { Some(stringify!($given)) };
    (@given) => { None };
}

phrases! {
    distance Ok
        "عکس در فاصلهٔ {distance_m} از محل درخواست گرفته شده است؛ تا {allowed_m} پذیرفته است."
        "The photo was taken {distance_m} from the place of the request; up to {allowed_m} is accepted.";
    distance Ok
        "عکس در محل درخواست گرفته شده است."
        "The photo was taken at the place of the request.";
    distance Mismatch
        "عکس در فاصلهٔ {distance_m} از محل درخواست گرفته شده است، دورتر از {allowed_m} که پذیرفته است."
        "The photo was taken {distance_m} from the place of the request, farther than the {allowed_m} that are accepted.";
    distance Mismatch
        "عکس دور از محل درخواست گرفته شده است."
        "The photo was taken away from the place of the request.";
    distance Unknown
        "عکس در فاصلهٔ {distance_m} از محل درخواست ثبت شده است، دورتر از {allowed_m} که پذیرفته است؛ اما دقت همهٔ موقعیت‌ها معلوم نیست و شاید خطا از مکان‌یاب باشد."
        "The photo was recorded {distance_m} from the place of the request, farther than the {allowed_m} that are accepted, but not every position states its accuracy, so the fix may have been that bad.";
    distance Unknown
        "معلوم نیست عکس در چه فاصله‌ای از محل درخواست گرفته شده است."
        "It is not known how far from the place of the request the photo was taken.";

    mock_location Ok
        "گوشی اعلام کرده که موقعیت عکس واقعی است."
        "The phone said that the photo's position was real.";
    mock_location Mismatch
        "گوشی اعلام کرده که موقعیت عکس ساختگی است."
        "The phone said that the photo's position was simulated.";
    mock_location Unknown
        "گوشی نگفته است که موقعیت عکس واقعی است یا ساختگی."
        "The phone did not say whether the photo's position was real or simulated.";

    inside_visit Ok
        "عکس {after_departure_s} پس از پایان بازدید گرفته شده است و این پذیرفته است."
        "The photo was taken {after_departure_s} after the visit ended, which is accepted.";
    inside_visit Ok
        "عکس {after_arrival_s} پس از رسیدن به محل و در زمان بازدید گرفته شده است."
        "The photo was taken {after_arrival_s} after the arrival, during the visit.";
    inside_visit Ok
        "عکس {before_arrival_s} پیش از ثبت رسیدن به محل گرفته شده است و این پذیرفته است."
        "The photo was taken {before_arrival_s} before the arrival was recorded, which is accepted.";
    inside_visit Ok
        "عکس در زمان بازدید گرفته شده است."
        "The photo was taken during the visit.";
    inside_visit Mismatch
        "عکس {before_arrival_s} پیش از رسیدن به محل گرفته شده است."
        "The photo was taken {before_arrival_s} before the arrival.";
    inside_visit Mismatch
        "عکس {after_departure_s} پس از پایان بازدید گرفته شده است."
        "The photo was taken {after_departure_s} after the visit ended.";
    inside_visit Mismatch
        "عکس در زمان بازدید گرفته نشده است."
        "The photo was not taken during the visit.";
    inside_visit Unknown if clock_changed
        "معلوم نیست عکس در زمان بازدید گرفته شده است یا نه، چون ساعت گوشی در این میان تغییر کرده است."
        "It is not known whether the photo was taken during the visit, because the phone's clock was changed in the meantime.";
    inside_visit Unknown
        "عکس {after_arrival_s} پس از رسیدن به محل گرفته شده است، اما پایان بازدید ثبت نشده است."
        "The photo was taken {after_arrival_s} after the arrival, but the end of the visit was not recorded.";
    inside_visit Unknown if captured
        "معلوم نیست عکس در زمان بازدید گرفته شده است یا نه، چون بازدید آن ثبت نشده است."
        "It is not known whether the photo was taken during a visit, because its visit is not recorded.";
    inside_visit Unknown
        "معلوم نیست عکس در زمان بازدید گرفته شده است یا نه."
        "It is not known whether the photo was taken during the visit.";

    order Ok
        "میان عکس پیش از کار و عکس پس از کار {widest_gap_s} فاصله است؛ دست‌کم {least_gap_s} لازم است."
        "Between the photo before the work and the one after it lie {widest_gap_s}; at least {least_gap_s} are needed.";
    order Ok
        "عکس پس از کار دیرتر از عکس پیش از کار گرفته شده است."
        "The photo after the work was taken later than the one before it.";
    order Mismatch
        "عکس پس از کار {early_s} زودتر از عکس پیش از کار گرفته شده است."
        "The photo after the work was taken {early_s} before the one before it.";
    order Mismatch
        "میان عکس پیش از کار و عکس پس از کار فقط {widest_gap_s} فاصله است؛ دست‌کم {least_gap_s} لازم است."
        "Between the photo before the work and the one after it lie only {widest_gap_s}; at least {least_gap_s} are needed.";
    order Mismatch
        "ترتیب زمانی عکس‌های پیش و پس از کار درست نیست."
        "The photos before and after the work are not in the right order of time.";
    order Unknown
        "این عکس جفتی از همین نوبت کار ندارد که بتوان ترتیب پیش و پس را سنجید (فاصلهٔ لازم دست‌کم {least_gap_s})."
        "The photo has no counterpart of the same turn of work that would show which came first (at least {least_gap_s} are needed between them).";
    order Unknown
        "این عکس جفتی از همین نوبت کار ندارد که بتوان ترتیب پیش و پس را سنجید."
        "The photo has no counterpart of the same turn of work that would show which came first.";

    unique_bytes Ok
        "همین فایل در جای دیگری به کار نرفته است."
        "The same file is not used elsewhere.";
    unique_bytes Mismatch
        "همین فایل {also_in} جای دیگر هم به کار رفته است."
        "The same file is used in other places as well: {also_in}.";
    unique_bytes Mismatch
        "همین فایل جای دیگری هم به کار رفته است."
        "The same file is used elsewhere as well.";
    unique_bytes Unknown
        "معلوم نیست این فایل در جای دیگری به کار رفته است یا نه."
        "It is not known whether the same file is used elsewhere.";

    clock Ok
        "ساعت گوشی {skew_s} با ساعت درست اختلاف داشت؛ تا {allowed_s} پذیرفته است."
        "The phone's clock was off by {skew_s}; up to {allowed_s} is accepted.";
    clock Ok
        "ساعت گوشی درست است؛ اختلاف تا {allowed_s} پذیرفته است."
        "The phone's clock is right; up to {allowed_s} off is accepted.";
    clock Ok
        "ساعت گوشی درست است."
        "The phone's clock is right.";
    clock Mismatch
        "ساعت گوشی {skew_s} با ساعت درست اختلاف داشت، بیش از {allowed_s} که پذیرفته است."
        "The phone's clock was off by {skew_s}, more than the {allowed_s} that are accepted.";
    clock Mismatch
        "ساعت گوشی درست نیست؛ اختلاف تا {allowed_s} پذیرفته است."
        "The phone's clock is not right; up to {allowed_s} off is accepted.";
    clock Mismatch
        "ساعت گوشی درست نیست."
        "The phone's clock is not right.";
    clock Unknown
        "معلوم نیست ساعت گوشی درست بوده است یا نه (تا {allowed_s} اختلاف پذیرفته است)."
        "It is not known whether the phone's clock was right (up to {allowed_s} off is accepted).";
    clock Unknown
        "معلوم نیست ساعت گوشی درست بوده است یا نه."
        "It is not known whether the phone's clock was right.";

    bytes Ok
        "فایلی که رسید همان است که گوشی اعلام کرده بود ({received_bytes})."
        "The file that arrived is the one that the phone declared ({received_bytes}).";
    bytes Ok
        "فایلی که رسید همان است که گوشی اعلام کرده بود."
        "The file that arrived is the one that the phone declared.";
    bytes Mismatch
        "فایلی که رسید آن نیست که گوشی اعلام کرده بود: {declared_bytes} اعلام شد و {received_bytes} با محتوایی دیگر رسید."
        "The file that arrived is not the one that the phone declared: {declared_bytes} were declared, {received_bytes} with another content arrived.";
    bytes Mismatch
        "فایلی که رسید آن نیست که گوشی اعلام کرده بود."
        "The file that arrived is not the one that the phone declared.";
    bytes Unknown
        "فایل هنوز نرسیده است و نمی‌توان گفت همان است که گوشی اعلام کرده بود یا نه."
        "The file has not arrived, so it cannot be said whether it is the one that the phone declared.";

    format Ok
        "فایل همان‌گونه که اعلام شده تصویری از نوع {found} با اندازهٔ {width} در {height} پیکسل است."
        "The file is a picture of type {found} with {width} × {height} pixels, as declared.";
    format Ok
        "فایل همان‌گونه که اعلام شده تصویری از نوع {found} است."
        "The file is a picture of type {found}, as declared.";
    format Ok
        "فایل تصویری از همان نوع و اندازه‌ای است که اعلام شده است."
        "The file is a picture of the type and size that were declared.";
    format Mismatch
        "فایل تصویری از نوع {found} با اندازهٔ {width} در {height} پیکسل است، اما نوع {declared} و اندازهٔ {declared_width} در {declared_height} اعلام شده بود."
        "The file is a picture of type {found} with {width} × {height} pixels, but type {declared} with {declared_width} × {declared_height} was declared.";
    format Mismatch
        "فایل تصویری از نوع {found} است، اما نوع {declared} اعلام شده بود."
        "The file is a picture of type {found}, but type {declared} was declared.";
    format Mismatch
        "فایل تصویری از نوع‌های شناخته‌شده نیست؛ نوع {declared} اعلام شده بود."
        "The file is no picture of a known type; type {declared} was declared.";
    format Mismatch
        "فایل تصویری از نوع و اندازه‌ای که اعلام شده بود نیست."
        "The file is no picture of the type and size that were declared.";
    format Unknown
        "فایل خوانده نشد، شاید چون بزرگ‌تر از آن است که خوانده شود، و نوع آن معلوم نیست؛ نوع {declared} اعلام شده بود."
        "The file was not read, perhaps because it is larger than is read, so its type is not known; type {declared} was declared.";
    format Unknown
        "فایل خوانده نشد و نوع آن معلوم نیست."
        "The file was not read, so its type is not known.";

    exif_position Ok
        "موقعیت درون فایل {distance_m} با موقعیت اعلام‌شده فاصله دارد؛ تا {allowed_m} پذیرفته است."
        "The position inside the file lies {distance_m} from the declared one; up to {allowed_m} is accepted.";
    exif_position Ok
        "موقعیت درون فایل با موقعیت اعلام‌شده سازگار است."
        "The position inside the file agrees with the declared one.";
    exif_position Mismatch
        "موقعیت درون فایل {distance_m} با موقعیت اعلام‌شده فاصله دارد، بیش از {at_most_m} که با بدترین دقت هم ممکن است."
        "The position inside the file lies {distance_m} from the declared one, more than the {at_most_m} that the worst accuracy would allow.";
    exif_position Mismatch
        "موقعیت درون فایل با موقعیت اعلام‌شده سازگار نیست."
        "The position inside the file does not agree with the declared one.";
    exif_position Unknown
        "موقعیت درون فایل {distance_m} با موقعیت اعلام‌شده فاصله دارد؛ تا {allowed_m} پذیرفته است، اما دقت همهٔ موقعیت‌ها معلوم نیست و تا {at_most_m} شاید خطای مکان‌یاب باشد."
        "The position inside the file lies {distance_m} from the declared one; up to {allowed_m} is accepted, but not every accuracy is stated, and up to {at_most_m} the fix may be to blame.";
    exif_position Unknown
        "موقعیت درون فایل را نمی‌توان با موقعیت اعلام‌شده سنجید."
        "The position inside the file cannot be compared with the declared one.";

    exif_time Ok
        "زمانی که ماهواره‌ها در فایل نوشته‌اند {gps_difference_s} با زمان گرفتن عکس اختلاف دارد؛ تا {allowed_s} پذیرفته است."
        "The satellites' time inside the file differs from the time of the photo by {gps_difference_s}; up to {allowed_s} is accepted.";
    exif_time Ok
        "زمان درون فایل {difference_s} با زمان اعلام‌شده اختلاف دارد؛ تا {allowed_s} پذیرفته است. دوربین منطقهٔ زمانی را ننوشته و ساعت {assumed_zone} فرض شده است."
        "The time inside the file differs from the declared one by {difference_s}; up to {allowed_s} is accepted. The camera wrote no time zone; {assumed_zone} is assumed.";
    exif_time Ok
        "زمان درون فایل {difference_s} با زمان اعلام‌شده اختلاف دارد؛ تا {allowed_s} پذیرفته است."
        "The time inside the file differs from the declared one by {difference_s}; up to {allowed_s} is accepted.";
    exif_time Ok
        "زمان درون فایل با زمان اعلام‌شده سازگار است."
        "The time inside the file agrees with the declared one.";
    exif_time Mismatch
        "زمان درون فایل {difference_s} با زمان اعلام‌شده اختلاف دارد، بیش از {allowed_s} که پذیرفته است. دوربین منطقهٔ زمانی را ننوشته و ساعت {assumed_zone} فرض شده است."
        "The time inside the file differs from the declared one by {difference_s}, more than the {allowed_s} that are accepted. The camera wrote no time zone; {assumed_zone} is assumed.";
    exif_time Mismatch
        "زمان درون فایل {difference_s} با زمان اعلام‌شده اختلاف دارد، بیش از {allowed_s} که پذیرفته است."
        "The time inside the file differs from the declared one by {difference_s}, more than the {allowed_s} that are accepted.";
    exif_time Mismatch
        "زمان درون فایل با زمان اعلام‌شده سازگار نیست."
        "The time inside the file does not agree with the declared one.";
    exif_time Unknown
        "زمان درون فایل {difference_s} با زمان اعلام‌شده اختلاف دارد؛ دوربین منطقهٔ زمانی را ننوشته است و شاید ساعت آن بر منطقهٔ زمانی دیگری تنظیم باشد."
        "The time inside the file differs from the declared one by {difference_s}; the camera wrote no time zone, and its clock may be set to another zone.";
    exif_time Unknown
        "فایل زمان خوانایی ندارد که بتوان با زمان اعلام‌شده سنجید (تا {allowed_s} اختلاف پذیرفته است)."
        "The file holds no readable time to compare with the declared one (up to {allowed_s} apart is accepted).";
    exif_time Unknown
        "زمان درون فایل را نمی‌توان با زمان اعلام‌شده سنجید."
        "The time inside the file cannot be compared with the declared one.";

    pair Ok
        "عکس‌های پیش و پس از کار {distance_m} از هم فاصله دارند (تا {allowed_m} پذیرفته است). این عکس رو به {own_compass} و جفت آن رو به {other_compass} است، با {turned_deg} اختلاف جهت (تا {allowed_deg} پذیرفته است)."
        "The photos before and after the work lie {distance_m} apart (up to {allowed_m} is accepted). This one looks to the {own_compass}, its counterpart to the {other_compass}: {turned_deg} apart (up to {allowed_deg} is accepted).";
    pair Ok
        "عکس‌های پیش و پس از کار {distance_m} از هم فاصله دارند (تا {allowed_m} پذیرفته است) و جهت آن‌ها {turned_deg} اختلاف دارد (تا {allowed_deg})."
        "The photos before and after the work lie {distance_m} apart (up to {allowed_m} is accepted) and look {turned_deg} apart (up to {allowed_deg}).";
    pair Ok
        "عکس‌های پیش و پس از کار {distance_m} از هم فاصله دارند؛ تا {allowed_m} پذیرفته است. جهت دوربین ثبت نشده است."
        "The photos before and after the work lie {distance_m} apart; up to {allowed_m} is accepted. Where the camera looked is not recorded.";
    pair Ok
        "عکس‌های پیش و پس از کار از یک جا گرفته شده‌اند."
        "The photos before and after the work are of the same place.";
    pair Mismatch
        "عکس‌های پیش و پس از کار از یک جا نیستند: {too_far_m} از هم فاصله دارند و تا {allowed_m} پذیرفته است."
        "The photos before and after the work are not of the same place: they lie {too_far_m} apart, and up to {allowed_m} is accepted.";
    pair Mismatch
        "عکس‌های پیش و پس از کار از یک جا، اما رو به دو سوی گوناگون گرفته شده‌اند: این عکس رو به {own_compass} و جفت آن رو به {other_compass} است، با {turned_deg} اختلاف جهت؛ تا {allowed_deg} پذیرفته است."
        "The photos before and after the work are of the same place, but look in different directions: this one to the {own_compass}, its counterpart to the {other_compass}, {turned_deg} apart; up to {allowed_deg} is accepted.";
    pair Mismatch
        "عکس‌های پیش و پس از کار از یک جا، اما رو به دو سوی گوناگون گرفته شده‌اند، با {turned_deg} اختلاف جهت؛ تا {allowed_deg} پذیرفته است."
        "The photos before and after the work are of the same place, but look in different directions, {turned_deg} apart; up to {allowed_deg} is accepted.";
    pair Mismatch
        "عکس‌های پیش و پس از کار از یک جا و یک سو نیستند."
        "The photos before and after the work are not of the same place and direction.";
    pair Unknown
        "عکس‌های پیش و پس از کار {distance_m} از هم فاصله دارند؛ تا {allowed_m} پذیرفته است، اما دقت همهٔ موقعیت‌ها معلوم نیست."
        "The photos before and after the work lie {distance_m} apart; up to {allowed_m} is accepted, but not every position states its accuracy.";
    pair Unknown
        "جفتی با موقعیت ثبت‌شده نیست که بتوان با آن سنجید (تا {allowed_m} فاصله پذیرفته است)."
        "There is no counterpart with a position to compare with (up to {allowed_m} apart is accepted).";
    pair Unknown
        "عکس‌های پیش و پس از کار را نمی‌توان با هم سنجید."
        "The photos before and after the work cannot be compared.";

    similar_picture Ok
        "تصویری همانند این در جای دیگری نیست."
        "No picture elsewhere looks like this one.";
    similar_picture Mismatch
        "تصویری تقریباً همانند این در {count} جای دیگر هست."
        "Nearly the same picture is found in other places: {count}.";
    similar_picture Mismatch
        "تصویری تقریباً همانند این در جای دیگری هست."
        "Nearly the same picture is found elsewhere.";
    similar_picture Unknown
        "ظاهر این تصویر را نمی‌توان با تصویرهای دیگر سنجید."
        "How the picture looks cannot be compared with others.";

    speed Ok if same_place
        "گوشی هنگام گرفتن عکس دیگرش تقریباً در همین جا بوده است."
        "The phone was at about the same place when it took its other photo.";
    speed Ok
        "گوشی میان این عکس و عکس دیگرش در {passed_s} دست‌کم {speed_kmh} سرعت داشته است ({distance_m})؛ تا {allowed_kmh} پذیرفتنی است."
        "Between this photo and another of the same phone lie {distance_m} in {passed_s}, at least {speed_kmh}; up to {allowed_kmh} is plausible.";
    speed Ok
        "فاصلهٔ این عکس از عکس دیگر همین گوشی با زمان میان آن دو سازگار است."
        "The way between this photo and another of the same phone fits the time between them.";
    speed Mismatch
        "گوشی میان این عکس و عکس دیگرش {distance_m} را در {passed_s} پیموده است، یعنی {speed_kmh}؛ بیش از {allowed_kmh} ممکن نیست."
        "Between this photo and another of the same phone lie {distance_m} in {passed_s}, that is {speed_kmh}; more than {allowed_kmh} is not plausible.";
    speed Mismatch
        "فاصلهٔ این عکس از عکس دیگر همین گوشی با زمان میان آن دو سازگار نیست."
        "The way between this photo and another of the same phone does not fit the time between them.";
    speed Unknown
        "گوشی میان این عکس و عکس دیگرش {distance_m} را در {passed_s} پیموده است، یعنی {speed_kmh} (مرز {allowed_kmh} است)، اما دقت همهٔ موقعیت‌ها معلوم نیست."
        "Between this photo and another of the same phone lie {distance_m} in {passed_s}, that is {speed_kmh} (the bound is {allowed_kmh}), but not every position states its accuracy.";
    speed Unknown
        "عکس دیگری با موقعیت از همین گوشی نیست که بتوان سرعت را سنجید (مرز {allowed_kmh} است)."
        "There is no other photo of the phone with a position, so no speed is known (the bound is {allowed_kmh}).";
    speed Unknown
        "سرعت گوشی میان این عکس و عکس دیگرش معلوم نیست."
        "How fast the phone moved between this photo and another is not known.";
}
