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

## code_purpose

word-code-purpose-password = تعیین گذرواژه
word-code-purpose-phone = ورود با تلفن همراه

## notice_kind

word-notice-kind-reveal-granted = دسترسی مدیر به مشخصات تماس‌گیرندگان

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
