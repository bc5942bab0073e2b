# آنچه سرور به فارسی می‌گوید. نام‌ها و آرگومان‌ها با زبان‌های دیگر یکی است و آزمونی آن را می‌سنجد.

## عنوان خطاها، بر پایهٔ کد آن‌ها

error-validation = مقدار یکی از فیلدها پذیرفتنی نیست
error-malformed = درخواست خوانده نشد
error-bad-envelope = بستهٔ همگام‌سازی خوانده نشد
error-unauthenticated = ابتدا وارد سامانه شوید
error-bad-credentials = نام کاربری یا گذرواژه نادرست است
error-token-expired = اعتبار نشست پایان یافته است
error-token-reused = این نشانهٔ تمدید پیش‌تر به کار رفته است؛ دوباره وارد سامانه شوید
error-password-change-required = گذرواژه را شخص دیگری تعیین کرده است؛ همراه آن گذرواژهٔ تازه‌ای بفرستید
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
error-rate-limited = سهم شما برای اکنون به پایان رسیده است؛ بعداً ادامه دهید، چیزی از دست نمی‌رود
error-too-slow = از درخواست داده کافی نرسید؛ دوباره ارسال کنید
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

word-audience-field = نیروهای میدانی و مرکز
word-audience-office = فقط مرکز

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

## code_purpose

word-code-purpose-password = تعیین گذرواژه
word-code-purpose-phone = ورود با تلفن همراه

## notice_kind

word-notice-kind-reveal-access = صدور رمز یا کد ورود برای حسابی که مشخصات تماس‌گیرندگان را می‌بیند
word-notice-kind-reveal-granted = اعطای نقشی که مشخصات تماس‌گیرندگان را می‌بیند

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
word-conflict-kind-assignment-outdated = واگذاری با اصلاح درخواست سازگار نیست
word-conflict-kind-already-submitted = پیش‌تر تحویل‌شده
word-conflict-kind-measurement-disagrees = ناهمخوانی اندازه‌ها
word-conflict-kind-possible-duplicate = احتمال تکراری بودن
word-conflict-kind-deleted-entity = پایان‌یافته از سوی مرکز
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

word-inbox-kind-draft = بدون مجری
word-inbox-kind-failed-visit = مراجعهٔ ناموفق
word-inbox-kind-hold-request = درخواست توقف کار
word-inbox-kind-offer-expiring = پیشنهاد رو به پایان
word-inbox-kind-round = در انتظار راستی‌آزمایی
word-inbox-kind-finding = نتیجهٔ بازدید در انتظار تصمیم
word-inbox-kind-ready-to-close = آمادهٔ بستن
word-inbox-kind-deferral-due = پایان مهلت تعویق
word-inbox-kind-overdue = گذشته از مهلت
word-inbox-kind-outside = بیرون از محدوده
word-inbox-kind-evidence = عکس نرسیده
word-inbox-kind-conflict = تعارض
word-inbox-kind-quarantine = قرنطینه
word-inbox-kind-clock = ساعت نادرست
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
word-push-code-deleted-entity = مرکز این مورد را پایان داده بود؛ نوشتهٔ شما محفوظ است
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
word-push-code-quarantined = برای بررسی مرکز کنار گذاشته شد

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

# Details of problems
#
# The English text is the pattern that stands in the code; its words are `{ $name }` here and `{name}` there.
detail-resource-methods = این نشانی این روش‌ها را می‌پذیرد: { $methods }
detail-no-path = چنین نشانی‌ای نیست؛ /openapi.json را ببینید
detail-migrations-wait = پایگاه داده باید به‌روز شود: `bazdid migrate up` را اجرا کنید
detail-if-match = If-Match باید ETag چیزی باشد که خوانده‌اید، مانند "57"
detail-idempotency-key = Idempotency-Key باید ۱ تا { $max } نویسهٔ دیدنی ASCII داشته باشد، مانند یک UUID
detail-body-broke-off = بدنهٔ درخواست ناتمام ماند
detail-no-json = بدنهٔ درخواست JSON نیست: { $why }
detail-too-slow = پاسخ بیش از { $seconds } ثانیه طول کشید
detail-needs-permission = این کار مجوز { $permission } می‌خواهد
detail-send-token = رمز دسترسی را به صورت `Authorization: Bearer …` بفرستید
detail-too-many-under-way = اکنون درخواست‌های زیادی در دست انجام است؛ از این درخواست چیزی انجام نشد
detail-you-have-too-many = اکنون درخواست‌های زیادی از شما در دست انجام است؛ از این درخواست چیزی انجام نشد
detail-too-many-of-yours-wait = اکنون درخواست‌های زیادی از شما در نوبت است؛ از این درخواست چیزی انجام نشد
detail-wait-not-over = زمان انتظار هنوز تمام نشده است: از این درخواست چیزی انجام نشد، پس از Retry-After ادامه دهید
detail-share-used = حداکثر { $amount } { $what } در { $seconds } ثانیه: از این درخواست چیزی انجام نشد، پس از Retry-After ادامه دهید
detail-order-uploads = هر حساب در ۲۴ ساعت حداکثر { $limit } عکس از یک دستور کار می‌فرستد؛ بقیه بعداً ارسال می‌شود
detail-body-too-slow = از بدنه درخواست داده کافی نرسید؛ آن را با ارتباط بهتر یا در بخش‌های کوچک‌تر دوباره ارسال کنید
detail-window = هنگام فشرده‌سازی پنجره حداکثر { $bytes } بایت باشد
detail-encoding-broke-off = بدنهٔ درخواست ناتمام است یا با رمزگذاری اعلام‌شده نمی‌خواند
detail-unpacked-limit = بدنهٔ درخواست پس از باز شدن حداکثر { $limit } بایت می‌تواند داشته باشد
detail-metrics-local = بدون telemetry.metrics_token فقط خود سرور می‌تواند بپرسد
detail-metrics-token = telemetry.metrics_token را به صورت `Authorization: Bearer …` بفرستید
detail-query-nul = پرسش نباید نویسهٔ NUL داشته باشد
detail-part-undecided = دربارهٔ بخشی از ارسال تصمیم گرفته نشد: دوباره بفرستید
detail-whole-number = باید عددی صحیح از ۱ تا { $max } باشد
detail-one-of-both = یا سازمان را نام ببرید یا حساب را، نه هر دو را
detail-organisation-or-account = سازمان یا حسابی را نام ببرید
detail-override = در POST بارگذاری، X-HTTP-Method-Override می‌گوید جای چه روشی نشسته است
detail-upload-elsewhere = درخواست دیگری این بارگذاری را ادامه می‌دهد
detail-no-outline = این محدوده مرزی از خود ندارد
detail-bytes-unpacked = بایت‌ها با نوع { $type } و بدون فشرده‌سازی فرستاده می‌شوند
detail-too-many-wait = دستگاه‌های زیادی در انتظارند؛ گاه‌به‌گاه دریافت کنید
detail-at-most-characters = حداکثر { $max } نویسه می‌تواند داشته باشد
detail-no-ticket-code = این کد درخواست نیست: ده رقم که رقم آخر بقیه را می‌سنجد
detail-bbox = به صورت غرب،جنوب،شرق،شمال به درجه بنویسید؛ غرب کمتر از شرق و جنوب کمتر از شمال
detail-upload-offset = بارگذاری از بایت { $offset } ادامه دارد
detail-upload-length = بارگذاری با { $length } بایت اعلام شده است
detail-order-transition = اجازهٔ بردن دستور کار از { $from } به { $to } را ندارید
detail-ticket-transition = درخواست از { $from } به { $to } نمی‌رود
detail-own-judgement = هیچ‌کس کار خود یا سازمان خود را داوری نمی‌کند
detail-wait-for-bytes = تا رسیدن عکس‌ها صبر کنید، کار را برگردانید، یا در without_bytes بگویید چرا منتظر آن‌ها نمی‌مانید
detail-without-bytes = فقط کسی که دستور کار را مدیریت می‌کند می‌تواند آن را بدون رسیدن عکس‌ها بپذیرد
detail-inspector-here = باید بازرس محدوده‌ای باشد که درخواست در آن است
detail-photo-removed = این عکس حذف شده است
detail-others-bytes = این عکس را می‌بینید، اما فرستادن فایل آن با شما نیست
detail-stored-stays = این عکس ذخیره شده است؛ آنچه ذخیره شده پس گرفته نمی‌شود
detail-byte-length = باید ۱ تا { $max } بایت داشته باشد
detail-login-taken = این نام کاربری گرفته شده است
detail-account-already = وضعیت حساب از پیش { $state } است
detail-own-account = هیچ‌کس حساب خود را نمی‌بندد
detail-last-admin = آنگاه کسی نمی‌ماند که حساب‌ها را مدیریت کند: نخست مدیر دیگری تعیین کنید
detail-name-ticket = درخواستی را که تماس دربارهٔ آن بود نام ببرید
detail-say-why = دلیل را در حداکثر ۴۰۰ نویسه بنویسید
detail-decided-already = پیش‌تر دربارهٔ این تصمیم گرفته شده است
detail-no-rule = هیچ قاعده‌ای این را نمی‌خواند؛ کنارش بگذارید، دفتر ثبت آن را نگه می‌دارد
detail-own-decision = هیچ‌کس دربارهٔ کار خود یا سازمان خود تصمیم نمی‌گیرد
detail-still-unknown = هنوز معلوم نیست این به چه تعلق دارد؛ بگویید دربارهٔ چیست، کنارش بگذارید یا صبر کنید
detail-phone = شمارهٔ تلفن نیست؛ مانند ‎0912 123 4567‎ یا ‎+98 912 123 4567‎ بنویسید{ $local }
detail-receivers = { $max } گیرنده هست و بیش از این ممکن نیست
detail-receiver-off = به گیرنده‌ای که خاموش است چیزی فرستاده نمی‌شود
detail-not-again = فقط آنچه ناکام مانده یا در انتظار تلاش بعدی است دوباره فرستاده می‌شود
detail-at-most-note = حداکثر { $max } نویسه می‌تواند داشته باشد
detail-other-ticket-outside = درخواست دیگر بیرون از محدوده‌های شماست؛ کسی تصمیم می‌گیرد که پاسخگوی هر دو باشد
detail-conflict-gone = آنچه این تعارض دربارهٔ آن است دیگر نیست؛ نگهش دارید یا کنار بگذارید
detail-conflict-decided = پیش‌تر دربارهٔ این تعارض تصمیم گرفته شده است
detail-conflict-takes = تعارض از نوع { $kind } با { $resolution } حل نمی‌شود؛ راه‌های آن: { $words }
detail-id-taken = این شناسه از آنِ چیز دیگری است؛ شناسهٔ دیگری بسازید
detail-not-future = نباید در آینده باشد
detail-other-area = این نقطه در محدوده‌ای است که برای آن درخواست ثبت نمی‌کنید
detail-no-category = چنین دسته‌ای نیست
detail-contract-ended = قرارداد پایان یافته است؛ قرارداد تازه‌ای بنویسید
detail-validity-over = اعتبار آن به پایان رسیده است؛ نخست تمدیدش کنید
detail-later-than-from = باید پس از `from` باشد
detail-device-out = این دستگاه از پیش از کار کنار گذاشته شده است
detail-device-taken-out = مرکز این دستگاه را از کار کنار گذاشته است: آنچه مانده را یک بار دیگر بفرستید، همه چیز را نگه دارید و از مرکز بپرسید
detail-grant-ended = این نقش پیش‌تر پایان یافته است
detail-not-your-password = گذرواژهٔ شما نیست
detail-days-range = باید از ۰ تا ۳۶۶۰ باشد
detail-original-for = فایل اصلی برای داوران شواهد و طرف گیرندهٔ عکس است؛ با size=screen بخواهید
detail-its-bytes = وضعیت فایل آن { $state } است
detail-no-smaller = فایل ذخیره شده است و نمی‌توان آن را کوچک‌تر نشان داد: { $reason }
detail-login-ended = نشستی که این در آن ساخته شد پایان یافته است
detail-device-not-yours = این دستگاه به نام شما ثبت نشده است
detail-fetch-limit = هر بار حداکثر { $max } سطر بخواهید
detail-row-type = نوع سطر را بنویسید: حروف کوچک لاتین و _، مانند work_order
detail-pull-first = ارسال باید نسخه‌ای را که برنامه دارد نام ببرد: نخست دریافت کنید
detail-snapshot-gone = سرور این نسخه را دیگر ندارد: دریافت کنید و دوباره بفرستید
detail-rows-changed = سطرها از نسخهٔ برنامه به بعد تغییر کرده‌اند: دریافت کنید و دوباره بفرستید
detail-too-many-rows = این دستگاه بیش از { $max } سطر می‌بیند که در یک پاسخ نمی‌گنجد: از POST /v1/sync/pull استفاده کنید که صفحه‌بندی دارد
detail-push-limit = در هر ارسال حداکثر { $mutations } فرمان و { $bytes } بایت بفرستید
detail-next-seq = فرمان بعدی باید شمارهٔ seq برابر { $expected } داشته باشد
detail-forked = سرور فرمان‌های دیگری از این دستگاه دارد: از نو ثبت کنید و همه را دوباره بفرستید
detail-about-evidence = فقط یادداشت، بازدید، عکس، اندازه‌گیری یا پاسخ را می‌توان به چیز دیگری نسبت داد
detail-no-organisation = سازمان «{ $code }» نیست
detail-no-area = محدودهٔ «{ $code }» نیست
detail-no-organisation-before = پیش از این سطر سازمان «{ $code }» نیست
detail-no-category-code = دستهٔ «{ $code }» نیست
detail-ticket-exists = درخواستی با این شناسه هست
detail-no-category-id = دسته‌ای با این شناسه یا کد نیست
detail-no-area-id = محدوده‌ای با این شناسه یا کد نیست
detail-database-url = نشانی پایگاه داده باید با sqlite://‎ یا postgres://‎ آغاز شود
detail-round-passed = دستور کار از این نوبت گذشته است یا کسی آن را داوری کرده است
detail-ticket-ended = مرکز درخواست را پایان داده است؛ نخست آن را بازگشایی کنید
detail-no-hold-asked = کسی توقف این دستور کار را نخواسته است
detail-nobody-holds = این دستور کار در دست کسی نیست
detail-merge-target-ended = مرکز درخواستی را که ادغام در آن انجام می‌شود پایان داده است
detail-no-late-work = در این تعارض کار دیررسیده‌ای نیست؛ کنارش بگذارید
detail-verified-already = دستور کار پیش‌تر تأیید شده است؛ هزینهٔ هر دو را بپردازید یا کار دیررسیده را کنار بگذارید
detail-merged-nothing = درخواست در درخواست دیگری ادغام شده و چیزی برای آن ارسال نشده است؛ کنارش بگذارید
detail-merged-named = درخواست در درخواست دیگری ادغام شده که این شواهد را نام می‌برد؛ کنارش بگذارید
detail-open-again = درخواست از پیش دوباره باز است؛ کنارش بگذارید
detail-merged-accept = درخواست در درخواست دیگری ادغام شده است؛ آنچه ارسال شده را بپذیرید یا کنارش بگذارید
detail-nothing-to-pay = کسی دیرتر گزارش کار نداده است؛ چیزی برای پرداخت نیست
detail-order-elsewhere = دستور کار از آن پس به دیگری رسیده است؛ آنچه در جریان است نگه دارید
detail-submission-judged = دربارهٔ این ارسال پیش‌تر داوری شده است؛ آنچه در جریان است نگه دارید
detail-ticket-ended-keep = مرکز این درخواست را پایان داده است؛ آنچه در جریان است نگه دارید
detail-no-field = این تعارض مقداری را نام نمی‌برد؛ آنچه در جریان است نگه دارید
detail-no-force = این مقدار برقرار نمی‌شد؛ درخواست را دوباره ببینید
detail-round-passed-keep = دستور کار از این نوبت گذشته است؛ آنچه در جریان است نگه دارید
detail-bytes-wanted = دسته عکس‌هایی می‌خواهد که فایل همهٔ آن‌ها نرسیده است؛ صبر کنید یا آنچه در جریان است نگه دارید
detail-findings = یافته‌ها همان است که بازرس دیده است؛ دیگری را بپذیرید یا نخستین را نگه دارید
detail-order-gone-on = دستور کار از آن پس پیش رفته است؛ آنچه در جریان است نگه دارید
detail-merge-other = مرکز درخواستی را که ادغام در آن انجام می‌شود پایان داده است؛ در دیگری ادغام کنید یا آن را بازگشایی کنید
detail-merged-already = این درخواست پیش‌تر ادغام شده است
detail-nothing-waits = دیگر چیزی اینجا در انتظار نیست؛ کنارش بگذارید
detail-waits-unknown = هنوز معلوم نیست این در انتظار چیست؛ کنارش بگذارید یا صبر کنید
detail-no-such = { $what } یافت نشد
detail-nothing-imported = چیزی وارد نشد
detail-not-empty = نباید خالی باشد
detail-one-line = باید یک سطر با حداکثر { $max } نویسه باشد
detail-code-letters = باید حداکثر { $max } حرف کوچک لاتین، رقم و میان آن‌ها . - _ باشد
detail-from-to = باید از { $from } تا { $to } باشد
detail-twice = دو بار در فایل آمده است
detail-no-checklist = چنین فهرست وارسی‌ای نیست
detail-no-contract = چنین قراردادی نیست
detail-coverage-overlaps = پوشش دیگری از همین قرارداد همین محدوده و دسته را در زمانی هم‌پوش دارد
detail-no-such-area = چنین محدوده‌ای نیست
detail-not-in-use = دیگر در کار نیست
detail-all-covered = آنجا که همه چیز پوشش دارد باید with_descendants باشد
detail-parent-level = از نوع { $kind } است؛ بالادست { $child } باید در سطحی بالاتر باشد
detail-organisation-code-taken = از آنِ سازمان دیگری است
detail-above-itself = سازمان بالادست خودش می‌شد
detail-no-such-organisation = چنین سازمانی نیست
detail-inbox-claimed = تا { $until } پیگیری آن با { $name } است
detail-office-say-why = علت را بنویسید
detail-office-short-text = حداکثر ۴۰۰ نویسه مجاز است و نویسهٔ NUL پذیرفته نیست
detail-office-long-text = حداکثر ۴۰۰۰ نویسه مجاز است و نویسهٔ NUL پذیرفته نیست
detail-office-coded-reason = باید کدی مانند not_needed باشد: حروف کوچک لاتین، رقم و زیرخط
detail-office-which-part = مشخص کنید کدام بخش پذیرفته می‌شود
detail-office-defects = ۱ تا ۵۰ ایراد را نام ببرید
detail-office-in-the-future = باید در آینده باشد
detail-office-inspections-to-people = فقط بازدید به شخص واگذار می‌شود؛ سازمانی را نام ببرید
detail-office-organisation = چنین سازمان فعالی وجود ندارد
detail-office-work-to-contractors = کار فقط به پیمانکاران و گروه‌های فوریت واگذار می‌شود؛ درخواست به سازمان همکار ارجاع می‌شود
detail-office-inspections-to-inspectors = بازدید به بازرس واگذار می‌شود؛ حساب کاربری او را نام ببرید
detail-office-text = باید ۱ تا ۴۰۰۰ نویسه داشته باشد و نویسهٔ NUL پذیرفته نیست
detail-office-category = چنین موضوع فعالی وجود ندارد
detail-office-window = بازه باید در آینده و پس از آغازش پایان یابد
detail-office-merged-into-itself = درخواست با خودش ادغام نمی‌شود
detail-category-code-taken = از آنِ دستهٔ دیگری است
detail-category-group = باید گروه باشد: دسته‌ها دو سطح دارند
detail-contract-number-taken = از آنِ قرارداد دیگری است
detail-holds-contracts = از نوع { $kind } است: کار قراردادی فقط به پیمانکاران و گروه‌های فوریت داده می‌شود؛ درخواست به سازمان همکار ارجاع می‌شود
detail-no-body = درخواست بدنه ندارد؛ سند JSON لازم است
detail-nul = متن نباید نویسهٔ NUL داشته باشد
detail-invisible = فقط از نویسه‌های نادیدنی است؛ چیزی بنویسید یا آن را نیاورید
detail-min-max-characters = باید { $min } تا { $max } نویسه و بدون نویسهٔ کنترلی داشته باشد
detail-expected-uuid = باید UUID باشد، نه «{ $found }»
detail-capacities = ظرفیت‌های امروز در همین لحظه گرفته می‌شود
detail-login-letters = باید ۲ تا ۶۴ نویسه از a-z، ‏0-9، '.'، '_'، '-' و '@' باشد و با حرف یا رقم آغاز شود
detail-person-name = باید ۱ تا ۱۲۰ نویسه و بدون نویسهٔ کنترلی داشته باشد
detail-fa-or-en = باید fa یا en باشد
detail-organisation-disabled = این سازمان غیرفعال است
detail-contractor-role = برای این نقش باید پیمانکار یا گروه فوریت باشد
detail-role-for-contractor = این نقش برای پیمانکار یا گروه فوریت است
detail-role-in-areas = این نقش در محدوده‌هاست: دست‌کم یکی را نام ببرید (برای همه، شهر)
detail-most-areas = حداکثر ۵۰۰ محدوده؛ هر محدوده جای همهٔ زیرمجموعه‌هایش است
detail-after-valid-from = باید پس از valid_from باشد
detail-say-request = بنویسید چه درخواست می‌شود
detail-source-length = باید ۱ تا ۲۰۰ نویسه داشته باشد
detail-category-out-of-use = این دسته دیگر در کار نیست
detail-no-nul = نباید نویسهٔ NUL داشته باشد
detail-text-length = حداکثر ۴۰۰۰ نویسه می‌تواند داشته باشد
detail-latitude = باید عرض جغرافیایی به درجه، از ‎-90‎ تا 90 باشد
detail-longitude = باید طول جغرافیایی به درجه، از ‎-180‎ تا 180 باشد
detail-accuracy = باید به متر و از ۰ تا ۱۰۰۰۰۰ باشد
detail-whole-bytes = { $name } باید عددی صحیح به بایت باشد
detail-upload-length-known = هنگام آغاز بارگذاری باید اندازه معلوم باشد
detail-one-byte = عکس دست‌کم یک بایت دارد
detail-metadata-limit = Upload-Metadata حداکثر { $max } بایت دارد
detail-metadata-photo = Upload-Metadata باید عکس را نام ببرد: `photo_id` و شناسهٔ آن به Base64
detail-metadata-uuid = `photo_id` در Upload-Metadata باید UUID به صورت Base64 باشد
detail-checksum = Upload-Checksum باید نام الگوریتم ({ $names }) و چکیده به Base64 باشد
detail-missing = آورده نشده است
detail-no-cursor = این نشانه از آن این فهرست نیست؛ بدون آن آغاز کنید

# Of mutations, without the pointer before them.
detail-roles = نقش‌های شما این را اجازه نمی‌دهد
detail-thing-unknown = سرور هنوز این را نمی‌شناسد
detail-visit-elsewhere = این بازدید برای درخواست دیگری بوده است
detail-newer-answer = پاسخ تازه‌تری برقرار است؛ پاسخ شما نگه داشته شد
detail-newer-value = مقدار تازه‌تری برقرار است؛ مقدار شما در تاریخچهٔ درخواست ماند
detail-another-value = مقدار دیگری برقرار است؛ مقدار شما در تاریخچهٔ درخواست ماند
detail-category-unknown = سرور این دسته را نمی‌شناسد
detail-other-masks = شمار شماره‌های پنهان متن کنونی با این متن برابر نیست: هر نشانهٔ «•••••••» را در جای خود بگذارید یا همه را حذف کنید
detail-unmasked = شماره‌ای که پنهان است خوانا می‌شد: در کنار نشانهٔ «•••••••» رقمی ننویسید
detail-area-unknown = سرور این محدوده را نمی‌شناسد
detail-area-not-yours = در این محدوده کار نمی‌کنید؛ یکی از محدوده‌های خود را نام ببرید یا هیچ‌کدام را
detail-not-a-fact = ثبتِ مشاهده نیست
detail-not-a-verdict = داوری نیست
detail-not-work = رویداد کار نیست
detail-ticket-was-ended = مرکز این درخواست را پایان داده بود؛ آنچه ثبت کردید نگه داشته شد
detail-judge-elsewhere = درخواست در هیچ محدوده‌ای نیست که کار آن را داوری می‌کنید
detail-judged-otherwise = دیگری این نوبت را به گونه‌ای دیگر داوری کرده است
detail-not-yours-then = این دستور کار در آن هنگام در دست شما نبود
detail-judged-not-back = کار داوری شده است؛ گزارش شما را دیگر نمی‌توان پس گرفت
detail-no-code-free = برای این شناسه کدی آزاد نیست؛ شناسهٔ دیگری بسازید
detail-name-epoch = بگویید این کار در کدام epoch دستور کار انجام شد
detail-epoch-unknown = سرور این epoch را صادر نکرده است
detail-no-inspection = یافته‌ها پایان بازرسی است؛ این دستور کار بازرسی نیست
detail-order-was-ended = مرکز این دستور کار را پایان داده بود؛ ناظر دربارهٔ کار شما تصمیم می‌گیرد
detail-order-went-on = دستور کار بدون شما پیش رفته بود؛ ناظر دربارهٔ کار شما تصمیم می‌گیرد
detail-colleague-declined = یکی از همکارانتان آنچه را دیگری فرستاده رد کرده است
detail-other-findings = دیگری یافته‌های متفاوتی فرستاده است؛ ناظر تصمیم می‌گیرد
detail-first-findings = یافته‌های نخست شما برقرار است؛ این‌ها در کنارشان نگه داشته شد
detail-only-manager = فقط مدیر شما می‌تواند رد کند؛ از مرکز خواسته شد شما را معاف کند و تا آن هنگام دستور کار با شماست
detail-verified-kept = دستور کار تأیید شده است؛ گزارش شما نگه داشته شد و چیزی را تغییر نمی‌دهد
detail-visit-unknown = سرور هنوز این بازدید را نمی‌شناسد
detail-not-allowed-then = دیگر اجازهٔ این کار را نداشتید؛ ناظر می‌تواند آن را بپذیرد
detail-group-waits = در انتظار فرمان دیگری از گروه خود است
detail-rests-refused = آنچه این بر آن استوار است، یا فرمان دیگری از گروهش، پذیرفته نشد
detail-rests-refused-kept = آنچه این بر آن استوار است، یا فرمان دیگری از گروهش، پذیرفته نشد؛ برای مرکز نگه داشته شد
detail-not-who-pushes = حسابی نیست که می‌فرستد
detail-id-other-content = این شناسه با محتوای دیگری به کار رفته است
detail-send-again = دوباره بفرستید
detail-not-decided = سرور نتوانست تصمیم بگیرد؛ برای مرکز نگه داشته شد
detail-does-not-count = ناظر تصمیم گرفت که به حساب نیاید؛ در دفتر ثبت می‌ماند
detail-did-not-come = آنچه در انتظارش بود نرسید؛ یک نفر تصمیم می‌گیرد
detail-group-parted = گروه در یک ارسال و پشت سر هم می‌آید؛ بخش دیگری از این گروه پیش‌تر آمده است
detail-must-be-object = باید شیء (object) باشد
detail-must-be-uuid = باید UUID باشد
detail-must-be-text = باید متن باشد
detail-command-unknown = سرور این فرمان را نمی‌شناسد
detail-patrol-tickets = دست‌کم یک درخواست ثبت‌شده را نام ببرید یا نتیجهٔ دیگری بگویید
detail-one-defect = دست‌کم یک ایراد کددار را نام ببرید
detail-hex-digits = باید ۶۴ رقم شانزده‌شانزدهی باشد

## Kinds of things, in the word `what`

thing-kibibytes = کیبی‌بایت
thing-mutations = تغییر
thing-requests = فراخوانی
thing-tickets = درخواست
thing-account = حساب
thing-area = محدوده
thing-call = تماس
thing-category = دسته
thing-channel = کانال
thing-conflict = تعارض
thing-contract = قرارداد
thing-coverage = پوشش
thing-device = دستگاه
thing-error-code = کد خطا
thing-grant = نقش
thing-organisation = سازمان
thing-phone-of-this-call = شمارهٔ این تماس
thing-photo = عکس
thing-quarantined-mutation = فرمان کنارگذاشته
thing-round = نوبت
thing-ticket = درخواست
thing-upload = بارگذاری
thing-webhook = گیرنده
thing-work-order = دستور کار
thing-ticket-or-work-order = درخواست یا دستور کار
detail-notice-own = اعلان دربارهٔ خود شما یا کار شماست؛ مدیر دیگری باید آن را ببیند
detail-notice-seen = کس دیگری این اعلان را دیده است
detail-master-key-other = کلید اصلی با پایگاه داده نمی‌خواند؛ کلید درست را بدهید و برنامه را دوباره راه‌اندازی کنید
detail-master-key-same = کلید اصلی همان کلید پایگاه داده است؛ چیزی از دست نرفته و چیزی تغییر نکرد
detail-password-same = باید با گذرواژهٔ پیشین فرق کند
detail-code-account-disabled = حساب غیرفعال است؛ نخست آن را فعال کنید
detail-code-no-good = کد معتبر نیست: نادرست وارد شده، به کار رفته، جایگزین شده یا مهلتش گذشته است
detail-code-password-missing = خالی است؛ این کد برای تعیین گذرواژه است
detail-code-password-not-there = نباید باشد؛ این کد برای ورود با تلفن همراه است
detail-phone-key-lost = شماره با کلیدی رمز شده که از دست رفته است؛ دیگر کسی نمی‌تواند آن را بخواند
detail-list-total-evidence = دستور کارها بر پایهٔ وضعیت مدارک شمرده نمی‌شوند؛ evidence یا total را بردارید
detail-list-cursor-order = این نشانگر از ترتیب دیگری از فهرست است؛ بدون آن آغاز کنید
detail-list-holder = شناسهٔ یک سازمان یا یک شخص لازم است
detail-console-no-file = چنین پرونده‌ای در میز کار نیست
detail-authorization-once = تنها یک سرآیند `Authorization` بفرستید
detail-list-sort = یکی از age، -age، due یا -due لازم است، نه «{ $found }»
detail-list-flag = یکی از این‌ها لازم است: { $words }، نه «{ $found }»
detail-search-digits = جستجوی رقم در متن‌ها تنها برای مرکز است؛ رقم‌ها را بردارید
detail-list-total-words = درخواست‌های یافته با واژه شمرده نمی‌شوند؛ q یا total را بردارید
detail-catalogue-no-group = پیش از این سطر چنین گروهی نیست
detail-catalogue-no-organisation-before = پیش از این سطر چنین سازمانی نیست
detail-category-radius = باید به متر و از ۱ تا ۱۰۰۰۰ باشد
thing-notice = اعلان
thing-inbox-item = مورد کارتابل
thing-ticket-to-merge-into = درخواستی که باید با آن ادغام شود
detail-coverage-contract = قابل تغییر نیست؛ این پوشش را پایان دهید و پوشش دیگری بیفزایید
detail-later-than-valid-from = باید پس از valid_from باشد
detail-after-contract = پس از پایان قرارداد است
detail-before-contract = پیش از آغاز قرارداد است
detail-organisation-code = قابل تغییر نیست؛ سامانه‌های دیگر سازمان را با آن می‌شناسند
detail-webhook-no-event = دست‌کم یک رویداد را نام ببرید؛ برای همهٔ رویدادها آن را بردارید
detail-webhook-tests = رویداد آزمایش قابل اشتراک نیست
detail-category-code = قابل تغییر نیست؛ سامانه‌های دیگر دسته را با آن می‌شناسند
detail-category-synonyms = حداکثر ۱۰۰ واژه
detail-category-synonym-twice = در فهرست هست
detail-category-levels = این دسته خود گروه است؛ دسته‌ها دو سطح دارند
detail-unchangeable = قابل تغییر نیست
detail-contract-unchangeable = قابل تغییر نیست؛ قرارداد تازه‌ای بنویسید
