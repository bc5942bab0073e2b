# آنچه سرور به فارسی می‌گوید. نام‌ها و آرگومان‌ها با زبان‌های دیگر یکی است و آزمونی آن را می‌سنجد.

## عنوان خطاها، بر پایهٔ کد آن‌ها

error-validation = مقدار یکی از فیلدها پذیرفتنی نیست
error-malformed = درخواست خوانده نشد
error-bad-envelope = بستهٔ همگام‌سازی خوانده نشد
error-unauthenticated = ابتدا وارد سامانه شوید
error-bad-credentials = نام کاربری یا گذرواژه نادرست است
error-token-expired = اعتبار نشست پایان یافته است
error-token-reused = این نشانهٔ تمدید پیش‌تر به کار رفته است؛ دوباره وارد سامانه شوید
error-forbidden = نقش شما این کار را مجاز نمی‌داند
error-account-disabled = حساب کاربری غیرفعال است
error-link-invalid = این پیوند به این تصویر در این اندازه معتبر نیست
error-link-expired = مهلت پیوند پایان یافته است؛ پیوند تازه بسازید
error-device-revoked = دستگاه از سرویس خارج شده است
error-not-found = یافت نشد یا به آن دسترسی ندارید
error-no-picture = از این فایل نمی‌توان تصویر کوچک‌تر ساخت
error-method-not-allowed = این نشانی چنین روشی ندارد
error-already-exists = موردی با همین شناسه و محتوای دیگر وجود دارد
error-invalid-transition = وضعیت کنونی این کار را مجاز نمی‌داند
error-photo-not-stored = تصویر اعلام شده ولی همهٔ فایل آن نرسیده است
error-picture-not-ready = فایل ذخیره شده و تصویرهای کوچک‌تر هنوز ساخته نشده‌اند
error-evidence-pending = این دسته به تصویرهای ذخیره‌شده نیاز دارد و فایل آن‌ها هنوز کامل نرسیده است
error-conflict = این مورد هم‌زمان تغییر کرده است
error-device-limit = شمار دستگاه‌های این حساب به سقف مجاز رسیده است؛ یکی از آن‌ها را از سرویس خارج کنید
error-device-forked = سابقهٔ دستگاه با سرور یکسان نیست؛ دستگاه را دوباره ثبت و داده‌ها را دوباره ارسال کنید
error-seq-gap = پیش از نخستین تغییر این ارسال، تغییرهایی نرسیده است
error-device-busy = ارسال دیگری از این دستگاه در جریان است
error-photo-unknown = تصویری با این شناسه شناخته‌شده نیست یا به آن دسترسی ندارید؛ ابتدا آن را اعلام کنید
error-already-stored = همهٔ فایل این تصویر ذخیره شده است و چیزی برای ارسال نمانده است
error-too-many-uploads = بارگذاری‌های باز این تصویر بیش از حد است؛ یکی را ادامه دهید یا پایان دهید
error-offset-mismatch = بارگذاری از جای دیگری ادامه می‌یابد؛ آن را با HEAD بپرسید
error-upload-gone = بارگذاری پایان یافته است؛ بارگذاری تازه‌ای آغاز کنید
error-unsupported-tus-version = Tus-Resumable را با نسخه‌ای که سرور می‌شناسد بفرستید
error-precondition-failed = این مورد پس از خواندن شما تغییر کرده است
error-too-large = درخواست بزرگ‌تر از حد مجاز است
error-batch-too-large = بسته بزرگ‌تر از حد مجاز است
error-unsupported-media-type = نوع یا کدگذاری محتوا پشتیبانی نمی‌شود
error-range-not-satisfiable = فایل چنین بازه‌ای ندارد
error-bytes-mismatch = فایل کامل رسیده ولی با آنچه اعلام شده یکسان نیست؛ اصل فایل را بفرستید
error-idempotency-mismatch = این کلید تکرار برای درخواست دیگری به کار رفته است
error-upload-locked = درخواست دیگری در حال فرستادن فایل این بارگذاری است
error-upgrade-required = نسخهٔ برنامه برای دریافت قدیمی است
error-precondition-required = شمارهٔ بازنگری را که خوانده‌اید در If-Match بفرستید
error-outside-areas = نقطه بیرون از همهٔ محدوده‌هاست
error-too-many-attempts = شمار تلاش‌ها بیش از حد است؛ کمی صبر کنید
error-upload-quota = سهم امروز این دستگاه ارسال شده است
error-checksum-mismatch = جمع‌آزمای این بخش یکسان نیست؛ آن را دوباره بفرستید
error-overloaded = سرور مشغول است؛ دوباره تلاش کنید
error-unavailable = پایگاه داده در دسترس نیست؛ دوباره تلاش کنید
error-insufficient-storage = سرور اکنون جای کافی ندارد؛ آنچه رسیده محفوظ است
error-internal = خطایی در سرور رخ داد؛ با همین شمارهٔ درخواست ثبت شده است

## role

word-role-admin = مدیر سامانه
word-role-operator = اپراتور
word-role-supervisor = ناظر
word-role-inspector = بازرس
word-role-contractor-manager = مدیر پیمانکار
word-role-crew = اکیپ
word-role-auditor = حسابرس

## area_kind

word-area-kind-city = شهر
word-area-kind-region = منطقه
word-area-kind-district = ناحیه

## organisation_kind

word-organisation-kind-municipality = شهرداری
word-organisation-kind-region-office = شهرداری منطقه
word-organisation-kind-partner = دستگاه همکار
word-organisation-kind-contractor = پیمانکار
word-organisation-kind-emergency-group = گروه فوریت‌های اجرایی

## active_state

word-active-state-active = فعال
word-active-state-disabled = غیرفعال

## hazard

word-hazard-none = بی‌خطر
word-hazard-low = کم‌خطر
word-hazard-high = پرخطر
word-hazard-critical = خطر جدی

## priority

word-priority-low = کم
word-priority-normal = عادی
word-priority-high = زیاد
word-priority-urgent = فوری

## ticket_status

word-ticket-status-new = جدید
word-ticket-status-triaged = بررسی‌شده
word-ticket-status-in-work = در دست اقدام
word-ticket-status-resolved = رفع‌شده
word-ticket-status-closed = بسته
word-ticket-status-waiting-citizen = در انتظار شهروند
word-ticket-status-deferred = موکول به آینده
word-ticket-status-referred = ارجاع‌شده
word-ticket-status-duplicate = تکراری
word-ticket-status-rejected = ردشده
word-ticket-status-cancelled = لغوشده
word-ticket-status-reopen-requested = درخواست بازگشایی

## ticket_field

word-ticket-field-text = شرح
word-ticket-field-address-text = نشانی
word-ticket-field-point = موقعیت
word-ticket-field-category = دسته

## ticket_origin

word-ticket-origin-call = تماس
word-ticket-origin-field = میدانی
word-ticket-origin-import = ورود گروهی

## point_source

word-point-source-gps = موقعیت‌یاب
word-point-source-map = نقشه
word-point-source-address = نشانی
word-point-source-import = ورود گروهی

## boundary

word-boundary-clear = درون محدوده
word-boundary-ambiguous-boundary = روی مرز
word-boundary-nearest = نزدیک‌ترین محدوده
word-boundary-outside = بیرون از محدوده‌ها

## work_order_kind

word-work-order-kind-inspection = بازرسی
word-work-order-kind-repair = اجرا
word-work-order-kind-emergency = فوریت

## work_order_state

word-work-order-state-draft = پیش‌نویس
word-work-order-state-offered = پیشنهادشده
word-work-order-state-accepted = پذیرفته‌شده
word-work-order-state-declined = نپذیرفته
word-work-order-state-expired = مهلت‌گذشته
word-work-order-state-in-progress = در حال اجرا
word-work-order-state-on-hold = متوقف
word-work-order-state-submitted = تحویل‌شده
word-work-order-state-failed-visit = مراجعهٔ ناموفق
word-work-order-state-verified = تأییدشده
word-work-order-state-rework = برگشتی برای اصلاح
word-work-order-state-closed = بسته
word-work-order-state-cancelled = لغوشده

## answer

word-answer-accepted = پذیرفته
word-answer-declined = نپذیرفته
word-answer-expired = مهلت‌گذشته
word-answer-withdrawn = پس‌گرفته‌شده

## work_event_kind

word-work-event-kind-accept = پذیرش
word-work-event-kind-decline = نپذیرفتن
word-work-event-kind-request-relief = درخواست واگذاری به دیگری
word-work-event-kind-start = آغاز کار
word-work-event-kind-request-hold = درخواست توقف
word-work-event-kind-resume = ازسرگیری
word-work-event-kind-submit = تحویل کار
word-work-event-kind-fail-visit = ثبت مراجعهٔ ناموفق
word-work-event-kind-retract = پس‌گرفتن

## standing

word-standing-effective = معتبر
word-standing-stale = مربوط به واگذاری پیشین
word-standing-redundant = تکراری
word-standing-retracted = پس‌گرفته‌شده
word-standing-overruled = کنارگذاشته‌شده

## round_verdict

word-round-verdict-pending = در انتظار بررسی
word-round-verdict-accepted = پذیرفته
word-round-verdict-partly = پذیرش بخشی از کار
word-round-verdict-rework = برگشتی برای اصلاح
word-round-verdict-withdrawn = پس‌گرفته‌شده

## visit_kind

word-visit-kind-intake = ثبت درخواست
word-visit-kind-inspection = بازرسی
word-visit-kind-work = اجرا
word-visit-kind-final = بازدید نهایی
word-visit-kind-patrol = گشت

## visit_outcome

word-visit-outcome-done = انجام شد
word-visit-outcome-no-access = دسترسی نبود
word-visit-outcome-not-found = یافت نشد
word-visit-outcome-not-ours = در حوزهٔ ما نیست
word-visit-outcome-needs-other = نیازمند گروه دیگر
word-visit-outcome-unsafe = ناایمن

## patrol_outcome

word-patrol-outcome-nothing-found = بدون مورد
word-patrol-outcome-reported = ثبت‌شده
word-patrol-outcome-cut-short = ناتمام

## mock_flag

word-mock-flag-real = واقعی
word-mock-flag-mock = ساختگی
word-mock-flag-unknown = نامعلوم

## audience

word-audience-field = نیروهای میدانی و دفتر
word-audience-office = فقط دفتر

## photo_kind

word-photo-kind-before = پیش از کار
word-photo-kind-during = حین کار
word-photo-kind-after = پس از کار
word-photo-kind-defect = نقص
word-photo-kind-document = سند

## photo_state

word-photo-state-promised = اعلام‌شده
word-photo-state-partial = در حال رسیدن
word-photo-state-stored = ذخیره‌شده
word-photo-state-failed = ناموفق

## verdict_result

word-verdict-result-ok = می‌خواند
word-verdict-result-mismatch = نمی‌خواند
word-verdict-result-unknown = نامعلوم

## upload_state

word-upload-state-open = باز
word-upload-state-stored = ذخیره‌شده
word-upload-state-mismatch = فایل دیگر
word-upload-state-expired = مهلت‌گذشته
word-upload-state-terminated = پایان‌یافته

## clock_trust

word-clock-trust-unknown = نامعلوم
word-clock-trust-good = درست
word-clock-trust-suspect = مشکوک
word-clock-trust-wrong = نادرست

## conflict_kind

word-conflict-kind-stale-epoch = کار در واگذاری پیشین
word-conflict-kind-parallel-update = ویرایش هم‌زمان
word-conflict-kind-category-proposal = پیشنهاد دستهٔ دیگر
word-conflict-kind-proposal = پیشنهاد
word-conflict-kind-point-moved = جابه‌جایی موقعیت
word-conflict-kind-declined-vs-submitted = هم نپذیرفته و هم تحویل‌شده
word-conflict-kind-relief-requested = درخواست واگذاری به دیگری
word-conflict-kind-already-submitted = پیش‌تر تحویل‌شده
word-conflict-kind-measurement-disagrees = ناهمخوانی اندازه‌ها
word-conflict-kind-possible-duplicate = احتمال تکراری بودن
word-conflict-kind-deleted-entity = پایان‌یافته از سوی دفتر
word-conflict-kind-verdict-disagrees = ناهمخوانی نظرها
word-conflict-kind-epoch-unknown = واگذاری ناشناخته
word-conflict-kind-quarantined = کنارگذاشته برای بررسی
word-conflict-kind-held-too-long = انتظار طولانی
word-conflict-kind-photo-missing = تصویر نرسیده

## severity

word-severity-soft = جزئی
word-severity-hard = نیازمند تصمیم

## conflict_status

word-conflict-status-open = باز
word-conflict-status-resolved = حل‌شده

## resolution

word-resolution-accept-work = پذیرش کار
word-resolution-dismiss = نادیده گرفتن
word-resolution-pay-both = پرداخت به هر دو
word-resolution-reassign-back = واگذاری دوباره به پیشین
word-resolution-keep = نگه‌داشتن مقدار کنونی
word-resolution-take-other = پذیرش مقدار دیگر
word-resolution-set = تعیین مقدار تازه
word-resolution-merge-into = ادغام
word-resolution-not-duplicate = تکراری نیست
word-resolution-adopt = پذیرش پیشنهاد
word-resolution-decline = نپذیرفتن پیشنهاد
word-resolution-discard = دور انداختن

## push_status

word-push-status-applied = اعمال شد
word-push-status-merged = ادغام شد
word-push-status-conflict = نیازمند تصمیم
word-push-status-rejected = رد شد
word-push-status-held = در انتظار
word-push-status-deferred = به بعد موکول شد

## push_code

word-push-code-stale-epoch = دستور کار در این میان به دیگری واگذار شده است؛ کار شما محفوظ است و ناظر تصمیم می‌گیرد
word-push-code-epoch-unknown = این واگذاری در سرور شناخته‌شده نیست؛ کار شما محفوظ است
word-push-code-concurrent-edit = همین فیلد را دیگری تغییر داده است؛ هر دو مقدار محفوظ است
word-push-code-parallel-update = مقدار دیگری برقرار است؛ مقدار شما در سابقه می‌ماند
word-push-code-terminal-state = این مورد پایان یافته است و دیگر تغییر نمی‌پذیرد
word-push-code-deleted-entity = دفتر این مورد را پایان داده بود؛ نوشتهٔ شما محفوظ است
word-push-code-already-submitted = این نوبت پیش‌تر تحویل شده است
word-push-code-not-assigned = این کار به شما واگذار نشده است
word-push-code-not-permitted = نقش شما این کار را مجاز نمی‌داند
word-push-code-actor-mismatch = دستگاه متعلق به شخص دیگری است
word-push-code-unknown-entity = این مورد هنوز در سرور شناخته‌شده نیست
word-push-code-dependency = موردی که این به آن وابسته است پذیرفته نشد
word-push-code-invalid-transition = وضعیت کنونی این کار را مجاز نمی‌داند
word-push-code-validation = یکی از مقدارها پذیرفتنی نیست
word-push-code-malformed = این مورد خوانده نشد
word-push-code-unknown-command = سرور این فرمان را نمی‌شناسد
word-push-code-unsupported-version = سرور این نسخه از فرمان را نمی‌شناسد
word-push-code-too-large = بزرگ‌تر از حد مجاز
word-push-code-id-reuse = این شناسه برای مورد دیگری به کار رفته است
word-push-code-clock-suspect = ساعت دستگاه قابل اعتماد نیست؛ سرور زمان را برآورد کرد
word-push-code-quarantined = برای بررسی دفتر کنار گذاشته شد

## push_warning

word-push-warning-unreadable-instant = زمان خوانده نشد
word-push-warning-unusable-value = مقدار قابل استفاده نبود
word-push-warning-too-long = متن کوتاه شد
word-push-warning-unknown-field = فیلد شناخته‌شده نیست
word-push-warning-too-many-bytes = حجم بیش از حد است

# What the checks of a photo found
#
# A check and a result have one text without figures. Numbered ones stand before it: the first of which every figure is known is said.

## Figures

figure-metres = { $number } متر
figure-kilometres = { $number } کیلومتر
figure-kmh = { $number } کیلومتر در ساعت
figure-degrees = { $count ->
   *[other] { $number } درجه
}
figure-days = { $number } روز
figure-hours = { $number } ساعت
figure-minutes = { $number } دقیقه
figure-seconds = { $number } ثانیه
figure-and = { $first } و { $second }
figure-less-than = کمتر از { $figure }
figure-no-bytes = فایل خالی
figure-bytes = { $number } بایت
figure-kilobytes = { $number } کیلوبایت
figure-megabytes = { $number } مگابایت
compass-north = شمال
compass-north-east = شمال شرقی
compass-east = شرق
compass-south-east = جنوب شرقی
compass-south = جنوب
compass-south-west = جنوب غربی
compass-west = غرب
compass-north-west = شمال غربی
media-jpeg = جی‌پگ
media-png = پی‌ان‌جی
media-webp = وب‌پی
media-heic = اچ‌ای‌آی‌سی
media-avif = ای‌وی‌آی‌اف
media-gif = گیف
media-unknown = نامشخص
zone-asia-tehran = تهران

## A check that this version does not know

verdict-other-ok = نتیجهٔ بررسی «{ $check }»: درست است.
verdict-other-mismatch = نتیجهٔ بررسی «{ $check }»: نمی‌خواند.
verdict-other-unknown = نتیجهٔ بررسی «{ $check }»: معلوم نیست.

## distance

verdict-distance-ok-1 = عکس در فاصلهٔ { $distance_m } از محل درخواست گرفته شده است؛ تا { $allowed_m } پذیرفته است.
verdict-distance-ok = عکس در محل درخواست گرفته شده است.
verdict-distance-mismatch-1 = عکس در فاصلهٔ { $distance_m } از محل درخواست گرفته شده است، دورتر از { $allowed_m } که پذیرفته است.
verdict-distance-mismatch = عکس دور از محل درخواست گرفته شده است.
verdict-distance-unknown-1 = عکس در فاصلهٔ { $distance_m } از محل درخواست ثبت شده است، دورتر از { $allowed_m } که پذیرفته است؛ اما دقت همهٔ موقعیت‌ها معلوم نیست و شاید خطا از مکان‌یاب باشد.
verdict-distance-unknown = معلوم نیست عکس در چه فاصله‌ای از محل درخواست گرفته شده است.

## mock_location

verdict-mock-location-ok = گوشی اعلام کرده که موقعیت عکس واقعی است.
verdict-mock-location-mismatch = گوشی اعلام کرده که موقعیت عکس ساختگی است.
verdict-mock-location-unknown = گوشی نگفته است که موقعیت عکس واقعی است یا ساختگی.

## inside_visit

verdict-inside-visit-ok-1 = عکس { $after_departure_s } پس از پایان بازدید گرفته شده است و این پذیرفته است.
verdict-inside-visit-ok-2 = عکس { $after_arrival_s } پس از رسیدن به محل و در زمان بازدید گرفته شده است.
verdict-inside-visit-ok-3 = عکس { $before_arrival_s } پیش از ثبت رسیدن به محل گرفته شده است و این پذیرفته است.
verdict-inside-visit-ok = عکس در زمان بازدید گرفته شده است.
verdict-inside-visit-mismatch-1 = عکس { $before_arrival_s } پیش از رسیدن به محل گرفته شده است.
verdict-inside-visit-mismatch-2 = عکس { $after_departure_s } پس از پایان بازدید گرفته شده است.
verdict-inside-visit-mismatch = عکس در زمان بازدید گرفته نشده است.
verdict-inside-visit-unknown-1 = معلوم نیست عکس در زمان بازدید گرفته شده است یا نه، چون ساعت گوشی در این میان تغییر کرده است.
verdict-inside-visit-unknown-2 = عکس { $after_arrival_s } پس از رسیدن به محل گرفته شده است، اما پایان بازدید ثبت نشده است.
verdict-inside-visit-unknown-3 = معلوم نیست عکس در زمان بازدید گرفته شده است یا نه، چون بازدید آن ثبت نشده است.
verdict-inside-visit-unknown = معلوم نیست عکس در زمان بازدید گرفته شده است یا نه.

## order

verdict-order-ok-1 = میان عکس پیش از کار و عکس پس از کار { $widest_gap_s } فاصله است؛ دست‌کم { $least_gap_s } لازم است.
verdict-order-ok = عکس پس از کار دیرتر از عکس پیش از کار گرفته شده است.
verdict-order-mismatch-1 = عکس پس از کار { $early_s } زودتر از عکس پیش از کار گرفته شده است.
verdict-order-mismatch-2 = میان عکس پیش از کار و عکس پس از کار فقط { $widest_gap_s } فاصله است؛ دست‌کم { $least_gap_s } لازم است.
verdict-order-mismatch = ترتیب زمانی عکس‌های پیش و پس از کار درست نیست.
verdict-order-unknown-1 = این عکس جفتی از همین نوبت کار ندارد که بتوان ترتیب پیش و پس را سنجید (فاصلهٔ لازم دست‌کم { $least_gap_s }).
verdict-order-unknown = این عکس جفتی از همین نوبت کار ندارد که بتوان ترتیب پیش و پس را سنجید.

## unique_bytes

verdict-unique-bytes-ok = همین فایل در جای دیگری به کار نرفته است.
verdict-unique-bytes-mismatch-1 = همین فایل { $also_in } جای دیگر هم به کار رفته است.
verdict-unique-bytes-mismatch = همین فایل جای دیگری هم به کار رفته است.
verdict-unique-bytes-unknown = معلوم نیست این فایل در جای دیگری به کار رفته است یا نه.

## clock

verdict-clock-ok-1 = ساعت گوشی { $skew_s } با ساعت درست اختلاف داشت؛ تا { $allowed_s } پذیرفته است.
verdict-clock-ok-2 = ساعت گوشی درست است؛ اختلاف تا { $allowed_s } پذیرفته است.
verdict-clock-ok = ساعت گوشی درست است.
verdict-clock-mismatch-1 = ساعت گوشی { $skew_s } با ساعت درست اختلاف داشت، بیش از { $allowed_s } که پذیرفته است.
verdict-clock-mismatch-2 = ساعت گوشی درست نیست؛ اختلاف تا { $allowed_s } پذیرفته است.
verdict-clock-mismatch = ساعت گوشی درست نیست.
verdict-clock-unknown-1 = معلوم نیست ساعت گوشی درست بوده است یا نه (تا { $allowed_s } اختلاف پذیرفته است).
verdict-clock-unknown = معلوم نیست ساعت گوشی درست بوده است یا نه.

## bytes

verdict-bytes-ok-1 = فایلی که رسید همان است که گوشی اعلام کرده بود ({ $received_bytes }).
verdict-bytes-ok = فایلی که رسید همان است که گوشی اعلام کرده بود.
verdict-bytes-mismatch-1 = فایلی که رسید آن نیست که گوشی اعلام کرده بود: { $declared_bytes } اعلام شد و { $received_bytes } با محتوایی دیگر رسید.
verdict-bytes-mismatch = فایلی که رسید آن نیست که گوشی اعلام کرده بود.
verdict-bytes-unknown = فایل هنوز نرسیده است و نمی‌توان گفت همان است که گوشی اعلام کرده بود یا نه.

## format

verdict-format-ok-1 = فایل همان‌گونه که اعلام شده تصویری از نوع { $found } با اندازهٔ { $width } در { $height } پیکسل است.
verdict-format-ok-2 = فایل همان‌گونه که اعلام شده تصویری از نوع { $found } است.
verdict-format-ok = فایل تصویری از همان نوع و اندازه‌ای است که اعلام شده است.
verdict-format-mismatch-1 = فایل تصویری از نوع { $found } با اندازهٔ { $width } در { $height } پیکسل است، اما نوع { $declared } و اندازهٔ { $declared_width } در { $declared_height } اعلام شده بود.
verdict-format-mismatch-2 = فایل تصویری از نوع { $found } است، اما نوع { $declared } اعلام شده بود.
verdict-format-mismatch-3 = فایل تصویری از نوع‌های شناخته‌شده نیست؛ نوع { $declared } اعلام شده بود.
verdict-format-mismatch = فایل تصویری از نوع و اندازه‌ای که اعلام شده بود نیست.
verdict-format-unknown-1 = فایل خوانده نشد، شاید چون بزرگ‌تر از آن است که خوانده شود، و نوع آن معلوم نیست؛ نوع { $declared } اعلام شده بود.
verdict-format-unknown = فایل خوانده نشد و نوع آن معلوم نیست.

## exif_position

verdict-exif-position-ok-1 = موقعیت درون فایل { $distance_m } با موقعیت اعلام‌شده فاصله دارد؛ تا { $allowed_m } پذیرفته است.
verdict-exif-position-ok = موقعیت درون فایل با موقعیت اعلام‌شده سازگار است.
verdict-exif-position-mismatch-1 = موقعیت درون فایل { $distance_m } با موقعیت اعلام‌شده فاصله دارد، بیش از { $at_most_m } که با بدترین دقت هم ممکن است.
verdict-exif-position-mismatch = موقعیت درون فایل با موقعیت اعلام‌شده سازگار نیست.
verdict-exif-position-unknown-1 = موقعیت درون فایل { $distance_m } با موقعیت اعلام‌شده فاصله دارد؛ تا { $allowed_m } پذیرفته است، اما دقت همهٔ موقعیت‌ها معلوم نیست و تا { $at_most_m } شاید خطای مکان‌یاب باشد.
verdict-exif-position-unknown = موقعیت درون فایل را نمی‌توان با موقعیت اعلام‌شده سنجید.

## exif_time

verdict-exif-time-ok-1 = زمانی که ماهواره‌ها در فایل نوشته‌اند { $gps_difference_s } با زمان گرفتن عکس اختلاف دارد؛ تا { $allowed_s } پذیرفته است.
verdict-exif-time-ok-2 = زمان درون فایل { $difference_s } با زمان اعلام‌شده اختلاف دارد؛ تا { $allowed_s } پذیرفته است. دوربین منطقهٔ زمانی را ننوشته و ساعت { $assumed_zone } فرض شده است.
verdict-exif-time-ok-3 = زمان درون فایل { $difference_s } با زمان اعلام‌شده اختلاف دارد؛ تا { $allowed_s } پذیرفته است.
verdict-exif-time-ok = زمان درون فایل با زمان اعلام‌شده سازگار است.
verdict-exif-time-mismatch-1 = زمان درون فایل { $difference_s } با زمان اعلام‌شده اختلاف دارد، بیش از { $allowed_s } که پذیرفته است. دوربین منطقهٔ زمانی را ننوشته و ساعت { $assumed_zone } فرض شده است.
verdict-exif-time-mismatch-2 = زمان درون فایل { $difference_s } با زمان اعلام‌شده اختلاف دارد، بیش از { $allowed_s } که پذیرفته است.
verdict-exif-time-mismatch = زمان درون فایل با زمان اعلام‌شده سازگار نیست.
verdict-exif-time-unknown-1 = زمان درون فایل { $difference_s } با زمان اعلام‌شده اختلاف دارد؛ دوربین منطقهٔ زمانی را ننوشته است و شاید ساعت آن بر منطقهٔ زمانی دیگری تنظیم باشد.
verdict-exif-time-unknown-2 = فایل زمان خوانایی ندارد که بتوان با زمان اعلام‌شده سنجید (تا { $allowed_s } اختلاف پذیرفته است).
verdict-exif-time-unknown = زمان درون فایل را نمی‌توان با زمان اعلام‌شده سنجید.

## pair

verdict-pair-ok-1 = عکس‌های پیش و پس از کار { $distance_m } از هم فاصله دارند (تا { $allowed_m } پذیرفته است). این عکس رو به { $own_compass } و جفت آن رو به { $other_compass } است، با { $turned_deg } اختلاف جهت (تا { $allowed_deg } پذیرفته است).
verdict-pair-ok-2 = عکس‌های پیش و پس از کار { $distance_m } از هم فاصله دارند (تا { $allowed_m } پذیرفته است) و جهت آن‌ها { $turned_deg } اختلاف دارد (تا { $allowed_deg }).
verdict-pair-ok-3 = عکس‌های پیش و پس از کار { $distance_m } از هم فاصله دارند؛ تا { $allowed_m } پذیرفته است. جهت دوربین ثبت نشده است.
verdict-pair-ok = عکس‌های پیش و پس از کار از یک جا گرفته شده‌اند.
verdict-pair-mismatch-1 = عکس‌های پیش و پس از کار از یک جا نیستند: { $too_far_m } از هم فاصله دارند و تا { $allowed_m } پذیرفته است.
verdict-pair-mismatch-2 = عکس‌های پیش و پس از کار از یک جا، اما رو به دو سوی گوناگون گرفته شده‌اند: این عکس رو به { $own_compass } و جفت آن رو به { $other_compass } است، با { $turned_deg } اختلاف جهت؛ تا { $allowed_deg } پذیرفته است.
verdict-pair-mismatch-3 = عکس‌های پیش و پس از کار از یک جا، اما رو به دو سوی گوناگون گرفته شده‌اند، با { $turned_deg } اختلاف جهت؛ تا { $allowed_deg } پذیرفته است.
verdict-pair-mismatch = عکس‌های پیش و پس از کار از یک جا و یک سو نیستند.
verdict-pair-unknown-1 = عکس‌های پیش و پس از کار { $distance_m } از هم فاصله دارند؛ تا { $allowed_m } پذیرفته است، اما دقت همهٔ موقعیت‌ها معلوم نیست.
verdict-pair-unknown-2 = جفتی با موقعیت ثبت‌شده نیست که بتوان با آن سنجید (تا { $allowed_m } فاصله پذیرفته است).
verdict-pair-unknown = عکس‌های پیش و پس از کار را نمی‌توان با هم سنجید.

## similar_picture

verdict-similar-picture-ok = تصویری همانند این در جای دیگری نیست.
verdict-similar-picture-mismatch-1 = تصویری تقریباً همانند این در { $count } جای دیگر هست.
verdict-similar-picture-mismatch = تصویری تقریباً همانند این در جای دیگری هست.
verdict-similar-picture-unknown = ظاهر این تصویر را نمی‌توان با تصویرهای دیگر سنجید.

## speed

verdict-speed-ok-1 = گوشی هنگام گرفتن عکس دیگرش تقریباً در همین جا بوده است.
verdict-speed-ok-2 = گوشی میان این عکس و عکس دیگرش در { $passed_s } دست‌کم { $speed_kmh } سرعت داشته است ({ $distance_m })؛ تا { $allowed_kmh } پذیرفتنی است.
verdict-speed-ok = فاصلهٔ این عکس از عکس دیگر همین گوشی با زمان میان آن دو سازگار است.
verdict-speed-mismatch-1 = گوشی میان این عکس و عکس دیگرش { $distance_m } را در { $passed_s } پیموده است، یعنی { $speed_kmh }؛ بیش از { $allowed_kmh } ممکن نیست.
verdict-speed-mismatch = فاصلهٔ این عکس از عکس دیگر همین گوشی با زمان میان آن دو سازگار نیست.
verdict-speed-unknown-1 = گوشی میان این عکس و عکس دیگرش { $distance_m } را در { $passed_s } پیموده است، یعنی { $speed_kmh } (مرز { $allowed_kmh } است)، اما دقت همهٔ موقعیت‌ها معلوم نیست.
verdict-speed-unknown-2 = عکس دیگری با موقعیت از همین گوشی نیست که بتوان سرعت را سنجید (مرز { $allowed_kmh } است).
verdict-speed-unknown = سرعت گوشی میان این عکس و عکس دیگرش معلوم نیست.
