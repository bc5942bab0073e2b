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

word-notice-kind-reveal-granted = an administrator may see callers now

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
