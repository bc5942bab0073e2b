# What the server says in English. The texts of other languages have the same names and arguments; a test sees to it.

## Titles of problems, by their code (crates/protocol/src/error.rs)

error-validation = A field has a value that cannot be accepted
error-malformed = The request could not be read
error-bad-envelope = The sync envelope could not be read
error-unauthenticated = Log in first
error-bad-credentials = The login or the password is wrong
error-token-expired = The access token has expired
error-token-reused = The refresh token was used before; log in again
error-password-change-required = Somebody else has set the password: log in with a new one beside it
error-forbidden = Your roles do not allow this
error-account-disabled = The account is disabled
error-link-invalid = This is no link to this picture in this size
error-link-expired = The link is not good any more: make a new one
error-device-revoked = The device was taken out of service
error-not-found = Not found, or you do not have access
error-no-picture = No smaller picture can be made of these bytes
error-method-not-allowed = The resource does not know this method
error-already-exists = Something with this identity exists with other content
error-invalid-transition = The state does not allow this
error-photo-not-stored = The photo is declared, and its bytes have not all arrived
error-picture-not-ready = The bytes are stored, and the smaller pictures are not made yet
error-evidence-pending = The category asks for stored photos, and their bytes have not all arrived
error-conflict = The resource was changed concurrently
error-device-limit = The account has as many devices in service as it may: have one taken out of service
error-device-forked = The device's history differs from the server's: register anew and send again
error-seq-gap = Mutations are missing before the first of this push
error-device-busy = Another push of this device is under way
error-photo-unknown = No photo with this id is known, or you may not know of it: push its declaration first
error-already-stored = All bytes of this photo are stored; there is nothing to send
error-too-many-uploads = Too many uploads of this photo are open; go on with one of them or end one
error-offset-mismatch = The upload goes on at another offset: ask for it by HEAD
error-upload-gone = The upload has ended; begin a new one
error-unsupported-tus-version = Send Tus-Resumable with a version that the server speaks
error-precondition-failed = The resource has changed since you read it
error-too-large = The request is larger than allowed
error-batch-too-large = The batch is larger than allowed
error-unsupported-media-type = The media type or encoding is not supported
error-range-not-satisfiable = The file has no such bytes
error-bytes-mismatch = All bytes arrived and are not those that were declared: send the original
error-idempotency-mismatch = The idempotency key was used with another request
error-upload-locked = Another request sends bytes of this upload
error-upgrade-required = The app is too old to pull
error-precondition-required = Send If-Match with the revision that you read
error-outside-areas = The point lies outside every area
error-too-many-attempts = Too many attempts; wait
error-rate-limited = You have used your share for now; go on later, nothing is lost
error-too-slow = Too little of the request came; send it again
error-upload-quota = This device has sent its share of the day
error-checksum-mismatch = The checksum of this part is another: send the part again
error-overloaded = The server is busy; try again
error-unavailable = The database cannot be reached; try again
error-insufficient-storage = The server has no room for this now; what has arrived is kept
error-internal = The server made a mistake; it was logged under this request id

## role

word-role-admin = administrator
word-role-operator = operator
word-role-supervisor = supervisor
word-role-inspector = inspector
word-role-contractor-manager = contractor's manager
word-role-crew = crew
word-role-auditor = auditor

## area_kind

word-area-kind-city = city
word-area-kind-region = region
word-area-kind-district = district

## organisation_kind

word-organisation-kind-municipality = municipality
word-organisation-kind-region-office = regional office
word-organisation-kind-partner = partner
word-organisation-kind-contractor = contractor
word-organisation-kind-emergency-group = emergency group

## active_state

word-active-state-active = active
word-active-state-disabled = disabled

## hazard

word-hazard-none = none
word-hazard-low = low
word-hazard-high = high
word-hazard-critical = critical

## priority

word-priority-low = low
word-priority-normal = normal
word-priority-high = high
word-priority-urgent = urgent

## ticket_status

word-ticket-status-new = new
word-ticket-status-triaged = triaged
word-ticket-status-in-work = in work
word-ticket-status-resolved = resolved
word-ticket-status-closed = closed
word-ticket-status-waiting-citizen = waiting for the citizen
word-ticket-status-deferred = deferred
word-ticket-status-referred = referred
word-ticket-status-duplicate = duplicate
word-ticket-status-rejected = rejected
word-ticket-status-cancelled = cancelled
word-ticket-status-reopen-requested = reopening requested

## ticket_field

word-ticket-field-text = text
word-ticket-field-address-text = address
word-ticket-field-point = position
word-ticket-field-category = category

## ticket_origin

word-ticket-origin-call = call
word-ticket-origin-field = field
word-ticket-origin-import = import

## point_source

word-point-source-gps = GPS
word-point-source-map = map
word-point-source-address = address
word-point-source-import = import

## boundary

word-boundary-clear = clear
word-boundary-ambiguous-boundary = on a border
word-boundary-nearest = nearest area
word-boundary-outside = outside every area

## work_order_kind

word-work-order-kind-inspection = inspection
word-work-order-kind-repair = repair
word-work-order-kind-emergency = emergency

## work_order_state

word-work-order-state-draft = draft
word-work-order-state-offered = offered
word-work-order-state-accepted = accepted
word-work-order-state-declined = declined
word-work-order-state-expired = expired
word-work-order-state-in-progress = in progress
word-work-order-state-on-hold = on hold
word-work-order-state-submitted = submitted
word-work-order-state-failed-visit = failed visit
word-work-order-state-verified = verified
word-work-order-state-rework = rework
word-work-order-state-closed = closed
word-work-order-state-cancelled = cancelled

## answer

word-answer-accepted = accepted
word-answer-declined = declined
word-answer-expired = expired
word-answer-withdrawn = withdrawn

## work_event_kind

word-work-event-kind-accept = accept
word-work-event-kind-decline = decline
word-work-event-kind-request-relief = ask to be relieved
word-work-event-kind-start = start
word-work-event-kind-request-hold = ask to pause
word-work-event-kind-resume = resume
word-work-event-kind-submit = submit
word-work-event-kind-fail-visit = failed visit
word-work-event-kind-retract = retract

## standing

word-standing-effective = effective
word-standing-stale = of a past assignment
word-standing-redundant = redundant
word-standing-retracted = retracted
word-standing-overruled = overruled

## round_verdict

word-round-verdict-pending = pending
word-round-verdict-accepted = accepted
word-round-verdict-partly = partly accepted
word-round-verdict-rework = returned
word-round-verdict-withdrawn = withdrawn

## visit_kind

word-visit-kind-intake = intake
word-visit-kind-inspection = inspection
word-visit-kind-work = work
word-visit-kind-final = final check
word-visit-kind-patrol = patrol

## visit_outcome

word-visit-outcome-done = done
word-visit-outcome-no-access = no access
word-visit-outcome-not-found = not found
word-visit-outcome-not-ours = not ours
word-visit-outcome-needs-other = needs others
word-visit-outcome-unsafe = unsafe

## patrol_outcome

word-patrol-outcome-nothing-found = nothing found
word-patrol-outcome-reported = reported
word-patrol-outcome-cut-short = cut short

## mock_flag

word-mock-flag-real = real
word-mock-flag-mock = simulated
word-mock-flag-unknown = unknown

## audience

word-audience-field = field and office
word-audience-office = office only

## photo_kind

word-photo-kind-before = before
word-photo-kind-during = during
word-photo-kind-after = after
word-photo-kind-defect = defect
word-photo-kind-document = document

## photo_state

word-photo-state-promised = promised
word-photo-state-partial = partly there
word-photo-state-stored = stored
word-photo-state-failed = failed

## verdict_result

word-verdict-result-ok = agrees
word-verdict-result-mismatch = disagrees
word-verdict-result-unknown = unknown

## upload_state

word-upload-state-open = open
word-upload-state-stored = stored
word-upload-state-mismatch = other bytes
word-upload-state-expired = expired
word-upload-state-terminated = ended

## code_purpose

word-code-purpose-password = setting a password
word-code-purpose-phone = logging in on a phone

## notice_kind

word-notice-kind-reveal-access = an administrator made a code or a password for an account that may see callers
word-notice-kind-reveal-granted = an administrator granted a role that may see callers

## clock_trust

word-clock-trust-unknown = unknown
word-clock-trust-good = good
word-clock-trust-suspect = suspect
word-clock-trust-wrong = wrong

## conflict_kind

word-conflict-kind-stale-epoch = work of a past assignment
word-conflict-kind-parallel-update = parallel edits
word-conflict-kind-category-proposal = category proposed
word-conflict-kind-proposal = proposal
word-conflict-kind-point-moved = position moved
word-conflict-kind-declined-vs-submitted = declined and submitted
word-conflict-kind-relief-requested = relief requested
word-conflict-kind-assignment-outdated = assignment outdated
word-conflict-kind-already-submitted = submitted before
word-conflict-kind-measurement-disagrees = measurements disagree
word-conflict-kind-possible-duplicate = possible duplicate
word-conflict-kind-deleted-entity = ended by the office
word-conflict-kind-verdict-disagrees = verdicts disagree
word-conflict-kind-epoch-unknown = unknown assignment
word-conflict-kind-quarantined = quarantined
word-conflict-kind-held-too-long = held for long
word-conflict-kind-photo-missing = photo missing

## severity

word-severity-soft = minor
word-severity-hard = needs a decision

## conflict_status

word-conflict-status-open = open
word-conflict-status-resolved = resolved

## resolution

word-resolution-accept-work = accept the work
word-resolution-dismiss = dismiss
word-resolution-pay-both = pay both
word-resolution-reassign-back = assign back
word-resolution-keep = keep
word-resolution-take-other = take the other
word-resolution-set = set another
word-resolution-merge-into = merge
word-resolution-not-duplicate = no duplicate
word-resolution-adopt = adopt
word-resolution-decline = decline
word-resolution-discard = discard

## push_status

word-inbox-kind-draft = nobody to ask
word-inbox-kind-failed-visit = failed visit
word-inbox-kind-hold-request = pause requested
word-inbox-kind-offer-expiring = offer about to expire
word-inbox-kind-round = round to verify
word-inbox-kind-finding = inspection to decide
word-inbox-kind-ready-to-close = ready to close
word-inbox-kind-deferral-due = deferral is over
word-inbox-kind-overdue = overdue
word-inbox-kind-outside = outside every area
word-inbox-kind-evidence = photo is missing
word-inbox-kind-conflict = conflict
word-inbox-kind-quarantine = set aside
word-inbox-kind-clock = wrong clock
word-push-status-applied = applied
word-push-status-merged = merged
word-push-status-conflict = needs a decision
word-push-status-rejected = rejected
word-push-status-held = waits
word-push-status-deferred = later

## push_code

word-push-code-stale-epoch = The order has gone to somebody else meanwhile; your work is kept and a supervisor decides
word-push-code-epoch-unknown = The server does not know this assignment; your work is kept
word-push-code-concurrent-edit = Somebody changed the same field; both values are kept
word-push-code-parallel-update = Another value stands; yours is in the history
word-push-code-terminal-state = This has ended and takes no more changes
word-push-code-deleted-entity = The office had ended this; what you wrote is kept
word-push-code-already-submitted = This round was submitted before
word-push-code-not-assigned = This is not assigned to you
word-push-code-not-permitted = Your roles do not allow this
word-push-code-actor-mismatch = The device belongs to somebody else
word-push-code-unknown-entity = The server does not know this yet
word-push-code-dependency = Something before it was not accepted
word-push-code-invalid-transition = The state does not allow this
word-push-code-validation = A value cannot be accepted
word-push-code-malformed = This could not be read
word-push-code-unknown-command = The server does not know this command
word-push-code-unsupported-version = The server does not know this version of the command
word-push-code-too-large = Larger than allowed
word-push-code-id-reuse = The id is used by something else
word-push-code-clock-suspect = The device's clock is not trusted; the server estimated the time
word-push-code-quarantined = Set aside for the office

## push_warning

word-push-warning-unreadable-instant = The time could not be read
word-push-warning-unusable-value = The value could not be used
word-push-warning-too-long = The text was cut
word-push-warning-unknown-field = The field is not known
word-push-warning-too-many-bytes = Too many bytes

# What the checks of a photo found
#
# A check and a result have one text without figures. Numbered ones stand before it: the first of which every figure is known is said.

## Figures

figure-metres = { $number } m
figure-kilometres = { $number } km
figure-kmh = { $number } km/h
figure-degrees = { $count ->
    [one] { $number } degree
   *[other] { $number } degrees
}
figure-days = { $number } d
figure-hours = { $number } h
figure-minutes = { $number } min
figure-seconds = { $number } s
figure-and = { $first } { $second }
figure-less-than = less than { $figure }
figure-no-bytes = no bytes
figure-bytes = { $number } bytes
figure-kilobytes = { $number } kB
figure-megabytes = { $number } MB
compass-north = north
compass-north-east = north-east
compass-east = east
compass-south-east = south-east
compass-south = south
compass-south-west = south-west
compass-west = west
compass-north-west = north-west
media-jpeg = JPEG
media-png = PNG
media-webp = WebP
media-heic = HEIC
media-avif = AVIF
media-gif = GIF
media-unknown = unknown
zone-asia-tehran = Asia/Tehran

## A check that this version does not know

verdict-other-ok = The check "{ $check }" says: ok.
verdict-other-mismatch = The check "{ $check }" says: mismatch.
verdict-other-unknown = The check "{ $check }" says: unknown.

## distance

verdict-distance-ok-1 = The photo was taken { $distance_m } from the place of the request; up to { $allowed_m } is accepted.
verdict-distance-ok = The photo was taken at the place of the request.
verdict-distance-mismatch-1 = The photo was taken { $distance_m } from the place of the request, farther than the { $allowed_m } that are accepted.
verdict-distance-mismatch = The photo was taken away from the place of the request.
verdict-distance-unknown-1 = The photo was recorded { $distance_m } from the place of the request, farther than the { $allowed_m } that are accepted, but not every position states its accuracy, so the fix may have been that bad.
verdict-distance-unknown = It is not known how far from the place of the request the photo was taken.

## mock_location

verdict-mock-location-ok = The phone said that the photo's position was real.
verdict-mock-location-mismatch = The phone said that the photo's position was simulated.
verdict-mock-location-unknown = The phone did not say whether the photo's position was real or simulated.

## inside_visit

verdict-inside-visit-ok-1 = The photo was taken { $after_departure_s } after the visit ended, which is accepted.
verdict-inside-visit-ok-2 = The photo was taken { $after_arrival_s } after the arrival, during the visit.
verdict-inside-visit-ok-3 = The photo was taken { $before_arrival_s } before the arrival was recorded, which is accepted.
verdict-inside-visit-ok = The photo was taken during the visit.
verdict-inside-visit-mismatch-1 = The photo was taken { $before_arrival_s } before the arrival.
verdict-inside-visit-mismatch-2 = The photo was taken { $after_departure_s } after the visit ended.
verdict-inside-visit-mismatch = The photo was not taken during the visit.
verdict-inside-visit-unknown-1 = It is not known whether the photo was taken during the visit, because the phone's clock was changed in the meantime.
verdict-inside-visit-unknown-2 = The photo was taken { $after_arrival_s } after the arrival, but the end of the visit was not recorded.
verdict-inside-visit-unknown-3 = It is not known whether the photo was taken during a visit, because its visit is not recorded.
verdict-inside-visit-unknown = It is not known whether the photo was taken during the visit.

## order

verdict-order-ok-1 = Between the photo before the work and the one after it lie { $widest_gap_s }; at least { $least_gap_s } are needed.
verdict-order-ok = The photo after the work was taken later than the one before it.
verdict-order-mismatch-1 = The photo after the work was taken { $early_s } before the one before it.
verdict-order-mismatch-2 = Between the photo before the work and the one after it lie only { $widest_gap_s }; at least { $least_gap_s } are needed.
verdict-order-mismatch = The photos before and after the work are not in the right order of time.
verdict-order-unknown-1 = The photo has no counterpart of the same turn of work that would show which came first (at least { $least_gap_s } are needed between them).
verdict-order-unknown = The photo has no counterpart of the same turn of work that would show which came first.

## unique_bytes

verdict-unique-bytes-ok = The same file is not used elsewhere.
verdict-unique-bytes-mismatch-1 = The same file is used in other places as well: { $also_in }.
verdict-unique-bytes-mismatch = The same file is used elsewhere as well.
verdict-unique-bytes-unknown = It is not known whether the same file is used elsewhere.

## clock

verdict-clock-ok-1 = The phone's clock was off by { $skew_s }; up to { $allowed_s } is accepted.
verdict-clock-ok-2 = The phone's clock is right; up to { $allowed_s } off is accepted.
verdict-clock-ok = The phone's clock is right.
verdict-clock-mismatch-1 = The phone's clock was off by { $skew_s }, more than the { $allowed_s } that are accepted.
verdict-clock-mismatch-2 = The phone's clock is not right; up to { $allowed_s } off is accepted.
verdict-clock-mismatch = The phone's clock is not right.
verdict-clock-unknown-1 = It is not known whether the phone's clock was right (up to { $allowed_s } off is accepted).
verdict-clock-unknown = It is not known whether the phone's clock was right.

## bytes

verdict-bytes-ok-1 = The file that arrived is the one that the phone declared ({ $received_bytes }).
verdict-bytes-ok = The file that arrived is the one that the phone declared.
verdict-bytes-mismatch-1 = The file that arrived is not the one that the phone declared: { $declared_bytes } were declared, { $received_bytes } with another content arrived.
verdict-bytes-mismatch = The file that arrived is not the one that the phone declared.
verdict-bytes-unknown = The file has not arrived, so it cannot be said whether it is the one that the phone declared.

## format

verdict-format-ok-1 = The file is a picture of type { $found } with { $width } × { $height } pixels, as declared.
verdict-format-ok-2 = The file is a picture of type { $found }, as declared.
verdict-format-ok = The file is a picture of the type and size that were declared.
verdict-format-mismatch-1 = The file is a picture of type { $found } with { $width } × { $height } pixels, but type { $declared } with { $declared_width } × { $declared_height } was declared.
verdict-format-mismatch-2 = The file is a picture of type { $found }, but type { $declared } was declared.
verdict-format-mismatch-3 = The file is no picture of a known type; type { $declared } was declared.
verdict-format-mismatch = The file is no picture of the type and size that were declared.
verdict-format-unknown-1 = The file was not read, perhaps because it is larger than is read, so its type is not known; type { $declared } was declared.
verdict-format-unknown = The file was not read, so its type is not known.

## exif_position

verdict-exif-position-ok-1 = The position inside the file lies { $distance_m } from the declared one; up to { $allowed_m } is accepted.
verdict-exif-position-ok = The position inside the file agrees with the declared one.
verdict-exif-position-mismatch-1 = The position inside the file lies { $distance_m } from the declared one, more than the { $at_most_m } that the worst accuracy would allow.
verdict-exif-position-mismatch = The position inside the file does not agree with the declared one.
verdict-exif-position-unknown-1 = The position inside the file lies { $distance_m } from the declared one; up to { $allowed_m } is accepted, but not every accuracy is stated, and up to { $at_most_m } the fix may be to blame.
verdict-exif-position-unknown = The position inside the file cannot be compared with the declared one.

## exif_time

verdict-exif-time-ok-1 = The satellites' time inside the file differs from the time of the photo by { $gps_difference_s }; up to { $allowed_s } is accepted.
verdict-exif-time-ok-2 = The time inside the file differs from the declared one by { $difference_s }; up to { $allowed_s } is accepted. The camera wrote no time zone; { $assumed_zone } is assumed.
verdict-exif-time-ok-3 = The time inside the file differs from the declared one by { $difference_s }; up to { $allowed_s } is accepted.
verdict-exif-time-ok = The time inside the file agrees with the declared one.
verdict-exif-time-mismatch-1 = The time inside the file differs from the declared one by { $difference_s }, more than the { $allowed_s } that are accepted. The camera wrote no time zone; { $assumed_zone } is assumed.
verdict-exif-time-mismatch-2 = The time inside the file differs from the declared one by { $difference_s }, more than the { $allowed_s } that are accepted.
verdict-exif-time-mismatch = The time inside the file does not agree with the declared one.
verdict-exif-time-unknown-1 = The time inside the file differs from the declared one by { $difference_s }; the camera wrote no time zone, and its clock may be set to another zone.
verdict-exif-time-unknown-2 = The file holds no readable time to compare with the declared one (up to { $allowed_s } apart is accepted).
verdict-exif-time-unknown = The time inside the file cannot be compared with the declared one.

## pair

verdict-pair-ok-1 = The photos before and after the work lie { $distance_m } apart (up to { $allowed_m } is accepted). This one looks to the { $own_compass }, its counterpart to the { $other_compass }: { $turned_deg } apart (up to { $allowed_deg } is accepted).
verdict-pair-ok-2 = The photos before and after the work lie { $distance_m } apart (up to { $allowed_m } is accepted) and look { $turned_deg } apart (up to { $allowed_deg }).
verdict-pair-ok-3 = The photos before and after the work lie { $distance_m } apart; up to { $allowed_m } is accepted. Where the camera looked is not recorded.
verdict-pair-ok = The photos before and after the work are of the same place.
verdict-pair-mismatch-1 = The photos before and after the work are not of the same place: they lie { $too_far_m } apart, and up to { $allowed_m } is accepted.
verdict-pair-mismatch-2 = The photos before and after the work are of the same place, but look in different directions: this one to the { $own_compass }, its counterpart to the { $other_compass }, { $turned_deg } apart; up to { $allowed_deg } is accepted.
verdict-pair-mismatch-3 = The photos before and after the work are of the same place, but look in different directions, { $turned_deg } apart; up to { $allowed_deg } is accepted.
verdict-pair-mismatch = The photos before and after the work are not of the same place and direction.
verdict-pair-unknown-1 = The photos before and after the work lie { $distance_m } apart; up to { $allowed_m } is accepted, but not every position states its accuracy.
verdict-pair-unknown-2 = There is no counterpart with a position to compare with (up to { $allowed_m } apart is accepted).
verdict-pair-unknown = The photos before and after the work cannot be compared.

## similar_picture

verdict-similar-picture-ok = No picture elsewhere looks like this one.
verdict-similar-picture-mismatch-1 = Nearly the same picture is found in other places: { $count }.
verdict-similar-picture-mismatch = Nearly the same picture is found elsewhere.
verdict-similar-picture-unknown = How the picture looks cannot be compared with others.

## speed

verdict-speed-ok-1 = The phone was at about the same place when it took its other photo.
verdict-speed-ok-2 = Between this photo and another of the same phone lie { $distance_m } in { $passed_s }, at least { $speed_kmh }; up to { $allowed_kmh } is plausible.
verdict-speed-ok = The way between this photo and another of the same phone fits the time between them.
verdict-speed-mismatch-1 = Between this photo and another of the same phone lie { $distance_m } in { $passed_s }, that is { $speed_kmh }; more than { $allowed_kmh } is not plausible.
verdict-speed-mismatch = The way between this photo and another of the same phone does not fit the time between them.
verdict-speed-unknown-1 = Between this photo and another of the same phone lie { $distance_m } in { $passed_s }, that is { $speed_kmh } (the bound is { $allowed_kmh }), but not every position states its accuracy.
verdict-speed-unknown-2 = There is no other photo of the phone with a position, so no speed is known (the bound is { $allowed_kmh }).
verdict-speed-unknown = How fast the phone moved between this photo and another is not known.

# Details of problems
#
# The English text is the pattern that stands in the code; its words are `{ $name }` here and `{name}` there.
detail-resource-methods = this resource knows { $methods }
detail-no-path = there is no such path; see /openapi.json
detail-migrations-wait = migrations wait: run `bazdid migrate up`
detail-if-match = If-Match must be the ETag of the thing as you read it, such as "57"
detail-idempotency-key = Idempotency-Key must have 1 to { $max } visible ASCII characters, such as a UUID
detail-body-broke-off = the body broke off
detail-no-json = the body is no JSON: { $why }
detail-too-slow = the request took longer than { $seconds } seconds
detail-needs-permission = this needs the permission { $permission }
detail-send-token = send the access token as `Authorization: Bearer …`
detail-too-many-under-way = too many requests are under way at this moment; nothing of this one was done
detail-you-have-too-many = you have too many requests under way at this moment; nothing of this one was done
detail-too-many-of-yours-wait = too many of your requests wait at this moment; nothing of this one was done
detail-wait-not-over = the time to wait is not over: nothing of this request was done, go on after Retry-After
detail-share-used = at most { $amount } { $what } within { $seconds } seconds: nothing of this request was done, go on after Retry-After
detail-order-uploads = at most { $limit } photos of one order are sent by one account in 24 hours; the others follow later
detail-body-too-slow = too little of the body came; send it again over a better line, or in smaller parts
detail-window = pack with a window of at most { $bytes } bytes
detail-encoding-broke-off = the body broke off or is not in the encoding that it claims
detail-unpacked-limit = the body may have { $limit } bytes after decompression
detail-metrics-local = without telemetry.metrics_token only the server's own machine may ask
detail-metrics-token = send telemetry.metrics_token as `Authorization: Bearer …`
detail-query-nul = a query must not contain the character NUL
detail-part-undecided = a part of the push could not be decided: push again
detail-whole-number = must be a whole number from 1 to { $max }
detail-one-of-both = name an organisation or an account, not both
detail-organisation-or-account = name an organisation or an account
detail-override = a POST of an upload says by X-HTTP-Method-Override what it stands for
detail-upload-elsewhere = another request goes on with this upload
detail-no-outline = the area has no outline of its own
detail-bytes-unpacked = bytes come as { $type }, unpacked
detail-too-many-wait = too many devices wait at this server; pull now and then
detail-at-most-characters = must have at most { $max } characters
detail-no-ticket-code = this is no code of a ticket: ten digits, the last of which checks the others
detail-bbox = expected west,south,east,north in degrees, west below east and south below north
detail-upload-offset = the upload goes on at { $offset }
detail-upload-length = the upload was announced with { $length } bytes
detail-order-transition = you may not take a work order from { $from } to { $to }
detail-ticket-transition = a ticket does not go from { $from } to { $to }
detail-own-judgement = nobody judges their own work, nor that of their organisation
detail-wait-for-bytes = wait for the bytes, return the round, or say in without_bytes why they are not waited for
detail-without-bytes = only who manages the order may accept it without waiting for bytes
detail-inspector-here = must be an inspector of an area that holds the ticket
detail-photo-removed = the photo was removed
detail-others-bytes = you may see this photo, but its bytes are others' to send
detail-stored-stays = the photo is stored; what is stored is not taken back
detail-byte-length = must have 1 to { $max } bytes
detail-login-taken = the login is taken
detail-account-already = the account is { $state } already
detail-own-account = nobody closes their own account
detail-last-admin = then nobody could manage accounts any more: make another administrator first
detail-name-ticket = name the ticket that the call was about
detail-say-why = say why, in at most 400 characters
detail-decided-already = this was decided already
detail-no-rule = no rule can read this; discard it, the journal keeps it
detail-own-decision = nobody decides about their own work, nor about their organisation's
detail-still-unknown = the server still does not know what this belongs to; say what it is about, discard it, or wait
detail-phone = is no phone number; expected one such as 0912 123 4567 or +98 912 123 4567{ $local }
detail-receivers = there are { $max } receivers, which is as many as there may be
detail-receiver-off = nothing is sent to a receiver that is switched off
detail-not-again = only what is dead or waits for its next attempt is sent again
detail-at-most-note = may have at most { $max } characters
detail-other-ticket-outside = the other ticket lies outside your areas; somebody who answers for both decides
detail-conflict-gone = what this conflict is about is not there any more; keep or dismiss it
detail-conflict-decided = this conflict was decided already
detail-conflict-takes = a conflict of kind { $kind } is not decided by { $resolution }; it takes { $words }
detail-id-taken = this id names something that exists; make another
detail-not-future = must not lie in the future
detail-other-area = the point lies in an area for which you do not register tickets
detail-no-category = there is no such category
detail-contract-ended = the contract has ended; write a new one
detail-validity-over = its validity is over; extend it first
detail-later-than-from = must be later than `from`
detail-device-out = the device is out of service already
detail-device-taken-out = the office took this device out of service: send what waits once more, keep everything, and ask the office
detail-grant-ended = the grant has ended already
detail-not-your-password = is not your password
detail-days-range = must be from 0 to 3660
detail-original-for = the original is for those who judge the evidence and for its author's side; ask for size=screen
detail-its-bytes = its bytes are { $state }
detail-no-smaller = the bytes are stored and cannot be shown smaller: { $reason }
detail-login-ended = the login that it was made in has ended
detail-device-not-yours = this device is not registered to you
detail-fetch-limit = ask for at most { $max } rows at once
detail-row-type = expected the type of a row: small letters and _, such as work_order
detail-pull-first = a push names the snapshot that the app has: pull first
detail-snapshot-gone = the server does not have this snapshot any more: pull, then push again
detail-rows-changed = rows have changed since the app's snapshot: pull, then push again
detail-too-many-rows = this device sees more than { $max } rows, more than one answer carries: use POST /v1/sync/pull, which has pages
detail-push-limit = send at most { $mutations } mutations and { $bytes } bytes in one push
detail-next-seq = the next mutation must have seq { $expected }
detail-forked = the server has other mutations of this device: register anew and send all of yours again
detail-about-evidence = only a note, visit, photo, measurement or answer can be given to another thing
detail-no-organisation = there is no organisation "{ $code }"
detail-no-area = there is no area "{ $code }"
detail-no-organisation-before = there is no organisation "{ $code }" before this row
detail-no-category-code = there is no category "{ $code }"
detail-ticket-exists = a ticket with this id exists
detail-no-category-id = there is no category with this id or code
detail-no-area-id = there is no area with this id or code
detail-database-url = the database URL must begin with sqlite:// or postgres://
detail-round-passed = the order has gone on since this round, or somebody has judged it
detail-ticket-ended = the office has ended the ticket; reopen it first
detail-no-hold-asked = nobody has asked for a hold of this order
detail-nobody-holds = nobody holds this order
detail-merge-target-ended = the ticket to merge into was ended by the office
detail-no-late-work = there is no late work in this conflict; dismiss it
detail-verified-already = the order is verified already; pay both, or dismiss the late work
detail-merged-nothing = the ticket was merged into another and nothing was submitted for it; dismiss it
detail-merged-named = the ticket was merged into another, which names this evidence; dismiss it
detail-open-again = the ticket is open again already; dismiss it
detail-merged-accept = the ticket was merged into another; accept what was submitted, or dismiss it
detail-nothing-to-pay = nobody has reported late that they worked; there is nothing to pay
detail-order-elsewhere = the order has gone on to somebody else since; keep what is in force
detail-submission-judged = the submission was judged already; keep what is in force
detail-ticket-ended-keep = the office has ended this ticket; keep what is in force
detail-no-field = this conflict names no field; keep what is in force
detail-no-force = the value would not come into force; look at the ticket again
detail-round-passed-keep = the order has gone on since this round; keep what is in force
detail-bytes-wanted = the category asks for photos whose bytes have not all arrived; wait for them, or keep what is in force
detail-findings = findings are what an inspector saw; take the other, or keep the first
detail-order-gone-on = the order has gone on since; keep what is in force
detail-merge-other = the ticket to merge into was ended by the office; merge into the other, or reopen it
detail-merged-already = this ticket was merged already
detail-nothing-waits = nothing waits here any more; discard it
detail-waits-unknown = the server still does not know what this waits for; discard it, or wait
detail-no-such = no such { $what }
detail-nothing-imported = nothing was imported
detail-not-empty = must not be empty
detail-one-line = must be one line of at most { $max } characters
detail-code-letters = must be at most { $max } small letters, digits, and . - _ between them
detail-from-to = must be from { $from } to { $to }
detail-twice = stands in the file twice
detail-no-checklist = there is no such checklist
detail-no-contract = there is no such contract
detail-coverage-overlaps = another coverage of the contract has this area and category at an overlapping time
detail-no-such-area = there is no such area
detail-not-in-use = is not in use any more
detail-all-covered = must be with_descendants where everything is covered
detail-parent-level = is a { $kind }; the parent of a { $child } must be of a higher level
detail-organisation-code-taken = is taken by another organisation
detail-above-itself = the organisation would lie above itself
detail-no-such-organisation = there is no such organisation
detail-inbox-claimed = { $name } looks after it until { $until }
detail-office-say-why = say why
detail-office-short-text = must have at most 400 characters, none of them NUL
detail-office-long-text = must have at most 4000 characters, none of them NUL
detail-office-coded-reason = must be a code such as not_needed: small letters, digits, underscores
detail-office-which-part = say which part is accepted
detail-office-defects = name 1 to 50 defects
detail-office-in-the-future = must lie in the future
detail-office-inspections-to-people = only inspections are given to a person; name an organisation
detail-office-organisation = there is no such organisation in use
detail-office-work-to-contractors = only contractors and emergency groups are given work; to a partner the ticket is referred
detail-office-inspections-to-inspectors = inspections are given to an inspector; name an account
detail-office-text = must have 1 to 4000 characters, none of them NUL
detail-office-category = there is no such category in use
detail-office-window = the window must end in the future and not before it begins
detail-office-merged-into-itself = a ticket is not merged into itself
detail-category-code-taken = is taken by another category
detail-category-group = must be a group: there are two levels of categories
detail-contract-number-taken = is taken by another contract
detail-holds-contracts = is a { $kind }: only contractors and emergency groups work under contracts; to a partner a ticket is referred
detail-no-body = the request has no body; a JSON document is expected
detail-nul = a text must not contain the character NUL
detail-invisible = is made of invisible characters only; write something or leave it out
detail-min-max-characters = must have { $min } to { $max } characters, no control characters
detail-expected-uuid = expected a UUID, found "{ $found }"
detail-capacities = the capacities of the day are being taken at this moment
detail-login-letters = must have 2 to 64 characters of a-z, 0-9, '.', '_', '-', '@' and begin with a letter or digit
detail-person-name = must have 1 to 120 characters, no control characters
detail-fa-or-en = must be fa or en
detail-organisation-disabled = the organisation is disabled
detail-contractor-role = must be a contractor or an emergency group for this role
detail-role-for-contractor = this role is held for a contractor or an emergency group
detail-role-in-areas = this role is held in areas: name at least one (the city for all of it)
detail-most-areas = at most 500 areas; an area stands for all below it
detail-after-valid-from = must lie after valid_from
detail-say-request = say what is asked for
detail-source-length = must have 1 to 200 characters
detail-category-out-of-use = this category is out of use
detail-no-nul = must not contain the character NUL
detail-text-length = must have at most 4000 characters
detail-latitude = must be a latitude in degrees, from -90 to 90
detail-longitude = must be a longitude in degrees, from -180 to 180
detail-accuracy = must be metres, from 0 to 100000
detail-whole-bytes = { $name } must be a whole number of bytes
detail-upload-length-known = the length must be known when an upload begins
detail-one-byte = a photo has at least one byte
detail-metadata-limit = Upload-Metadata has at most { $max } bytes
detail-metadata-photo = Upload-Metadata must name the photo: `photo_id` and its id in Base64
detail-metadata-uuid = `photo_id` of Upload-Metadata must be a UUID in Base64
detail-checksum = Upload-Checksum must be an algorithm ({ $names }) and a hash in Base64
detail-missing = is missing
detail-no-cursor = this is no cursor of this list; begin without one

# Of mutations, without the pointer before them.
detail-roles = your roles do not allow this
detail-thing-unknown = the server does not know this thing yet
detail-visit-elsewhere = this visit was at another ticket
detail-newer-answer = a newer answer stands; yours is kept
detail-newer-value = a newer value stands; yours is kept in the history of the ticket
detail-another-value = another value stands; yours is kept in the history of the ticket
detail-category-unknown = the server does not know this category
detail-other-masks = the text that stands hides another number of phones or national ids: leave each mask (•••••••) where it stands, or take out all of them
detail-unmasked = a number that is hidden would become readable: write no digits right beside a mask (•••••••)
detail-area-unknown = the server does not know this area
detail-area-not-yours = you do not work in this area; name one of yours, or none
detail-not-a-fact = not a fact
detail-not-a-verdict = not a verdict
detail-not-work = not a work event
detail-ticket-was-ended = the office had ended this ticket; what you recorded is kept
detail-judge-elsewhere = the ticket lies in no area where you judge work
detail-judged-otherwise = somebody else judged this round otherwise
detail-not-yours-then = this order was not yours in that epoch
detail-judged-not-back = the work was judged; what you reported cannot be taken back any more
detail-no-code-free = no code is free for this id, make another
detail-name-epoch = name the epoch that the order had when this was done
detail-epoch-unknown = the server has not issued this epoch
detail-no-inspection = findings end an inspection; this order is none
detail-order-was-ended = the office had ended this order; a supervisor decides about your work
detail-order-went-on = the order had gone on without you; a supervisor decides about your work
detail-colleague-declined = one of your colleagues declined what another submitted
detail-other-findings = somebody else submitted other findings; a supervisor decides
detail-first-findings = your first findings are in force; these are kept beside them
detail-only-manager = only your manager can decline; the office was asked to relieve you, until then the order stays yours
detail-verified-kept = the order is verified; your report is kept and changes nothing
detail-visit-unknown = the server does not know this visit yet
detail-not-allowed-then = you were no longer allowed to do this; a supervisor may let it in
detail-group-waits = waits for another mutation of its group
detail-rests-refused = what it rests on, or another of its group, was refused
detail-rests-refused-kept = what it rests on, or another of its group, was refused; it is kept for the office
detail-not-who-pushes = not the account that pushes
detail-id-other-content = this id was used with other content
detail-send-again = send it again
detail-not-decided = the server could not decide this; it is kept for the office
detail-does-not-count = a supervisor decided that it does not count; it is kept in the journal
detail-did-not-come = what it waits for did not come; a person decides
detail-group-parted = a group stands in one push, its members one after another; another part of this one came before
detail-must-be-object = must be an object
detail-must-be-uuid = must be a UUID
detail-must-be-text = must be a text
detail-command-unknown = the server does not know this command
detail-patrol-tickets = name at least one ticket that was registered, or say another outcome
detail-one-defect = name at least one coded defect
detail-hex-digits = must be 64 hex digits

## Kinds of things, in the word `what`

thing-kibibytes = kibibytes
thing-mutations = mutations
thing-requests = requests
thing-tickets = tickets
thing-account = account
thing-area = area
thing-call = call
thing-category = category
thing-channel = channel
thing-conflict = conflict
thing-contract = contract
thing-coverage = coverage
thing-device = device
thing-error-code = error code
thing-grant = grant
thing-organisation = organisation
thing-phone-of-this-call = phone of this call
thing-photo = photo
thing-quarantined-mutation = quarantined mutation
thing-round = round
thing-ticket = ticket
thing-upload = upload
thing-webhook = webhook
thing-work-order = work order
thing-ticket-or-work-order = ticket or work order
detail-notice-own = the notice is about you or about what you did: another administrator is to see it
detail-notice-seen = somebody has seen the notice already
detail-master-key-other = the master key is not that of the database: give this process the right one and start it anew
detail-master-key-same = the master key is that of the database: nothing is lost, and nothing was changed
detail-password-same = must be another one than before
detail-code-account-disabled = the account is disabled: enable it first
detail-code-no-good = the code is not good: it was mistyped, used or replaced, or its time is over
detail-code-password-missing = is missing: the code is for setting a password
detail-code-password-not-there = must not be there: the code is for logging in on a phone
detail-phone-key-lost = the phone was sealed with a master key that was lost: nobody can read it any more
detail-list-total-evidence = orders with their evidence so far are not counted; leave out evidence or total
detail-list-cursor-order = this cursor belongs to another order of the list; begin without one
detail-list-holder = expected the id of an organisation or a person
detail-console-no-file = the console has no such file
detail-authorization-once = send one `Authorization` header, not several
detail-list-sort = expected age, -age, due or -due, found "{ $found }"
detail-list-flag = expected one of { $words }, found "{ $found }"
detail-search-digits = digits in texts are searched for by the office only; leave them out
detail-list-total-words = tickets with words are not counted; leave out q or total
detail-catalogue-no-group = there is no such group before this one
detail-catalogue-no-organisation-before = there is no such organisation before this one
detail-category-radius = must be metres, from 1 to 10000
thing-notice = notice
thing-inbox-item = inbox item
thing-ticket-to-merge-into = ticket to merge into
detail-coverage-contract = cannot be changed: end this coverage and add another
detail-later-than-valid-from = must be later than valid_from
detail-after-contract = lies after the contract's end
detail-before-contract = lies before the contract's begin
detail-organisation-code = cannot be changed: other systems know the organisation by it
detail-webhook-no-event = must name an event; leave it out for every event
detail-webhook-tests = nobody subscribes to tests
detail-category-code = cannot be changed: other systems know the category by it
detail-category-synonyms = must be at most 100 words
detail-category-synonym-twice = stands in the list already
detail-category-levels = the category is a group itself: there are two levels of categories
detail-unchangeable = cannot be changed
detail-contract-unchangeable = cannot be changed: write a new contract
