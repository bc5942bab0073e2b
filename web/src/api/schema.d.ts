// Made from api-spec/openapi.json by `npm run types`. Do not edit.
export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the process answers
         * @description For a supervisor of processes. It looks at nothing else: a server that is alive may still be unable to serve (`/readyz`). Needs no login.
         */
        get: operations["health_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get metrics in the Prometheus format
         * @description With `telemetry.metrics_token` in the configuration it has to be sent as `Authorization: Bearer …`; without it only the server's own machine may ask, and not through a proxy. An access token is not accepted here. Needs no login.
         */
        get: operations["health_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the server can serve
         * @description For a load balancer. The database has to answer, no migration may be waiting, and the master key has to be that of the database and of the key file; otherwise the answer is 503. Needs no login.
         */
        get: operations["health_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description By login. Who manages only some areas or one organisation sees the accounts with a grant there. `next_cursor` leads to the next page. Needs the permission `account.read`: `admin`, `supervisor`, `auditor`.
         */
        get: operations["accounts_list"];
        put?: never;
        /**
         * Create an account
         * @description The account has no grant yet and so may do nothing; without a password nobody can log in to it. The phone number is stored encrypted and is in no response. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an account
         * @description With its grants, those of the past and the future too. The phone number is in no response. Needs the permission `account.read`: `admin`, `supervisor`, `auditor`.
         */
        get: operations["accounts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change names, language or phone of an account
         * @description What is absent stays; `phone: null` removes the number. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        patch: operations["accounts_update"];
        trace?: never;
    };
    "/v1/accounts/{id}/access-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a one-time code for an account
         * @description For the office to hand over: `password` invites somebody or lets them set a password that they have forgotten (good for 24 hours), `phone` logs in on a phone that scans it (1 hour). It is good once, takes the place of the last one for the same purpose, and is shown only here. The phone or page sends it to `POST /v1/auth/redeem`. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_make_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable an account
         * @description Its access tokens are refused from now on; only unsent work can still be pushed for some days. Nobody disables their own account, nor the last one that manages accounts. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a disabled account
         * @description The account may log in again with the password that it had. Logins that ended stay ended. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_enable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/end-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all logins of an account
         * @description Refresh tokens and access tokens of the account are refused from now on. Its devices stay registered; for a phone that was lost see `POST /v1/devices/{id}/revoke`. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_end_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant a role to an account
         * @description A grant names a role, areas (with all that lie below them) and for some roles an organisation, for a time. It counts from the next request on; no new login is needed. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_grant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set the password of an account
         * @description All their logins end, and they must choose another one when they log in (`password_change_required`). For somebody who has forgotten theirs a one-time code is better: then nobody else knows the password. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/revoke-grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a grant of an account
         * @description The grant ends now and stays in the history. A grant that has ended already is 409, and so is the last one that manages accounts. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_revoke_grant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/areas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List areas
         * @description By level and code, without their outlines, all on one page. Everybody who has logged in may do this (`area.read`).
         */
        get: operations["areas_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/areas/locate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find the areas of a point
         * @description Answers every area that contains the point, and how clearly it lies in them. The accuracy decides what is near a border. Everybody who has logged in may do this (`area.read`).
         */
        get: operations["areas_locate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/areas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an area
         * @description Without its outline: that is `/v1/areas/{id}/outline`. Everybody who has logged in may do this (`area.read`).
         */
        get: operations["areas_get"];
        /**
         * Change names and parent of an area
         * @description The outline stays; outlines are imported with `bazdid import areas`. Tickets keep the areas that they had when they were created or moved. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `area.manage`: `admin`.
         */
        put: operations["areas_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/areas/{id}/outline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the outline of an area
         * @description The outline in force as a GeoJSON feature, WGS84, longitude first. An area without an outline of its own is 404. Everybody who has logged in may do this (`area.read`).
         */
        get: operations["areas_outline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List entries of the audit log
         * @description Newest first: who did what to what, in which request. The log holds no personal data and no free text beside the address and the program of each login; it is never changed. `next_cursor` leads to the next page. Needs the permission `audit.read`: `admin`, `auditor`.
         */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Exchanges login and password for an access token (15 minutes) and a refresh token. Too many failed attempts are answered 429 with `Retry-After`; a client that sends `known_client` is counted by itself. If somebody else has set the password, the answer is 403 `password_change_required` until `new_password` comes with it. Needs no login.
         */
        post: operations["auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the login that the access token belongs to: its refresh token and its access tokens are refused from now on. Everybody who has logged in may do this (`own`).
         */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a one-time code
         * @description The office hands it over: to set a password (for the first time or because it was forgotten), or to log in on a phone that scans it. It is good once. The answer is that of a login. Setting a password ends every other login. Needs no login.
         */
        post: operations["auth_redeem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token
         * @description Gives a new pair of tokens. A refresh token is good for one exchange; repeated within 30 seconds it gives the same new one, used again later it ends the login, because it may have been stolen (`token_reused`). Needs no login.
         */
        post: operations["auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List calls
         * @description Newest first: those of a ticket, or without `ticket` those that you took yourself. No response has a phone number. `next_cursor` leads to the next page. Needs the permission `call.manage`: `operator`.
         */
        get: operations["calls_list"];
        put?: never;
        /**
         * Record a call without a new ticket
         * @description For a call that registers nothing, such as a question about a ticket. The phone number is stored encrypted. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `call.manage`: `operator`.
         */
        post: operations["calls_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find the calls of a caller
         * @description At most 100, newest first. The number is in the body, so that no log and no history of a browser has it. The audit log says who looked. Needs the permission `call.manage`: `operator`.
         */
        post: operations["calls_find"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reveal the phone number of a call
         * @description For somebody who must call back. The reason is written to the audit log, together with who asked. Needs the permission `caller.reveal`: `operator`.
         */
        post: operations["calls_reveal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List categories
         * @description By code, groups and the categories below them, all on one page. `evidence_thresholds` is empty for contractors and their crews. Everybody who has logged in may do this (`catalogue.read`).
         */
        get: operations["categories_list"];
        put?: never;
        /**
         * Create a category
         * @description A category without `parent_id` is a group. The code is unique and stays. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `catalogue.manage`: `admin`.
         */
        post: operations["categories_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/categories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a category
         * @description `evidence_thresholds` is empty for contractors and their crews. Everybody who has logged in may do this (`catalogue.read`).
         */
        get: operations["categories_get"];
        /**
         * Change a category
         * @description All fields are replaced; the code stays. Open orders keep the evidence that they asked for. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `catalogue.manage`: `admin`.
         */
        put: operations["categories_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conflicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conflicts
         * @description Newest first, those at tickets within your areas. `status=open` is what waits for a decision. `next_cursor` leads to the next page. Needs the permission `conflict.read`: `admin`, `operator`, `supervisor`, `auditor`.
         */
        get: operations["conflicts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conflicts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a conflict
         * @description With both sides, what holds until somebody decides, and the resolutions that it accepts. Needs the permission `conflict.read`: `admin`, `operator`, `supervisor`, `auditor`.
         */
        get: operations["conflicts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conflicts/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve a conflict
         * @description `accepts` of the conflict names the resolutions that its kind takes; section 7 of `api-spec/sync.md` says what follows from each. Nobody decides about their own work or that of their organisation. A conflict that somebody else has resolved is 409. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `conflict.resolve`: `supervisor`.
         */
        post: operations["conflicts_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List contracts
         * @description By number, all on one page. Contractors see their own. Needs the permission `contract.read`: `admin`, `operator`, `supervisor`, `contractor_manager`, `auditor`.
         */
        get: operations["contracts_list"];
        put?: never;
        /**
         * Create a contract
         * @description A new contract is a draft: nobody is asked by it until it is activated. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `contract.manage`: `admin`.
         */
        post: operations["contracts_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report gaps and overlaps of contracts
         * @description Districts and groups of categories for which nobody is asked first, coverages that say the same, and contracts that end within `days`. Needs the permission `contract.manage`: `admin`.
         */
        get: operations["contracts_reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a contract
         * @description A contractor can only read their own. Needs the permission `contract.read`: `admin`, `operator`, `supervisor`, `contractor_manager`, `auditor`.
         */
        get: operations["contracts_get"];
        /**
         * Change validity and capacity of a contract
         * @description Number and organisation stay. A contract that has ended is not changed any more. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `contract.manage`: `admin`.
         */
        put: operations["contracts_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a contract
         * @description From now on its coverages are asked. A contract whose validity is over has to be extended first. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `contract.manage`: `admin`.
         */
        post: operations["contracts_activate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a contract before its time
         * @description It cannot be activated again. What was accepted stays with the contractor. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `contract.manage`: `admin`.
         */
        post: operations["contracts_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contracts/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suspend a contract
         * @description New work goes to others; what was accepted stays with the contractor. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `contract.manage`: `admin`.
         */
        post: operations["contracts_suspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coverages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List coverages
         * @description What contracts cover: area, category and rank. All on one page. Needs the permission `contract.read`: `admin`, `operator`, `supervisor`, `contractor_manager`, `auditor`.
         */
        get: operations["coverages_list"];
        put?: never;
        /**
         * Add a coverage to a contract
         * @description Rank 1 is asked first. Without a category it covers everything in its area. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `contract.manage`: `admin`.
         */
        post: operations["coverages_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coverages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a coverage
         * @description A contractor can only read those of their own contracts. Needs the permission `contract.read`: `admin`, `operator`, `supervisor`, `contractor_manager`, `auditor`.
         */
        get: operations["coverages_get"];
        /**
         * Change a coverage
         * @description All fields are replaced; the contract stays. A coverage of a contract that has ended is not changed any more. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `contract.manage`: `admin`.
         */
        put: operations["coverages_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List devices
         * @description Of everybody, or of one account. `next_cursor` leads to the next page. Needs the permission `device.manage`: `admin`.
         */
        get: operations["devices_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a device
         * @description For a phone that was lost, and for good. It can pull nothing any more, and every login that registered it, or pulled or pushed with it, ends: reading, renewing and registering are 403 `device_revoked`. What it still pushes is set aside for a supervisor for some days. A device that is revoked already is 409. Needs the permission `device.manage`: `admin`.
         */
        post: operations["devices_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List error codes
         * @description Every `code` that a problem may have, with its status, its meaning and whether the same request may succeed later. Needs no login.
         */
        get: operations["errors_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/errors/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an error code
         * @description The `type` of a problem leads here. Needs no login.
         */
        get: operations["errors_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the inbox of the office
         * @description Everything that waits for a person within your areas, in one list: by kind in the order of `counts`, and within a kind what waits longest, or is due first (of what is set aside the newest). An item is there as long as its cause lasts, with the same `id`. `next_cursor` leads to the next page. Needs the permission `conflict.read`: `admin`, `operator`, `supervisor`, `auditor`.
         */
        get: operations["inbox_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inbox/{id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim an item of the inbox
         * @description You look after it for half an hour, and others see that; claim it again to prolong. It does not keep others from deciding. 409 `conflict` with `owner` and `until` if somebody else looks after it. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["inbox_claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inbox/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release an item of the inbox
         * @description You look after it no more. Nothing if you do not. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["inbox_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get your own account
         * @description Answers the account of the access token, with all its grants and what they allow now. Everybody who has logged in may do this (`own`).
         */
        get: operations["accounts_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your own password
         * @description Asks for the password in force, from which the new one must differ. Every other login of the account ends; this one goes on. Everybody who has logged in may do this (`own`).
         */
        post: operations["accounts_change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List notices to administrators
         * @description Newest first. `reveal_granted`: an administrator has granted somebody, or themselves, a role that sees who called. `reveal_access`: they have made a one-time code or set a password for an account that holds such a role, and so may have logged in with it. `next_cursor` leads to the next page. Needs the permission `account.manage`: `admin`.
         */
        get: operations["accounts_list_notices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge a notice
         * @description Says that you have seen it. A notice about yourself or about what you did is for another administrator (409), and one that somebody has seen stays as it is (409). Needs the permission `account.manage`: `admin`.
         */
        post: operations["accounts_acknowledge_notice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List organisations
         * @description By kind and code, all on one page. Everybody who has logged in may do this (`catalogue.read`).
         */
        get: operations["organisations_list"];
        put?: never;
        /**
         * Create an organisation
         * @description A department, a contractor or a partner. The code is unique and stays. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `catalogue.manage`: `admin`.
         */
        post: operations["organisations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organisation
         * @description Every role may read all of them: orders and tickets name them. Everybody who has logged in may do this (`catalogue.read`).
         */
        get: operations["organisations_get"];
        /**
         * Change an organisation
         * @description All fields are replaced; the code stays. A disabled organisation is asked for nothing new. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `catalogue.manage`: `admin`.
         */
        put: operations["organisations_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/patrols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List patrols
         * @description Newest first: those in the areas of your office, and your own. One that lies in no area is read by every office. `next_cursor` leads to the next page. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["patrols_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List photos
         * @description Newest first, their metadata and what the checks found. Contractors see those of their own people; figures and readings are for those who judge the evidence. `next_cursor` leads to the next page. Everybody who has logged in may do this (`ticket.read`).
         */
        get: operations["photos_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the metadata of a photo
         * @description With what the checks found. The picture itself is `/v1/photos/{id}/content`. Everybody who has logged in may do this (`ticket.read`).
         */
        get: operations["photos_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/photos/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the picture of a photo
         * @description `screen` and `thumb` are made after the upload; until then the answer is 409 with `Retry-After`. A file never changes under its `ETag`. Ranges of bytes are supported. A look at an original stands in the audit log. Instead of an access token the token of a link may be sent as `link`. Everybody who has logged in may do this (`ticket.read`).
         */
        get: operations["photos_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /**
         * Get the headers of the picture of a photo
         * @description As `GET`, without the bytes: size, type and `ETag`. Everybody who has logged in may do this (`ticket.read`).
         */
        head: operations["photos_look"];
        patch?: never;
        trace?: never;
    };
    "/v1/photos/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a link to a picture
         * @description The link needs no access token, so that an `<img>` can show it; it is good for some minutes, for this picture in this size, while the login goes on. Everybody who has logged in may do this (`ticket.read`).
         */
        post: operations["photos_make_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List quarantined mutations
         * @description Newest first: what devices sent that is set aside and belongs to nothing that the server knows. `next_cursor` leads to the next page. Needs the permission `conflict.read`: `admin`, `operator`, `supervisor`, `auditor`.
         */
        get: operations["inbox_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine/{id}/adopt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adopt a quarantined mutation
         * @description It is decided again, with what its author was allowed then; the device finds the new answer among its results. `about` names the ticket or work order if it is not the one that the author named. Nobody decides about their own work or that of their organisation. Needs the permission `conflict.resolve`: `supervisor`.
         */
        post: operations["inbox_adopt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine/{id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discard a quarantined mutation
         * @description It is rejected; the journal keeps it with its payload. Nobody decides about their own work or that of their organisation. Needs the permission `conflict.resolve`: `supervisor`.
         */
        post: operations["inbox_discard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rounds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List rounds
         * @description Newest first, those within your areas. `verdict=pending` is what waits to be verified. `next_cursor` leads to the next page. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["rounds_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rounds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a round
         * @description One submission of a work order with its verdict. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["rounds_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rounds/{id}/rework": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Return a round with defects
         * @description The next round of the same holder begins, with a new epoch. Nobody judges their own round or that of their organisation. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `round.verify`: `supervisor`, `inspector`.
         */
        post: operations["rounds_rework"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rounds/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept a round
         * @description All of it, or part of the quantity. Nobody accepts their own round or that of their organisation. Where the category asks for stored photos it is 409 `evidence_pending` until their bytes are there, unless a supervisor says in `without_bytes` why they do not wait. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `round.verify`: `supervisor`, `inspector`.
         */
        post: operations["rounds_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get limits and versions of the sync
         * @description What a device has to know before it syncs: versions of the protocol and limits of requests. It changes only with the configuration of the server. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your own devices
         * @description With how far each is: last push and pull, answered mutations, trust in its clock. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_list_own"];
        put?: never;
        /**
         * Register a device
         * @description The device makes a nonce and sends the same at each attempt: registering again gives the same device. An account may have 20 devices in service; one that was silent for long makes room, otherwise the answer is 409 `device_limit`. Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        post: operations["sync_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/devices/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke one of your own devices
         * @description For a phone that you lost or gave away, and for good: it can pull nothing any more, and every login that worked with it ends. What it still pushes is set aside for a supervisor for some days. Asks for your password. A device that is revoked already is 409. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_revoke_own"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream events of changes
         * @description Server-sent events `changed`, for an app that is open. The stream ends after 15 minutes; a comment every 20 seconds shows that it is alive. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/fetch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch single rows
         * @description At most 500, with the channels that carry them; a row that none of the device's channels carries is answered as a `drop`, whether it exists or not. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_fetch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * List the rows of a channel
         * @description Kinds, ids and revisions without the rows, at most 5,000 on a page, out of one snapshot. For a device whose digest of a channel differs from the server's. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_manifest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/pull": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pull changes
         * @description Answers one page of what changed since the cursor, of the channels that the user may read now. Ask again at once while `more` is true, and compare the digests when `complete` is. Section 4 of `api-spec/sync.md` describes how to apply a page. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_pull"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Push mutations
         * @description Sends the commands of a device in the order of their `seq`, at most 500 and 8 MiB. Each is answered by itself; one that cannot be read or decided does not block the others. Sending the same again is safe: the answers are those of the first time. Section 2 of `api-spec/sync.md` describes the protocol. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_push"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List results of mutations
         * @description The answers that the device has not acknowledged, those to mutations that are still held, and those that were changed later. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Wait for changes
         * @description A long poll: answers as soon as a pull from the cursor would bring something, at the latest after `timeout_s`. It says only that something changed; a pull says what. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_wait"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tickets
         * @description Newest first, those within your areas. `format=geojson` answers a FeatureCollection instead. `next_cursor` leads to the next page. Everybody who has logged in may do this (`ticket.read`).
         */
        get: operations["tickets_list"];
        put?: never;
        /**
         * Create a ticket
         * @description Registers a citizen's request. The system finds its areas, opens a work order, offers it by contract or to an inspector, and names tickets that may be the same. The caller's phone number is stored encrypted and is in no response. With an `Idempotency-Key` a repeated request gets the stored response and has no second effect. Needs the permission `ticket.create`: `operator`, `supervisor`, `inspector`, `crew`.
         */
        post: operations["tickets_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a ticket
         * @description What `POST /v1/tickets` would make of the same at this moment: the areas, the promise, who would be asked and why, and tickets that may be the same with a photo of each. Nothing is kept and nobody is asked. The text may still be missing. Needs the permission `ticket.create`: `operator`, `supervisor`, `inspector`, `crew`.
         */
        post: operations["tickets_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a ticket
         * @description With its history and everything below it, as far as you may read it. Everybody who has logged in may do this (`ticket.read`).
         */
        get: operations["tickets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a ticket
         * @description It was withdrawn or registered by mistake; a code says why. Its work orders are cancelled. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/defer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Defer a ticket
         * @description Puts it off to a planned window, with a reason for the citizen; the end of the window is the new promise. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_defer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List possible duplicates of a ticket
         * @description Tickets of a similar category that are near in place and time and share words, the likeliest first. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        get: operations["tickets_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge a ticket into another
         * @description It becomes a duplicate of the other, which gains its supporters; orders that nobody has submitted are cancelled. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/refer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refer a ticket to a partner
         * @description A partner organisation answers for it from now on; its own work orders are cancelled. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_refer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject a ticket
         * @description The request will not be done; a code says why. Its work orders are cancelled. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen a ticket
         * @description A ticket that was deferred, referred, rejected, cancelled or closed is taken up again, with a reason. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_reopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}/triage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Triage a ticket
         * @description Sets priority, category, text, place or promise; what is absent stays. A new place or category can open and withdraw work orders. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `ticket.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["tickets_triage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an upload
         * @description Begins to send the bytes of a photo that was declared by `photo.add`; the first bytes may come along. Repeated after all bytes were stored it answers the finished upload. `api-spec/uploads.md` describes the protocol (tus 1.0). Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        post: operations["uploads_create"];
        delete?: never;
        /**
         * Get the capabilities of uploads
         * @description The versions and extensions of tus that the server speaks, and the largest size. Needs no login.
         */
        options: operations["uploads_ask"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send or terminate by POST
         * @description `PATCH` or `DELETE` of an upload, named in `X-HTTP-Method-Override`, for clients that cannot send these methods. Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        post: operations["uploads_instead"];
        /**
         * Terminate an upload
         * @description What has arrived is deleted. The upload of a photo that is stored cannot be terminated. Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        delete: operations["uploads_end"];
        /**
         * Get the capabilities of one upload
         * @description The same as for `/v1/uploads`; for clients that ask here. Needs no login.
         */
        options: operations["uploads_ask_one"];
        /**
         * Get the offset of an upload
         * @description Says in `Upload-Offset` where to go on. Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        head: operations["uploads_look"];
        /**
         * Send bytes of an upload
         * @description From `Upload-Offset` on; with `Upload-Checksum` a part that was damaged on the way is refused and can be sent again. What has arrived is kept, whatever happens to the request. After the last byte the server compares size and SHA-256 with the declaration. Needs the permission `sync`: `operator`, `supervisor`, `inspector`, `contractor_manager`, `crew`.
         */
        patch: operations["uploads_send"];
        trace?: never;
    };
    "/v1/vocabulary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List words
         * @description Every enumeration of the API and the sync with what people read in the place of each word, in the language of `Accept-Language` (`fa` or `en`); where neither is asked for in that of the account that asks, else in English. Labels may change; words do not. Has an `ETag`. Needs no login.
         */
        get: operations["vocabulary_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/watermelon/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pull rows for WatermelonDB
         * @description What changed since `last_pulled_at`, as the library's `pullChanges` expects it. `api-spec/watermelon.md` describes the tables. Everybody who has logged in may do this (`own`).
         */
        get: operations["sync_watermelon_pull"];
        put?: never;
        /**
         * Push rows from WatermelonDB
         * @description What the library's `pushChanges` sends: each row is turned into commands and answered by itself. 409 `conflict`: pull first. What is sent again has no second effect. Everybody who has logged in may do this (`own`).
         */
        post: operations["sync_watermelon_push"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Every receiver with how it goes with its deliveries, the oldest first, all on one page. Needs the permission `webhook.manage`: `admin`.
         */
        get: operations["webhooks_list"];
        put?: never;
        /**
         * Add a webhook
         * @description At most 64. The answer has the secret, which is not shown again; so a repeated request is not recognised by a key. Events that are committed from now on are sent to it, by Standard Webhooks: `docs/webhooks.md`. Needs the permission `webhook.manage`: `admin`.
         */
        post: operations["webhooks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook
         * @description The receiver with how it goes with its deliveries. The secret is not in it. Needs the permission `webhook.manage`: `admin`.
         */
        get: operations["webhooks_get"];
        /**
         * Change a webhook
         * @description All fields are replaced. A receiver that is switched on again, or goes elsewhere now, is sent at once what is pending for it. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `webhook.manage`: `admin`.
         */
        put: operations["webhooks_update"];
        post?: never;
        /**
         * Remove a webhook
         * @description Nothing more is sent to it; its deliveries are forgotten. Needs the permission `webhook.manage`: `admin`.
         */
        delete: operations["webhooks_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries of a webhook
         * @description Newest first, for thirty days. `dead` ones were tried often enough and are sent again only by `retry`. `next_cursor` leads to the next page. Needs the permission `webhook.manage`: `admin`.
         */
        get: operations["webhooks_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test to a webhook
         * @description An event `webhook.ping` goes the way of all others within seconds; what became of it stands among the deliveries. Needs the permission `webhook.manage`: `admin`.
         */
        post: operations["webhooks_ping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send deliveries again
         * @description One or all: what is dead, with all its attempts, and what waits for its next attempt, now. What was dead may arrive after later events of its ticket, as `seq` tells. Needs the permission `webhook.manage`: `admin`.
         */
        post: operations["webhooks_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the secret of a webhook
         * @description The answer has the new secret, which is not shown again. For the time of the overlap each message is signed by both. A request that is repeated because its answer was lost is refused: get the receiver, and exchange the secret once more. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `webhook.manage`: `admin`.
         */
        post: operations["webhooks_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List work orders
         * @description Newest first, those within your areas or held by your organisation. `state=draft` is what nobody could be asked to do. `next_cursor` leads to the next page. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["work_orders_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a work order
         * @description With its offers, rounds and events, as far as you may read them; contractors see their own offers. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["work_orders_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a work order
         * @description A code says why. What the field still reports is kept as evidence, for a supervisor. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close a work order
         * @description Verified work is done with. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the evidence of a work order
         * @description Attempt by attempt: photos before beside photos after, with their verdicts, and what is missing of what the order asks for. Everybody who has logged in may do this (`work.read`).
         */
        get: operations["work_orders_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a work order on hold
         * @description Until `review_at`, when the hold ends unless somebody prolongs it. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Object to verified work
         * @description Verified or closed work is taken up again, by the same holder with a new round. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_objection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/offer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offer a work order by hand
         * @description An order that nobody holds goes to an organisation, or an inspection to an inspector, with a reason. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_offer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/reassign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reassign a work order
         * @description Takes it from its holder and gives it a new epoch; without a target the next candidate is asked. What the former holder still reports is kept as late work. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_reassign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/refuse-hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse a requested hold
         * @description The field has asked for a hold (`hold_requested` in `flags`); the work goes on. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_refuse_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/work-orders/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the hold of a work order
         * @description Before its date; the order is again in the state that the field has reported. `If-Match` names the revision that you read; if the thing has changed since, nothing is done. Needs the permission `work.manage`: `admin`, `operator`, `supervisor`.
         */
        post: operations["work_orders_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get name and version of the server
         * @description Tells the version of the program, the kind of database and the newest version of the sync protocol. Needs no login.
         */
        get: operations["health_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description How much is accepted.
         * @enum {string}
         */
        Accepted: "all" | "part";
        /** @description A one-time code; whoever has it gets into the account. */
        AccessCode: {
            /**
             * @description To hand over.
             * @example 7K3M-9QX2-ABCD-0101
             */
            code: string;
            /** @description Not good from then on. */
            expires_at: components["schemas"]["Instant"];
            /** @description What for. */
            purpose: components["schemas"]["CodePurpose"];
            /** @description The text of a QR for a phone: the address of the server and the code. Absent if `server.public_url` is not configured. */
            qr: string | null;
        };
        /** @description What is changed of an account; what is absent stays. */
        AccountChange: {
            /** @description Name that colleagues see. */
            display_name?: string | null;
            /** @description `fa` or `en`. */
            locale?: string | null;
            /** @description Another phone; `null`: none any more. */
            phone?: string | null;
        };
        /** @description An account with its grants. A phone number is in no answer. */
        AccountView: {
            /** @description Creation. */
            created_at: components["schemas"]["Instant"];
            /** @description Name that colleagues see. */
            display_name: string;
            /** @description Grants, those of the past and the future too. */
            grants: components["schemas"]["GrantView"][];
            /** @description Whether a phone number is kept. */
            has_phone: boolean;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description `fa` or `en`. */
            locale: string;
            /** @description Login name. */
            login: string;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description May log in or not. */
            state: components["schemas"]["ActiveState"];
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @enum {string} */
        ActiveState: "active" | "disabled";
        /** @description What something is about. */
        AdoptBody: {
            /**
             * Format: uuid
             * @description The ticket or work order that it is about, if not the one that its author named. Only for what somebody saw: a note, visit,
             *     photo, measurement or answer.
             */
            about?: string | null;
        };
        /** @description Another photo. */
        AlsoIn: string | {
            /**
             * Format: int32
             * @description Bits of 64 in which the two differ.
             */
            bits: number;
            /**
             * Format: uuid
             * @description Which.
             */
            photo: string;
        };
        /** @enum {string} */
        Answer: "accepted" | "declined" | "expired" | "withdrawn";
        /** @description An answer to one item of a checklist on one visit. */
        AnswerRow: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description The version of the checklist. */
            checklist: components["schemas"]["Id"];
            /** @description Identity: the mutation's. */
            id: components["schemas"]["Id"];
            /** @description Code of the item. */
            item: string;
            /** @description `effective`, or `overruled` by a newer answer. */
            standing: components["schemas"]["Standing"];
            /** @description At which ticket. */
            ticket: components["schemas"]["Id"];
            /** @description The answer: any JSON that the app understands for the kind of the item. */
            value: unknown;
            /** @description On which visit. */
            visit: components["schemas"]["Id"];
            work_order: components["schemas"]["Id"] | null;
        };
        /** @description An answer to an item of a checklist. */
        AnswerSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description The answer's row. */
            answer: components["schemas"]["Id"];
            /** @description Effective stamp. */
            at: components["schemas"]["Instant"];
            /** @description The answer. */
            value: unknown;
        };
        /** @description What is said of an area. */
        AreaData: {
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            parent_id?: components["schemas"]["Id"] | null;
        };
        /** @description The outline of an area as a feature of GeoJSON (RFC 7946). */
        AreaFeature: {
            /** @description Its outline. */
            geometry: components["schemas"]["AreaGeometry"];
            /** @description The area. */
            id: components["schemas"]["Id"];
            /** @description What it is. */
            properties: components["schemas"]["AreaProperties"];
            type: components["schemas"]["AreaFeatureType"];
        };
        /**
         * @description `Feature`.
         * @enum {string}
         */
        AreaFeatureType: "Feature";
        /** @description Where an area lies. */
        AreaGeometry: {
            /** @description Polygons of rings, the outer one first, of positions: longitude, latitude and perhaps a height. */
            coordinates: number[][][][];
            type: components["schemas"]["AreaGeometryType"];
        };
        /**
         * @description `MultiPolygon`.
         * @enum {string}
         */
        AreaGeometryType: "MultiPolygon";
        /** @enum {string} */
        AreaKind: "city" | "region" | "district";
        /** @description An area by name. */
        AreaName: {
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Its name, in the language of the reader. */
            name: string;
        };
        /** @description What an area is. */
        AreaProperties: {
            /** @description Code. */
            code: string;
            /** @description Level. */
            kind: components["schemas"]["AreaKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            /** @description Where the outline comes from, with its licence; `synthetic` if it was made. */
            source: string;
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            valid_to: components["schemas"]["Instant"] | null;
        };
        /** @description A city, region or district, without its outline. */
        AreaRow: {
            /** @description Code, unique. */
            code: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Level. */
            kind: components["schemas"]["AreaKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            parent: components["schemas"]["Id"] | null;
        };
        /** @description An area, without its outline. */
        AreaView: {
            /** @description Code. */
            code: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Level. */
            kind: components["schemas"]["AreaKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            parent_id: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @description One offer of an order to one party. */
        AssignmentView: {
            account: components["schemas"]["PersonView"] | null;
            answer: components["schemas"]["Answer"] | null;
            answered_at: components["schemas"]["Instant"] | null;
            contract: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description First epoch that it holds.
             */
            epoch: number;
            expires_at: components["schemas"]["Instant"] | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description When it was offered. */
            offered_at: components["schemas"]["Instant"];
            organisation: components["schemas"]["OrganisationName"] | null;
            /**
             * Format: int64
             * @description Rank of the coverage.
             */
            rank: number;
            /** @description Why. */
            reason: string | null;
            /**
             * Format: int64
             * @description Last epoch that it holds.
             */
            until_epoch: number;
        };
        /** @description What one party showed of one attempt. */
        AttemptView: {
            organisation: components["schemas"]["OrganisationName"] | null;
            /** @description Photos that are neither. */
            others: components["schemas"]["ShownPhoto"][];
            /** @description Before and after, in the order in which they were taken. */
            pairs: components["schemas"]["PairView"][];
            round: components["schemas"]["RoundView"] | null;
        };
        /** @enum {string} */
        Audience: "field" | "office";
        /** @description Who did what to what. */
        AuditView: {
            /**
             * @description What was done.
             * @example conflict.resolve
             */
            action: string;
            actor: components["schemas"]["Id"] | null;
            /** @description When. */
            at: components["schemas"]["Instant"];
            /**
             * @description More, such as codes, numbers and ids: each `action` has members of its own. No personal data and no free text,
             *     but the address and the program that somebody logged in from.
             */
            detail: Record<string, never>;
            /**
             * Format: uuid
             * @description The thing.
             */
            entity: string;
            /**
             * @description Kind of the thing it was done to.
             * @example conflict
             */
            entity_kind: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /**
             * Format: uuid
             * @description Of which request.
             */
            request_id: string | null;
        };
        /** @enum {string} */
        Boundary: "clear" | "ambiguous_boundary" | "nearest" | "outside";
        /** @enum {string} */
        CallOutcome: "registered" | "information_only" | "duplicate" | "not_municipal" | "abandoned";
        /** @description A call. */
        CallView: {
            /** @description Whether the caller's phone is kept. */
            has_phone: boolean;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description How it ended. */
            outcome: components["schemas"]["CallOutcome"];
            /** @description When. */
            taken_at: components["schemas"]["Instant"];
            /** @description Who took it. */
            taken_by: components["schemas"]["Id"];
            ticket: components["schemas"]["Id"] | null;
        };
        /** @description Who called. */
        Caller: {
            /** @description The phone, E.164. */
            phone: string;
        };
        /** @description Whose calls. */
        CallerToFind: {
            /**
             * @description The caller's phone as it was said, with or without country and area code.
             * @example +989121234567
             */
            phone: string;
        };
        /** @enum {string} */
        CameFirst: "work" | "office" | "unknown";
        /** @description When a picture was taken, as the camera wrote it. */
        CameraTime: {
            /**
             * @description Date and time on the camera's clock, without a zone.
             * @example 2026-11-23T09:12:00
             */
            local: string;
            /**
             * Format: int32
             * @description Minutes that the camera's clock was ahead of UTC; `null` if it does not say so.
             */
            offset_minutes: number | null;
        };
        /** @description What is said of a category. */
        CategoryData: {
            /**
             * Format: int64
             * @description Minutes to answer an offer.
             */
            accept_minutes: number;
            checklist_id?: components["schemas"]["Id"] | null;
            /** @description Code; it stays when the category is changed. */
            code: string;
            /** @description Priority of a new ticket. */
            default_priority: components["schemas"]["Priority"];
            /** @description What a submission must bring. */
            evidence?: components["schemas"]["EvidenceNeeds"];
            /**
             * Format: double
             * @description How far from the ticket evidence may be taken, metres.
             */
            evidence_radius_m: number;
            /** @description How much else evidence may deviate, where that is not as usual. */
            evidence_thresholds?: components["schemas"]["EvidenceThresholds"];
            /** @description Hazard while it waits. */
            hazard: components["schemas"]["Hazard"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            /** @description Whether an inspector looks first. */
            needs_inspection: boolean;
            owner_id?: components["schemas"]["Id"] | null;
            parent_id?: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Minutes until the work is due.
             */
            resolve_minutes: number;
            /**
             * @description In use or not.
             * @default active
             */
            state: components["schemas"]["ActiveState"];
            /** @description Other words for it. */
            synonyms?: string[];
        };
        /** @description A category by name. */
        CategoryName: {
            /**
             * @description Code.
             * @example roads.pothole
             */
            code: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
        };
        /** @description A category of requests; two levels. */
        CategoryRow: {
            checklist: components["schemas"]["Id"] | null;
            /** @description Code, unique, such as `roads.pothole`. */
            code: string;
            /** @description What a submission must bring. */
            evidence: components["schemas"]["EvidenceNeeds"];
            /** @description How dangerous it is while it waits. */
            hazard: components["schemas"]["Hazard"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            /** @description Whether an inspector looks first. */
            needs_inspection: boolean;
            parent: components["schemas"]["Id"] | null;
            /** @description Whether it is in use. */
            state: components["schemas"]["ActiveState"];
            /** @description Other words that callers use. */
            synonyms: string[];
        };
        /** @description A category of requests. */
        CategoryView: {
            /**
             * Format: int64
             * @description Minutes to answer an offer.
             */
            accept_minutes: number;
            checklist_id: components["schemas"]["Id"] | null;
            /**
             * @description Code.
             * @example roads.pothole
             */
            code: string;
            /** @description Priority of a new ticket. */
            default_priority: components["schemas"]["Priority"];
            /** @description What a submission must bring. */
            evidence: components["schemas"]["EvidenceNeeds"];
            /**
             * Format: double
             * @description How far from the ticket evidence may be taken, metres.
             */
            evidence_radius_m: number;
            /**
             * @description How much else evidence may deviate, where that is not as usual. Empty for contractors and their
             *     crews.
             */
            evidence_thresholds: components["schemas"]["EvidenceThresholds"];
            /** @description Hazard while it waits. */
            hazard: components["schemas"]["Hazard"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            /** @description Whether an inspector looks first. */
            needs_inspection: boolean;
            owner_id: components["schemas"]["Id"] | null;
            parent_id: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Minutes until the work is due.
             */
            resolve_minutes: number;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description In use or not. */
            state: components["schemas"]["ActiveState"];
            /** @description Other words for it. */
            synonyms: string[];
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @description SHA-256 over all mutations so far, 64 hex digits */
        Chain: string;
        /** @description `area:`, `office:`, `org:`, `user:` or `device:` and an id, or `ref` */
        Channel: string;
        /** @description The arguments of `checklist.answer`. */
        ChecklistAnswerArgs: {
            /** @description The version of the checklist. */
            checklist: components["schemas"]["Id"];
            /** @description Code of the item. */
            item: string;
            /** @description The answer. */
            value: unknown;
            /** @description On which visit. */
            visit: components["schemas"]["Id"];
        };
        ChecklistAnswerMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["ChecklistAnswerArgs"];
            /** @enum {string} */
            cmd: "checklist.answer";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "checklist.answer";
        };
        /** @description One item of a checklist. */
        ChecklistItem: {
            /** @description Code, unique in the checklist. */
            code: string;
            /** @description How it is answered; the field app knows the kinds. */
            kind: string;
            /** @description English wording. */
            name_en: string;
            /** @description Persian wording. */
            name_fa: string;
        };
        /** @description One version of a checklist. */
        ChecklistRow: {
            /** @description Code, the same over versions. */
            code: string;
            /** @description Identity of this version. */
            id: components["schemas"]["Id"];
            /** @description What is asked, in this order. */
            items: components["schemas"]["ChecklistItem"][];
            /**
             * Format: int64
             * @description Version number.
             */
            version: number;
        };
        /** @description The coverage that was chosen. */
        ChosenCoverage: {
            /** @description Under which contract. */
            contract: components["schemas"]["Id"];
            /** @description By which coverage. */
            coverage: components["schemas"]["Id"];
            /** @description Which organisation. */
            organisation: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description Rank of the coverage.
             */
            rank: number;
        };
        /** @enum {string} */
        ClockTrust: "unknown" | "good" | "suspect" | "wrong";
        /** @enum {string} */
        CodePurpose: "password" | "phone";
        /** @description What a one-time code is for. */
        CodeToMake: {
            /** @description `password` or `phone`. */
            purpose: components["schemas"]["CodePurpose"];
        };
        /** @description Why something is ended. */
        CodedReason: {
            /**
             * @description Code.
             * @example not_needed
             */
            code: string;
            /** @description In words. */
            note?: string | null;
        };
        /** @description What both had seen; which of these it is follows from the kind of the conflict */
        ConflictBase: components["schemas"]["FieldBase"] | components["schemas"]["EmptySide"] | components["schemas"]["Epoch"] | components["schemas"]["KnownEpoch"] | components["schemas"]["RoundBase"] | components["schemas"]["EndedEpoch"] | (Record<string, never> | unknown[] | null);
        /** @enum {string} */
        ConflictKind: "stale_epoch" | "parallel_update" | "category_proposal" | "proposal" | "point_moved" | "declined_vs_submitted" | "relief_requested" | "already_submitted" | "measurement_disagrees" | "possible_duplicate" | "deleted_entity" | "verdict_disagrees" | "epoch_unknown" | "quarantined" | "held_too_long" | "assignment_outdated" | "photo_missing";
        /** @description What came; which of these it is follows from the kind of the conflict */
        ConflictMine: components["schemas"]["FieldSide"] | components["schemas"]["AnswerSide"][] | components["schemas"]["FindingsSide"][] | components["schemas"]["MeasurementSide"][] | components["schemas"]["LateSide"][] | components["schemas"]["LateVerdict"][] | components["schemas"]["VerdictSide"] | components["schemas"]["Recorded"][] | components["schemas"]["SubmissionSide"] | components["schemas"]["ReliefSide"][] | components["schemas"]["PartySide"] | components["schemas"]["WaitingSide"][] | components["schemas"]["QuarantinedSide"][] | components["schemas"]["HeldSide"][] | components["schemas"]["PhotoSide"] | components["schemas"]["ProposalSide"] | components["schemas"]["TicketSide"] | (Record<string, never> | unknown[] | null);
        /** @description Two people's work that the rules do not decide; for the office only. The sides depend on the kind: section 7 of `api-spec/sync.md`. */
        ConflictRow: {
            /** @description What both had seen; its members depend on `kind`. */
            base: components["schemas"]["ConflictBase"];
            /** @description What holds until somebody decides. */
            default_in_force: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Class. */
            kind: components["schemas"]["ConflictKind"];
            /** @description What came; its members depend on `kind`. A list where several came. */
            mine: components["schemas"]["ConflictMine"];
            /**
             * Format: uuid
             * @description The first mutation (of measurements, possible duplicates and missing photos: the row).
             */
            mutation: string;
            /** @description In words. */
            note: string | null;
            /**
             * Format: uuid
             * @description The second.
             */
            other_mutation: string | null;
            /** @description When it was raised. */
            raised_at: components["schemas"]["Instant"];
            resolution: components["schemas"]["Resolution"] | null;
            resolved_at: components["schemas"]["Instant"] | null;
            /** @description How much it matters. */
            severity: components["schemas"]["Severity"];
            /** @description Decided or not. */
            status: components["schemas"]["ConflictStatus"];
            /** @description What stood; its members depend on `kind`. */
            theirs: components["schemas"]["ConflictTheirs"];
            /** @description At which ticket. */
            ticket: components["schemas"]["Id"];
            work_order: components["schemas"]["Id"] | null;
        };
        /** @enum {string} */
        ConflictStatus: "open" | "resolved";
        /** @description What stood; which of these it is follows from the kind of the conflict */
        ConflictTheirs: components["schemas"]["FieldSide"] | components["schemas"]["AnswerSide"] | components["schemas"]["FindingsSide"] | components["schemas"]["MeasurementSide"] | components["schemas"]["LateState"] | components["schemas"]["EpochRound"] | components["schemas"]["VerdictSide"] | components["schemas"]["EndedState"] | components["schemas"]["DeclineSide"] | components["schemas"]["ReliefState"] | components["schemas"]["PartySide"] | components["schemas"]["OrderState"] | components["schemas"]["QuarantineReason"] | components["schemas"]["EmptySide"] | components["schemas"]["StandingValues"] | components["schemas"]["TicketSide"] | (Record<string, never> | unknown[] | null);
        /** @description A conflict. */
        ConflictView: {
            /** @description How it may be decided. */
            accepts: components["schemas"]["Resolution"][];
            /** @description The smallest areas of the ticket. */
            areas: components["schemas"]["Id"][];
            /** @description What both had seen; its members depend on `kind`: section 7 of `api-spec/sync.md`. */
            base: components["schemas"]["ConflictBase"];
            /** @description What holds until somebody decides. */
            default_in_force: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Class. */
            kind: components["schemas"]["ConflictKind"];
            /** @description What came; its members depend on `kind`. A list where several came. */
            mine: components["schemas"]["ConflictMine"];
            /** @description The first of the mutations (or rows) involved. */
            mutation: components["schemas"]["Id"];
            /** @description In words. */
            note: string | null;
            other_mutation: components["schemas"]["Id"] | null;
            /** @description When it was raised. */
            raised_at: components["schemas"]["Instant"];
            resolution: components["schemas"]["Resolution"] | null;
            resolved_at: components["schemas"]["Instant"] | null;
            resolved_by: components["schemas"]["PersonView"] | null;
            /**
             * Format: int64
             * @description Revision, for `If-Match` of the decision.
             */
            rev: number;
            /** @description How much it matters. */
            severity: components["schemas"]["Severity"];
            /** @description Decided or not. */
            status: components["schemas"]["ConflictStatus"];
            /** @description What stood; its members depend on `kind`. */
            theirs: components["schemas"]["ConflictTheirs"];
            /** @description At which ticket. */
            ticket: components["schemas"]["TicketSummary"];
            work_order: components["schemas"]["Id"] | null;
        };
        /** @description A coverage that was considered. */
        ConsideredCoverage: {
            /** @description Its contract. */
            contract: components["schemas"]["Id"];
            /** @description The coverage. */
            coverage: components["schemas"]["Id"];
            /** @description The same in an English sentence. */
            en: string;
            /** @description The same in a Persian sentence. */
            fa: string;
            /**
             * Format: int64
             * @description How many more assignments it could take that day; absent: no cap.
             */
            free?: number | null;
            /** @description The contract's number. */
            number: string;
            /** @description The contract's organisation. */
            organisation: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description The coverage's rank.
             */
            rank: number;
            /** @description Why not; absent for the chosen one. */
            reason?: ("category_differs" | "suspended" | "not_in_force" | "no_contractor" | "organisation_disabled" | "coverage_not_valid" | "already_asked" | "full" | "lower_rank" | "less_specific_category" | "larger_area" | "less_free_capacity" | "contract_number" | "same_contract") | null;
            /** @description Chosen or not. */
            verdict: components["schemas"]["Outcome"];
        };
        /** @description An inspector who was considered. */
        ConsideredInspector: {
            /** @description Who. */
            account: components["schemas"]["Id"];
            area: components["schemas"]["AreaKind"] | null;
            /**
             * Format: double
             * @description Metres to the ticket, if known.
             */
            distance_m: number | null;
            /** @description The same in an English sentence. */
            en: string;
            /** @description The same in a Persian sentence. */
            fa: string;
            /**
             * Format: int64
             * @description Open orders in hand.
             */
            load: number;
            reason: components["schemas"]["InspectorReason"] | null;
            /** @description Chosen or not. */
            verdict: components["schemas"]["Outcome"];
        };
        /** @description Where the picture of a photo is, by size; the original is not for everybody. */
        ContentLinks: {
            /** @description What was sent. */
            original: string;
            /** @description As large as a screen. */
            screen: string;
            /** @description For a list. */
            thumb: string;
        };
        /** @enum {string} */
        ContentSize: "original" | "screen" | "thumb";
        /** @description What is said of a contract. */
        ContractData: {
            /**
             * Format: int64
             * @description At most so many assignments a civil day over all coverages.
             */
            daily_capacity?: number | null;
            /** @description Number; it stays when the contract is changed. */
            number: string;
            /** @description With whom; it stays. */
            organisation_id: components["schemas"]["Id"];
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            /** @description First instant after validity. */
            valid_to: components["schemas"]["Instant"];
        };
        /** @description What is missing, doubled or about to end among the contracts. */
        ContractReport: {
            /** @description Contracts that end soon. */
            ending: components["schemas"]["EndingView"][];
            /** @description Districts × groups of categories in which nobody is asked first. */
            gaps: components["schemas"]["GapView"][];
            /** @description Coverages that say the same. */
            overlaps: components["schemas"]["OverlapView"][];
        };
        /** @enum {string} */
        ContractStatus: "draft" | "active" | "suspended" | "ended";
        /** @description A contract. */
        ContractView: {
            /**
             * Format: int64
             * @description At most so many assignments a civil day over all coverages.
             */
            daily_capacity: number | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Number. */
            number: string;
            /** @description With whom. */
            organisation_id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Status. */
            status: components["schemas"]["ContractStatus"];
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            /** @description First instant after validity. */
            valid_to: components["schemas"]["Instant"];
        };
        /** @description A page with the number of all rows. */
        Counted_TicketView: components["schemas"]["Listed_TicketView"] & {
            total: components["schemas"]["Total"] | null;
        };
        /** @description A page with the number of all rows. */
        Counted_WorkOrderView: components["schemas"]["Listed_WorkOrderView"] & {
            total: components["schemas"]["Total"] | null;
        };
        /** @description What is said of a coverage. */
        CoverageData: {
            /** @description Where, with all that lies below. */
            area_id: components["schemas"]["Id"];
            category_id?: components["schemas"]["Id"] | null;
            /** @description Of which contract; it stays when the coverage is changed. */
            contract_id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description At most so many assignments a civil day.
             */
            daily_capacity?: number | null;
            /**
             * @description Whether the categories below count.
             * @default with_descendants
             */
            descent: components["schemas"]["Descent"];
            /**
             * Format: int64
             * @description 1 is asked first.
             */
            rank: number;
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            valid_to?: components["schemas"]["Instant"] | null;
        };
        /** @description A coverage of a contract. */
        CoverageView: {
            /** @description Where, with all that lies below. */
            area_id: components["schemas"]["Id"];
            category_id: components["schemas"]["Id"] | null;
            /** @description Of which contract. */
            contract_id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description At most so many assignments a civil day.
             */
            daily_capacity: number | null;
            /** @description Whether the categories below count. */
            descent: components["schemas"]["Descent"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description 1 is asked first.
             */
            rank: number;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            valid_to: components["schemas"]["Instant"] | null;
        };
        /** @description Who declined. */
        DeclineSide: {
            /** @description Who. */
            actor: components["schemas"]["Id"];
            /** @description When. */
            declined: components["schemas"]["Instant"];
        };
        /** @description A coded defect that a verifier found. */
        Defect: {
            /** @description Code, such as `not_finished`, `wrong_place`, `poor_quality`, `unsafe`, `evidence_missing`, `debris_left`, `other`. */
            code: string;
            /** @description In words. */
            note?: string | null;
        };
        /** @description A request must wait. */
        DeferBody: {
            /** @description First instant of the planned window. */
            planned_from: components["schemas"]["Instant"];
            /** @description Last instant of it: the new promise. */
            planned_to: components["schemas"]["Instant"];
            /** @description Why, for the citizen. */
            reason: string;
        };
        /** @description A deferral that is proposed. */
        Deferral: {
            until?: components["schemas"]["Instant"] | null;
        };
        /** @description Whether a ticket is put off. */
        Deferred: {
            /** @description Why it has it. */
            reason?: string | null;
            /** @description Its status. */
            status: components["schemas"]["TicketStatus"];
        };
        /** @enum {string} */
        DeliveryFault: "status" | "timeout" | "dns" | "private_address" | "connection" | "tls" | "secret";
        /** @enum {string} */
        DeliveryState: "pending" | "delivered" | "dead";
        /** @enum {string} */
        Descent: "with_descendants" | "exact";
        /** @description A ticket with what lies below it. The rows below are as the sync carries them. */
        DetailView: components["schemas"]["TicketView"] & {
            /** @description Answers to checklists. */
            answers: components["schemas"]["RevisedAnswer"][];
            /** @description What a person must decide or has decided. */
            conflicts: components["schemas"]["RevisedConflict"][];
            /** @description The history of its status and of the values that were written more than once, oldest first. */
            history: components["schemas"]["HistoryView"][];
            /** @description What was measured. */
            measurements: components["schemas"]["RevisedMeasurement"][];
            /** @description Notes. */
            notes: components["schemas"]["RevisedNote"][];
            /** @description Photos with their verdicts. */
            photos: components["schemas"]["RevisedPhoto"][];
            /** @description Their rounds. */
            rounds: components["schemas"]["RoundView"][];
            /** @description Who was there. */
            visits: components["schemas"]["RevisedVisit"][];
            /** @description What the field did with the orders. */
            work_events: components["schemas"]["RevisedWorkEvent"][];
            /** @description Its work orders. */
            work_orders: components["schemas"]["WorkOrderView"][];
        };
        /** @description What a device says of itself. */
        DeviceRegistration: {
            /** @description Version of the field app. */
            app_version: string;
            /** @description Human name. */
            name: string;
            /**
             * @description Made by the device, the same at each try: registering again gives the same device.
             * @example 0192f000-0000-7000-8000-000000000001
             */
            nonce: string;
            /**
             * @description `android`, `ios`, …
             * @example android
             */
            platform: string;
        };
        /** @description A device. */
        DeviceView: {
            /** @description Who enrolled it. */
            account_id: components["schemas"]["Id"];
            /** @description Version of the field app. */
            app_version: string;
            /**
             * Format: int64
             * @description Highest `seq` answered.
             */
            applied_through: number;
            /** @description Chain over all answered mutations. */
            chain: string;
            /**
             * Format: int64
             * @description How far its wall clock was off at the last push, seconds.
             */
            clock_offset_s: number;
            /** @description How far its wall clock is trusted. */
            clock_trust: components["schemas"]["ClockTrust"];
            /** @description Enrolment. */
            enrolled_at: components["schemas"]["Instant"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            last_pull_at: components["schemas"]["Instant"] | null;
            last_push_at: components["schemas"]["Instant"] | null;
            /** @description Human name. */
            name: string;
            /**
             * Format: int64
             * @description Mutations in its outbox after the last push: those that it reported less those that the push answered.
             */
            pending: number;
            /** @description `android`, `ios`, … */
            platform: string;
            /**
             * @description Whether it is out of service only because it was silent for long and another device of the account needed its place: it comes
             *     back when it registers again with its nonce.
             */
            retired: boolean;
            revoked_at: components["schemas"]["Instant"] | null;
        };
        /** @description The digest of a channel. */
        DigestItem: {
            /** @description Which channel, by its place in `channels`. */
            c: number;
            /** @description Sum of their hashes modulo 2⁶⁴, 16 hex digits. */
            h: string;
            /**
             * Format: int64
             * @description Number of rows.
             */
            n: number;
        };
        /** @description Direction that the camera looked in. */
        Direction: {
            /**
             * Format: double
             * @description Degrees from north, 0…360.
             */
            degrees: number;
            /** @description Whether north is the magnetic one; otherwise the true one, or it is not said. */
            magnetic: boolean;
        };
        /** @description Nothing is said. */
        EmptySide: Record<string, never>;
        /** @description The epoch of late work, if there is some. */
        EndedEpoch: {
            /**
             * Format: int64
             * @description The last epoch of the late reports.
             */
            epoch?: number | null;
        };
        /** @description What the office has ended. */
        EndedState: {
            /** @description Which came first decides the pay. */
            came_first: components["schemas"]["CameFirst"];
            /** @description Whether another party has done the work too; absent without late reports. */
            double_work?: boolean | null;
            duplicate_of?: components["schemas"]["Id"] | null;
            ended_at?: components["schemas"]["Instant"] | null;
            ticket?: components["schemas"]["TicketStatus"] | null;
            work_order?: components["schemas"]["WorkOrderState"] | null;
        };
        /** @description A contract that ends soon. */
        EndingView: {
            /** @description Which. */
            contract_id: components["schemas"]["Id"];
            /** @description When. */
            ends_at: components["schemas"]["Instant"];
        };
        /** @description The ticket or the work order that a mutation was about, as it stands. */
        EntityState: components["schemas"]["TicketRow"] | components["schemas"]["WorkOrderRow"];
        /** @description An epoch of the order. */
        Epoch: {
            /**
             * Format: int64
             * @description The epoch.
             */
            epoch: number;
        };
        /** @description Where the order has gone on to. */
        EpochRound: {
            /**
             * Format: int64
             * @description Its epoch.
             */
            epoch: number;
            /**
             * Format: int64
             * @description The number of its round.
             */
            round: number;
        };
        /** @description One line of the table of codes. */
        ErrorCode: {
            /** @description The word on the wire. */
            code: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description What it means. */
            title: string;
        };
        /** @enum {string} */
        EventKind: "ticket.created" | "ticket.changed" | "ticket.merged" | "visit.recorded" | "note.added" | "photo.added" | "photo.state_changed" | "photo.judged" | "photo.removed" | "round.submitted" | "round.judged" | "work_order.answered" | "work_order.created" | "work_order.offered" | "work_order.assigned" | "work_order.state_changed" | "work_order.rescheduled" | "conflict.opened" | "conflict.resolved" | "patrol.recorded" | "mutation.quarantined" | "ticket.status_changed" | "webhook.ping";
        /** @description What the steps of work in a category must bring. */
        EvidenceNeeds: {
            /** @description Photos of a submission by kind. */
            photos: components["schemas"]["EvidenceRule"][];
            /** @description What each step needs, where that is not as usual. */
            steps?: components["schemas"]["StepNeeds"];
            /** @description Whether the bytes of these photos must be stored before a round is accepted. */
            stored?: boolean;
        };
        /** @description Photos of one kind that a submission needs. */
        EvidenceRule: {
            /** @description Kind of photo. */
            kind: components["schemas"]["PhotoKind"];
            /**
             * Format: int32
             * @description At least so many.
             */
            min: number;
        };
        /** @description What one person recorded at what the office had ended. */
        EvidenceSide: {
            /** @description Who. */
            evidence_by: components["schemas"]["Id"];
            /** @description Since when. */
            from: components["schemas"]["Instant"];
            mutation?: components["schemas"]["Id"] | null;
        };
        /** @enum {string} */
        EvidenceState: "complete" | "pending" | "missing";
        /** @description How much evidence may deviate; what is absent is as usual. */
        EvidenceThresholds: {
            /**
             * Format: int32
             * @description A photo may be younger than the departure by so many seconds; usually 900.
             */
            after_departure_s?: number | null;
            /**
             * Format: int32
             * @description A photo may be older than the arrival by so many seconds; usually 300.
             */
            before_arrival_s?: number | null;
            /**
             * Format: int32
             * @description A device's clock may be off by so many seconds; usually 120.
             */
            clock_skew_s?: number | null;
            /**
             * Format: int32
             * @description The time in the file may differ from the device's clock by so many seconds; usually 120.
             */
            exif_time_s?: number | null;
            /**
             * Format: int32
             * @description Between a photo before the work and one after it lie at least so many seconds; usually 60.
             */
            least_work_s?: number | null;
            /**
             * Format: int32
             * @description A visit whose end was not reported is believed to last so many seconds; usually 43,200.
             */
            open_visit_s?: number | null;
            /**
             * Format: double
             * @description Their headings may differ by so many degrees; usually 60.
             */
            pair_heading_deg?: number | null;
            /**
             * Format: double
             * @description Photos before and after the work may lie so much farther apart than both accuracies allow, metres; usually 25.
             */
            pair_m?: number | null;
            /**
             * Format: double
             * @description The position in the file may lie so much farther from the declared one than both accuracies allow, metres; usually 50.
             */
            position_m?: number | null;
            /**
             * Format: int32
             * @description Pictures that differ in at most so many of 64 bits look the same; usually 6.
             */
            similar_bits?: number | null;
            /**
             * Format: double
             * @description Nobody travels faster, kilometres an hour; usually 160.
             */
            speed_kmh?: number | null;
            /**
             * Format: double
             * @description A position that does not state its accuracy is off by at most so many metres; usually 1,000.
             */
            unstated_accuracy_m?: number | null;
        };
        /** @description Why somebody was asked and everybody else was not. */
        Explanation: {
            /** @description How clearly the point lies in the areas. */
            boundary: components["schemas"]["Boundary"];
            chosen: components["schemas"]["ChosenCoverage"] | null;
            /**
             * @description The coverages of the category, in the order in which they would be asked, at most 20. Where nobody can be asked, the coverages of
             *     the place for other categories as well.
             */
            considered: components["schemas"]["ConsideredCoverage"][];
            /** @description When it was decided. */
            decided_at: components["schemas"]["Instant"];
            /** @enum {string} */
            how: "contract";
            /** @description How many more were passed over, by reason; absent: all are listed. */
            not_listed?: {
                [key: string]: number;
            } | null;
            /** @description Where somebody is asked: how many coverages of other categories there are; they are not listed. */
            other_categories: number;
        } | {
            chosen: components["schemas"]["Id"] | null;
            /** @description The inspectors, in the order in which they would be asked, at most 20. */
            considered: components["schemas"]["ConsideredInspector"][];
            /** @description When it was decided. */
            decided_at: components["schemas"]["Instant"];
            /** @enum {string} */
            how: "inspector";
            /** @description How many more were passed over, by reason; absent: all are listed. */
            not_listed?: {
                [key: string]: number;
            } | null;
        } | {
            /** @description By whom. */
            by: components["schemas"]["Id"];
            /**
             * Format: uuid
             * @description The organisation or the inspector; `null`: the next candidate.
             */
            chosen: string | null;
            /** @description When it was decided. */
            decided_at: components["schemas"]["Instant"];
            /** @enum {string} */
            how: "by_hand";
            /** @description Why, in words. */
            reason: string;
        };
        /** @description Of `work.fail_visit`. */
        FailVisitNeeds: {
            photos?: components["schemas"]["NeedLevel"] | null;
            visit?: components["schemas"]["NeedLevel"] | null;
        };
        /**
         * @description `FeatureCollection`.
         * @enum {string}
         */
        FeatureCollectionType: "FeatureCollection";
        /**
         * @description `Feature`.
         * @enum {string}
         */
        FeatureType: "Feature";
        /** @description `POST /v1/sync/fetch`. */
        FetchRequest: {
            /** @description The device that asks. */
            device: components["schemas"]["Id"];
            /** @description Which rows, at most 500. */
            rows: components["schemas"]["RowKey"][];
            /**
             * Format: int64
             * @description Version of the protocol.
             */
            schema?: number;
        };
        /** @description Single rows, out of one snapshot. */
        FetchResponse: {
            /**
             * @description One for each row that was asked for, in that order: a `put` with all channels that carry it, or a `drop` without a channel for
             *     what none of them carries, whether it exists or not.
             */
            changes: components["schemas"]["RowChange"][];
            /** @description The channels that the device's user reads. */
            channels: components["schemas"]["Channel"][];
            /** @description The feed that the revisions belong to. */
            feed_epoch: string;
            /** @description The server's clock. */
            server_time: components["schemas"]["Instant"];
        };
        /** @description Two people wrote a field: what both had seen of it. */
        FieldBase: {
            /** @description The field. */
            field: components["schemas"]["TicketField"];
            /** @description Its value then; `null` if it had none. */
            value?: unknown;
        };
        /** @description What is wrong with one field. */
        FieldError: {
            /** @description What is wrong and what would be right. */
            detail: string;
            /**
             * @description JSON pointer (RFC 6901) into the body, `?name` for a query parameter, `{name}` for a part of the path.
             * @example /point/lat
             */
            pointer: string;
        };
        /** @description A value that was written to a field of a ticket. */
        FieldSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description Effective stamp. */
            at: components["schemas"]["Instant"];
            /** @description By which write. */
            mutation: components["schemas"]["Id"];
            /** @description Whether the office wrote it. */
            office: boolean;
            /** @description The value, as the field has it. */
            value: unknown;
        };
        /** @enum {string} */
        Findings: "confirmed" | "not_found" | "not_ours" | "duplicate_of" | "needs_other";
        /** @description What an inspection came to. */
        FindingsSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description The report. */
            event: components["schemas"]["Id"];
            /** @description The arguments of `inspection.submit`. */
            findings: components["schemas"]["InspectionFindings"];
        };
        /** @enum {string} */
        Format: "jpeg" | "png" | "webp" | "heic" | "avif";
        /** @enum {string} */
        Gap: "no_exif" | "absent" | "damaged" | "incomplete" | "out_of_range" | "zero_position" | "too_large" | "unknown_format" | "not_decodable" | "featureless" | "unread";
        /** @description A district in which nobody is asked first for a group of categories. */
        GapView: {
            /** @description The district. */
            area_id: components["schemas"]["Id"];
            /** @description The group. */
            category_id: components["schemas"]["Id"];
            /** @description Whether some categories of the group are covered. */
            partly: boolean;
        };
        /** @description Which grant ends. */
        GrantToRevoke: {
            /** @description The grant. */
            grant_id: components["schemas"]["Id"];
        };
        /** @description A role held in some areas, for an organisation, during a time. */
        GrantView: {
            /** @description Areas, with all that lie below them. */
            areas: components["schemas"]["Id"][];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            organisation_id: components["schemas"]["Id"] | null;
            /** @description The role. */
            role: components["schemas"]["Role"];
            /** @description First instant of validity. */
            valid_from: components["schemas"]["Instant"];
            valid_to: components["schemas"]["Instant"] | null;
        };
        /** @enum {string} */
        Hazard: "none" | "low" | "high" | "critical";
        /** @description The server's health. */
        Health: {
            /**
             * @description `ok`; a server that is not answers with a problem.
             * @example ok
             */
            status: string;
        };
        /** @description A mutation that has waited too long. */
        HeldSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description Its command. */
            cmd: string;
            /** @description Which. */
            mutation: components["schemas"]["Id"];
            /**
             * Format: uuid
             * @description The thing that it waits for.
             */
            waits_for?: string | null;
        };
        /** @description An entry of a ticket's history: a change of its status, or a value that was written (it has a `field`). */
        HistoryView: components["schemas"]["StatusChangeView"] | components["schemas"]["ValueView"];
        /** @description A hold. */
        HoldBody: {
            /** @description Why. */
            reason: string;
            /** @description When it is looked at again, and ends if nobody prolongs it. */
            review_at: components["schemas"]["Instant"];
        };
        /** Format: uuid */
        Id: string;
        /** @description Something that the reader may do about an item. What the rules say beyond the permission (nobody judges their own work) the request finds. */
        InboxAction: {
            /**
             * @description The request that does it, a `POST`; its body is that of the operation.
             * @example /v1/work-orders/0197a000-0000-7000-8000-000000000001/offer
             */
            href: string;
            /**
             * @description The `If-Match` of the request; `null` where it needs none.
             * @example "3"
             */
            if_match: string | null;
            /**
             * @description What.
             * @example offer
             */
            name: string;
        };
        /** @description How many items of a kind wait. */
        InboxCount: components["schemas"]["Total"] & {
            /** @description Why they wait. */
            kind: components["schemas"]["InboxKind"];
        };
        /** @enum {string} */
        InboxKind: "draft" | "failed_visit" | "hold_request" | "offer_expiring" | "round" | "finding" | "ready_to_close" | "deferral_due" | "overdue" | "outside" | "evidence" | "conflict" | "quarantine" | "clock";
        /** @description Who looks after an item. */
        InboxOwner: {
            /** @description Who. */
            person: components["schemas"]["PersonView"];
            /** @description Until when, unless they prolong it. */
            until: components["schemas"]["Instant"];
        };
        /** @description What waits, whole. */
        InboxSubject: {
            /** @enum {string} */
            type: "work_order";
            /** @description An order. */
            value: components["schemas"]["WorkOrderView"];
        } | {
            /** @enum {string} */
            type: "round";
            /** @description A round. */
            value: components["schemas"]["RoundView"];
        } | {
            /** @enum {string} */
            type: "ticket";
            /** @description A ticket. */
            value: components["schemas"]["TicketView"];
        } | {
            /** @enum {string} */
            type: "conflict";
            /** @description A conflict. */
            value: components["schemas"]["ConflictView"];
        } | {
            /** @enum {string} */
            type: "quarantined";
            /** @description What a device sent that is set aside. */
            value: components["schemas"]["QuarantinedView"];
        } | {
            /** @enum {string} */
            type: "device";
            /** @description A device. */
            value: components["schemas"]["DeviceView"];
        };
        /** @description What waits for a person of the office. */
        InboxView: components["schemas"]["Listed_InboxItem"] & {
            /** @description How many of each kind wait, whatever `kind` says. */
            counts: components["schemas"]["InboxCount"][];
        };
        /** @description Of `inspection.submit`. */
        InspectNeeds: {
            checklist?: components["schemas"]["NeedLevel"] | null;
            photos?: components["schemas"]["NeedLevel"] | null;
            quantities?: components["schemas"]["NeedLevel"] | null;
            start?: components["schemas"]["NeedLevel"] | null;
            visit?: components["schemas"]["NeedLevel"] | null;
        };
        /**
         * @description The findings of an inspection. Beside `findings` each value is as the device sent it: what could not be used is kept and counts for
         *     nothing.
         */
        InspectionFindings: {
            /** @description The ticket that this one duplicates: a UUID, if it could be used. */
            duplicate_of?: unknown;
            /** @description What the inspection came to. */
            findings: components["schemas"]["Findings"];
            /** @description What is needed: `[{item, quantity, unit}]`, if it could be used. */
            quantities?: unknown;
            /** @description How bad, in the city's own words: a text, if it could be used. */
            severity?: unknown;
        };
        /** @description The arguments of `inspection.submit`. */
        InspectionSubmitArgs: {
            duplicate_of?: components["schemas"]["Id"] | null;
            /** @description What was found. */
            findings: components["schemas"]["Findings"];
            /** @description What is needed; entries that can be used. */
            quantities?: components["schemas"]["Quantity"][] | null;
            /** @description How bad, in the city's own words. */
            severity?: string | null;
        };
        InspectionSubmitMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["InspectionSubmitArgs"];
            /** @enum {string} */
            cmd: "inspection.submit";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "inspection.submit";
        };
        /** @enum {string} */
        InspectorReason: "area_differs" | "larger_area" | "more_load" | "farther" | "account_id";
        /** Format: date-time */
        Instant: string;
        /** @description What of one kind that is asked for is there. */
        KindView: {
            /**
             * Format: int32
             * @description So many are declared.
             */
            declared: number;
            /** @description How far it has come. */
            evidence: components["schemas"]["EvidenceState"];
            /** @description Kind of photo. */
            kind: components["schemas"]["PhotoKind"];
            /**
             * Format: int32
             * @description So many are asked for.
             */
            min: number;
            /**
             * Format: int32
             * @description Of so many the bytes are stored.
             */
            stored: number;
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownDirection: {
            /** @description The value. */
            value: components["schemas"]["Direction"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description The epoch that the author knew. */
        KnownEpoch: {
            /**
             * Format: int64
             * @description `null` of what is about no work order.
             */
            epoch?: number | null;
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownFormat: {
            /** @description The value. */
            value: components["schemas"]["Format"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownInstant: {
            /** @description The value. */
            value: components["schemas"]["Instant"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownNumber: {
            /**
             * Format: double
             * @description The value.
             */
            value: number;
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownOrientation: {
            /**
             * Format: int32
             * @description The value.
             */
            value: number;
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownPixels: {
            /** @description The value. */
            value: components["schemas"]["Pixels"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownPoint: {
            /** @description The value. */
            value: components["schemas"]["Point"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownText: {
            /** @description The value. */
            value: string;
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A value of a picture, such as `{"value": …}`, or why it is not known, such as `{"unknown": "no_exif"}`. */
        KnownTime: {
            /** @description The value. */
            value: components["schemas"]["CameraTime"];
        } | {
            /** @description Why it is not known. */
            unknown: components["schemas"]["Gap"];
        };
        /** @description A late report. */
        LateSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description The report. */
            event: components["schemas"]["Id"];
            /** @description What was done. */
            kind: components["schemas"]["WorkEventKind"];
        };
        /** @description Where the order is now. */
        LateState: {
            /** @description Whether another party has done the work too. */
            double_work: boolean;
            /**
             * Format: int64
             * @description Its epoch.
             */
            epoch: number;
            /** @description Its state. */
            state: components["schemas"]["WorkOrderState"];
            submitted_at?: components["schemas"]["Instant"] | null;
        };
        /** @description A verdict on a round that the order had left behind. */
        LateVerdict: {
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description By whom. */
            by: components["schemas"]["Id"];
            /** @description What was found to be wrong. */
            defects: components["schemas"]["Defect"][];
            /** @description By which command. */
            mutation: components["schemas"]["Id"];
            /** @description The verdict. */
            verdict: components["schemas"]["RoundVerdict"];
        };
        /** @description A ticket that the call may be about, with a picture of it. */
        LikelyDuplicate: components["schemas"]["SuggestionView"] & {
            photo: components["schemas"]["Id"] | null;
        };
        /** @enum {string} */
        Likeness: "likely" | "possible";
        /** @description For which file a link is. */
        LinkBody: {
            /** @description In which size. */
            size: components["schemas"]["ContentSize"];
        };
        /** @description A link to a picture. */
        LinkView: {
            /** @description Until when it is good, if the login that it was made in goes on. */
            expires_at: components["schemas"]["Instant"];
            /** @description Path and query, below the address of the server. Whoever has it sees the picture: it is no more to be passed on than the picture. */
            url: string;
        };
        /** @description One page of a list. */
        Listed_AccountView: {
            /** @description The rows. */
            items: components["schemas"]["AccountView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_AreaView: {
            /** @description The rows. */
            items: components["schemas"]["AreaView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_AuditView: {
            /** @description The rows. */
            items: components["schemas"]["AuditView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_CallView: {
            /** @description The rows. */
            items: components["schemas"]["CallView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_CategoryView: {
            /** @description The rows. */
            items: components["schemas"]["CategoryView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_ConflictView: {
            /** @description The rows. */
            items: components["schemas"]["ConflictView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_ContractView: {
            /** @description The rows. */
            items: components["schemas"]["ContractView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_CoverageView: {
            /** @description The rows. */
            items: components["schemas"]["CoverageView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_DeviceView: {
            /** @description The rows. */
            items: components["schemas"]["DeviceView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_ErrorCode: {
            /** @description The rows. */
            items: components["schemas"]["ErrorCode"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_InboxItem: {
            /** @description The rows. */
            items: {
                /** @description What you may do about it. */
                actions: components["schemas"]["InboxAction"][];
                due_at: components["schemas"]["Instant"] | null;
                /**
                 * @description Identity: the same as long as its cause lasts.
                 * @example draft-0197a000-0000-7000-8000-000000000001
                 */
                id: string;
                /** @description Why it waits. */
                kind: components["schemas"]["InboxKind"];
                owner: components["schemas"]["InboxOwner"] | null;
                /** @description Since when it waits. */
                since: components["schemas"]["Instant"];
                /** @description What waits. */
                subject: components["schemas"]["InboxSubject"];
                ticket: components["schemas"]["TicketSummary"] | null;
            }[];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_NoticeView: {
            /** @description The rows. */
            items: components["schemas"]["NoticeView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_OrganisationView: {
            /** @description The rows. */
            items: components["schemas"]["OrganisationView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_PatrolView: {
            /** @description The rows. */
            items: components["schemas"]["PatrolView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_PhotoView: {
            /** @description The rows. */
            items: components["schemas"]["PhotoView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_QuarantinedView: {
            /** @description The rows. */
            items: components["schemas"]["QuarantinedView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_RoundView: {
            /** @description The rows. */
            items: components["schemas"]["RoundView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_SuggestionView: {
            /** @description The rows. */
            items: components["schemas"]["SuggestionView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_TicketView: {
            /** @description The rows. */
            items: components["schemas"]["TicketView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_VocabularyKind: {
            /** @description The rows. */
            items: components["schemas"]["VocabularyKind"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_WebhookDeliveryView: {
            /** @description The rows. */
            items: components["schemas"]["WebhookDeliveryView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_WebhookView: {
            /** @description The rows. */
            items: components["schemas"]["WebhookView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description One page of a list. */
        Listed_WorkOrderView: {
            /** @description The rows. */
            items: components["schemas"]["WorkOrderView"][];
            /** @description The cursor of the next page; absent at the end. */
            next_cursor: string | null;
        };
        /** @description Where a point lies. */
        LocateAnswer: {
            /** @description Every area that holds the point. */
            areas: components["schemas"]["Id"][];
            /** @description Inside, near a border, outside but near, or outside everything. */
            boundary: components["schemas"]["Boundary"];
            /** @description Those of them that nothing lies below. */
            leaf_areas: components["schemas"]["Id"][];
        };
        /** @description Who wants to log in. */
        LoginBody: {
            /** @description `known_client` of the client's last login: with it what strangers try at this login does not lock the client out. */
            known_client?: string;
            /**
             * @description Login name.
             * @example operator
             */
            login: string;
            /** @description Another one, which takes its place at once and ends every other login. Asked for by `password_change_required`. */
            new_password?: string;
            /** @description Password. */
            password: string;
        };
        /** @description Count and hash of a channel. */
        ManifestDigest: {
            /** @description Sum of their hashes modulo 2⁶⁴, 16 hex digits. */
            h: string;
            /**
             * Format: int64
             * @description Number of rows.
             */
            n: number;
        };
        /** @description `POST /v1/sync/manifest`. */
        ManifestRequest: {
            after?: components["schemas"]["RowKey"] | null;
            /** @description Of which channel. */
            channel: components["schemas"]["Channel"];
            /** @description The device that asks. */
            device: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description At most so many rows; the server may send fewer.
             * @default 5000
             */
            limit: number | null;
            /**
             * Format: int64
             * @description Version of the protocol.
             */
            schema?: number;
        };
        /** @description What a channel carries, without the rows themselves: one page, out of one snapshot. */
        ManifestResponse: {
            /** @description Of which channel. */
            channel: components["schemas"]["Channel"];
            /** @description Count and hash of the whole channel, in the snapshot of this page. */
            digest: components["schemas"]["ManifestDigest"];
            /** @description The feed that the revisions belong to. */
            feed_epoch: string;
            /**
             * Format: int64
             * @description Changes with every change of the channel: pages with the same head are of one state.
             */
            head: number;
            next: components["schemas"]["RowKey"] | null;
            /** @description The rows, by type and id. */
            rows: components["schemas"]["ManifestRow"][];
            /** @description The server's clock. */
            server_time: components["schemas"]["Instant"];
        };
        /** @description A row that a channel carries. */
        ManifestRow: {
            /**
             * Format: uuid
             * @description Id of the row.
             */
            id: string;
            /** @description Type of the row. */
            t: string;
            /**
             * Format: int64
             * @description Revision.
             */
            v: number;
        };
        /** @description The arguments of `measurement.add`. */
        MeasurementAddArgs: {
            /** @description Code of what was measured. */
            item: string;
            /** @description Id of the measurement. */
            measurement: components["schemas"]["Id"];
            /**
             * Format: double
             * @description How much.
             */
            quantity: number;
            supersedes?: components["schemas"]["Id"] | null;
            /** @description In which unit. */
            unit: string;
            visit?: components["schemas"]["Id"] | null;
        };
        MeasurementAddMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["MeasurementAddArgs"];
            /** @enum {string} */
            cmd: "measurement.add";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "measurement.add";
        };
        /** @description A measured quantity. A correction is another row that supersedes it. */
        MeasurementRow: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Code of what was measured. */
            item: string;
            /**
             * Format: double
             * @description How much.
             */
            quantity: number;
            supersedes: components["schemas"]["Id"] | null;
            /** @description At which ticket. */
            ticket: components["schemas"]["Id"];
            /** @description In which unit, such as `m2`, `m`, `t`, `piece`. */
            unit: string;
            visit: components["schemas"]["Id"] | null;
            work_order: components["schemas"]["Id"] | null;
        };
        /** @description A measurement. */
        MeasurementSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description Effective stamp. */
            at: components["schemas"]["Instant"];
            /** @description Its row. */
            measurement: components["schemas"]["Id"];
            /**
             * Format: double
             * @description How much.
             */
            quantity: number;
        };
        /** @description It is the same as another. */
        MergeBody: {
            /** @description The ticket that stays. */
            into: components["schemas"]["Id"];
            /** @description In words. */
            note?: string | null;
        };
        /** @description Whether a fix was simulated: as a boolean, or as the word that the row has. */
        MockArgument: boolean | components["schemas"]["MockFlag"];
        /** @enum {string} */
        MockFlag: "real" | "mock" | "unknown";
        /** @description A command with what its author knew. */
        Mutation: components["schemas"]["TicketCreateMutation"] | components["schemas"]["TicketEditMutation"] | components["schemas"]["TicketProposeMutation"] | components["schemas"]["NoteAddMutation"] | components["schemas"]["NoteEditMutation"] | components["schemas"]["NoteRemoveMutation"] | components["schemas"]["VisitRecordMutation"] | components["schemas"]["VisitLeaveMutation"] | components["schemas"]["PatrolRecordMutation"] | components["schemas"]["PhotoAddMutation"] | components["schemas"]["PhotoRemoveMutation"] | components["schemas"]["MeasurementAddMutation"] | components["schemas"]["ChecklistAnswerMutation"] | components["schemas"]["WorkAcceptMutation"] | components["schemas"]["WorkDeclineMutation"] | components["schemas"]["WorkStartMutation"] | components["schemas"]["WorkRequestHoldMutation"] | components["schemas"]["WorkResumeMutation"] | components["schemas"]["WorkSubmitMutation"] | components["schemas"]["WorkFailVisitMutation"] | components["schemas"]["WorkRetractMutation"] | components["schemas"]["InspectionSubmitMutation"] | components["schemas"]["RoundVerifyMutation"] | components["schemas"]["RoundReworkMutation"];
        /** @description What every mutation has beside its command: its place and what its author knew. */
        MutationHead: {
            actor?: components["schemas"]["Id"] | null;
            at?: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description The revision of the entity that the author had seen.
             */
            base?: number | null;
            /** @description The device's boot then. */
            boot?: string | null;
            /**
             * Format: uuid
             * @description What it is about: a ticket or a work order; of what makes a ticket or a patrol, the new one.
             */
            entity: string;
            /**
             * Format: int64
             * @description The epoch of the work order that the author knew.
             */
            epoch?: number | null;
            group?: components["schemas"]["Id"] | null;
            /** @description Identity, made by the device. */
            id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description The stamp of the entity that the author had seen, microseconds.
             */
            seen_ts?: number | null;
            /**
             * Format: int64
             * @description Place in the device's sequence, from 1 without gaps.
             */
            seq: number;
            /**
             * Format: int64
             * @description The device's uptime then, milliseconds.
             */
            up?: number | null;
            /**
             * Format: int64
             * @description Version of the command.
             * @default 1
             */
            v: number;
        };
        /** @description What became of one mutation. */
        MutationResult: {
            code?: components["schemas"]["OutcomeCode"] | null;
            conflict?: components["schemas"]["Id"] | null;
            /** @description In a sentence. */
            detail?: string | null;
            id: components["schemas"]["Id"] | null;
            /** @description Whether this is the stored answer to a mutation that was sent before. */
            replayed: boolean;
            /**
             * Format: int64
             * @description Of which mutation; `null` if it could not be read, or if another device sent it last.
             */
            seq: number | null;
            state?: components["schemas"]["EntityState"] | null;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description The revision that the entity has now.
             */
            v?: number | null;
            /** @description Values that could not be used, though the mutation was. */
            warnings?: components["schemas"]["MutationWarning"][];
        };
        /** @description A value of a mutation that could not be used as it was sent. */
        MutationWarning: {
            /** @description What became of it. */
            code: components["schemas"]["WarningCode"];
            /** @description What was sent, what would be right, and what stands in its place. */
            detail: string;
            /** @description Where it stands: JSON pointer into the mutation. */
            pointer: string;
        };
        /** @enum {string} */
        Need: "visit" | "start" | "photos" | "checklist" | "quantities";
        /** @enum {string} */
        NeedLevel: "off" | "flag" | "hold";
        /** @description A new account. */
        NewAccount: {
            /** @description Name that colleagues see. */
            display_name: string;
            /**
             * @description `fa` or `en`.
             * @default fa
             */
            locale: string;
            /** @description Login name. */
            login: string;
            /**
             * @description Whether its owner must choose another password when they log in first.
             * @default true
             */
            must_change_password: boolean;
            /** @description Without one nobody can log in yet: a one-time code lets its owner choose one (`POST /v1/accounts/{id}/access-code`). */
            password?: string | null;
            /**
             * @description Phone as it is said, with or without country and area code; kept sealed, in no answer.
             * @example +989121234567
             */
            phone?: string | null;
        };
        /** @description A call that registers no ticket. */
        NewCall: {
            /** @description How it ended. */
            outcome: components["schemas"]["CallOutcome"];
            /**
             * @description The caller's phone as it was said, with or without country and area code; kept sealed.
             * @example +989121234567
             */
            phone?: string | null;
            ticket?: components["schemas"]["Id"] | null;
        };
        /** @description A defect that is found. */
        NewDefect: {
            /**
             * @description Code.
             * @example debris_left
             */
            code: string;
            /** @description In words. */
            note?: string | null;
        };
        /** @description A role to grant. */
        NewGrant: {
            /** @description Where, with all that lies below. */
            areas?: components["schemas"]["Id"][];
            organisation_id?: components["schemas"]["Id"] | null;
            /** @description The role. */
            role: components["schemas"]["Role"];
            valid_from?: components["schemas"]["Instant"] | null;
            valid_to?: components["schemas"]["Instant"] | null;
        };
        /** @description A new ticket. */
        NewTicket: {
            /** @description Where, in words. */
            address_text?: string | null;
            /**
             * @description The caller's phone as it was said, with or without country and area code; kept sealed, in no answer.
             * @example +989121234567
             */
            caller_phone?: string | null;
            /**
             * @description The category's id or code.
             * @example roads.pothole
             */
            category: string;
            id?: components["schemas"]["Id"] | null;
            /** @description Where. */
            point: components["schemas"]["Point"];
            /**
             * @description Where the point came from.
             * @default map
             */
            point_source: components["schemas"]["PointSource"];
            /** @description Identity in another system; the same one twice is refused. */
            source_ref?: string | null;
            /** @description The citizen's words. */
            text: string;
        };
        /** @description The arguments of `note.add`. */
        NoteAddArgs: {
            /** @description Id of the note. */
            note: components["schemas"]["Id"];
            /** @description The text. */
            text: string;
        };
        NoteAddMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["NoteAddArgs"];
            /** @enum {string} */
            cmd: "note.add";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "note.add";
        };
        /** @description The arguments of `note.edit`. */
        NoteEditArgs: {
            /** @description Which note. */
            note: components["schemas"]["Id"];
            /** @description The new text. */
            text: string;
        };
        NoteEditMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["NoteEditArgs"];
            /** @enum {string} */
            cmd: "note.edit";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "note.edit";
        };
        /** @description The arguments of `note.remove`. */
        NoteRemoveArgs: {
            /** @description Which note. */
            note: components["schemas"]["Id"];
        };
        NoteRemoveMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["NoteRemoveArgs"];
            /** @enum {string} */
            cmd: "note.remove";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "note.remove";
        };
        /** @description Text by a person, or by the system. */
        NoteRow: {
            actor: components["schemas"]["Id"] | null;
            /** @description Who may read it. */
            audience: components["schemas"]["Audience"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            removed_at: components["schemas"]["Instant"] | null;
            /** @description The text. */
            text: string;
            /** @description On which ticket. */
            ticket: components["schemas"]["Id"];
            work_order: components["schemas"]["Id"] | null;
        };
        /** @enum {string} */
        NoticeKind: "reveal_granted" | "reveal_access";
        /** @description Something that one administrator did and the others should know. */
        NoticeView: {
            /** @description Whose account it is about. */
            account_id: components["schemas"]["Id"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What happened. */
            kind: components["schemas"]["NoticeKind"];
            /** @description When. */
            raised_at: components["schemas"]["Instant"];
            raised_by: components["schemas"]["Id"] | null;
            seen_at: components["schemas"]["Instant"] | null;
            seen_by: components["schemas"]["Id"] | null;
        };
        /** @description An objection. */
        ObjectionBody: {
            /** @description Why. */
            reason: string;
            rework_due?: components["schemas"]["Instant"] | null;
        };
        /** @description To whom an order goes: an organisation, or an inspector. */
        OfferBody: {
            account?: components["schemas"]["Id"] | null;
            organisation?: components["schemas"]["Id"] | null;
            /** @description Why. */
            reason: string;
        };
        /** @description The evidence of an order. */
        OrderEvidence: {
            /** @description Attempt by attempt. */
            attempts: components["schemas"]["AttemptView"][];
            /** @description How far the photos that it asks for have come. */
            evidence: components["schemas"]["EvidenceState"];
            /** @description What a submission must bring. */
            evidence_needs: components["schemas"]["EvidenceNeeds"];
            /** @description What of each kind that it asks for is there. */
            kinds: components["schemas"]["KindView"][];
            /** @description What its newest report lacks of what the category asks for. */
            missing: components["schemas"]["Need"][];
            /** @description Of which order. */
            work_order: components["schemas"]["Id"];
        };
        /** @description Where the order is. */
        OrderState: {
            /** @description Its state. */
            state: components["schemas"]["WorkOrderState"];
        };
        /** @description What is said of an organisation. */
        OrganisationData: {
            /** @description Short code; it stays when the organisation is changed. */
            code: string;
            /** @description What it is to the city. */
            kind: components["schemas"]["OrganisationKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            parent_id?: components["schemas"]["Id"] | null;
            /**
             * @description In use or not.
             * @default active
             */
            state: components["schemas"]["ActiveState"];
        };
        /** @enum {string} */
        OrganisationKind: "municipality" | "region_office" | "partner" | "contractor" | "emergency_group";
        /** @description An organisation by name. */
        OrganisationName: {
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Its name, in the language of the reader. */
            name: string;
        };
        /** @description An organisation. */
        OrganisationRow: {
            /** @description Short code, unique. */
            code: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What it is to the city. */
            kind: components["schemas"]["OrganisationKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            /** @description Whether it is in use. */
            state: components["schemas"]["ActiveState"];
        };
        /** @description An organisation. */
        OrganisationView: {
            /** @description Short code. */
            code: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What it is to the city. */
            kind: components["schemas"]["OrganisationKind"];
            /** @description English name. */
            name_en: string;
            /** @description Persian name. */
            name_fa: string;
            parent_id: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description In use or not. */
            state: components["schemas"]["ActiveState"];
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @enum {string} */
        Outcome: "chosen" | "passed_over";
        /** @enum {string} */
        OutcomeCode: "stale_epoch" | "epoch_unknown" | "concurrent_edit" | "parallel_update" | "terminal_state" | "deleted_entity" | "already_submitted" | "not_assigned" | "not_permitted" | "actor_mismatch" | "unknown_entity" | "dependency" | "invalid_transition" | "validation" | "malformed" | "unknown_command" | "unsupported_version" | "too_large" | "id_reuse" | "clock_suspect" | "quarantined";
        /** @description Coverages that say the same. */
        OverlapView: {
            /** @description Where. */
            area_id: components["schemas"]["Id"];
            category_id: components["schemas"]["Id"] | null;
            /** @description Which. */
            coverages: components["schemas"]["Id"][];
            /**
             * Format: int64
             * @description At which rank.
             */
            rank: number;
        };
        /** @description Your own account. */
        OwnAccountView: components["schemas"]["AccountView"] & {
            /** @description What the roles that you hold now allow, anywhere; where they hold is in `grants`. */
            permissions: components["schemas"]["Permission"][];
        };
        /** @description That it is the owner who asks. */
        OwnDevice: {
            /** @description Your password. */
            password: string;
        };
        /** @description Before and after; of a photo that stands alone the other is absent. */
        PairView: {
            after: components["schemas"]["ShownPhoto"] | null;
            before: components["schemas"]["ShownPhoto"] | null;
        };
        /** @description Who works at a ticket of a category, or would be asked to. */
        PartySide: {
            /** @description The category of the ticket. */
            category: components["schemas"]["Id"];
            contract?: components["schemas"]["Id"] | null;
            coverage?: components["schemas"]["Id"] | null;
            organisation?: components["schemas"]["Id"] | null;
        };
        /** @description A new password of one's own. */
        PasswordChange: {
            /** @description The new one. */
            new_password: string;
            /** @description The one in force. */
            old_password: string;
        };
        /** @description A new password for somebody. */
        PasswordReset: {
            /** @description The new password. */
            password: string;
        };
        /** @enum {string} */
        PatrolOutcome: "nothing_found" | "reported" | "cut_short";
        /** @description The arguments of `patrol.record`. */
        PatrolRecordArgs: {
            area?: components["schemas"]["Id"] | null;
            end_point?: components["schemas"]["Point"] | null;
            finished_at?: components["schemas"]["Instant"] | null;
            /** @description Whether the fixes were simulated. */
            mock?: components["schemas"]["MockArgument"];
            /** @description In words. */
            note?: string | null;
            /** @description What came of it. */
            outcome: components["schemas"]["PatrolOutcome"];
            start_point?: components["schemas"]["Point"] | null;
            started_at?: components["schemas"]["Instant"] | null;
            /** @description The tickets that were registered for what was found; needed if the outcome is `reported`. */
            tickets?: components["schemas"]["Id"][] | null;
        };
        PatrolRecordMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["PatrolRecordArgs"];
            /** @enum {string} */
            cmd: "patrol.record";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "patrol.record";
        };
        /** @description A round through an area without a ticket. */
        PatrolRow: {
            /** @description Who went. */
            actor: components["schemas"]["Id"];
            area: components["schemas"]["Id"] | null;
            end_point: components["schemas"]["Point"] | null;
            /** @description End, corrected by the server. */
            finished_at: components["schemas"]["Instant"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Whether the fixes were simulated. */
            mock: components["schemas"]["MockFlag"];
            /** @description In words. */
            note: string | null;
            /** @description What came of it. */
            outcome: components["schemas"]["PatrolOutcome"];
            start_point: components["schemas"]["Point"] | null;
            started_at: components["schemas"]["Instant"] | null;
            /** @description The tickets that the person registered for what they found, as the device named them. */
            tickets: components["schemas"]["Id"][];
        };
        /** @description A patrol as the office sees it. */
        PatrolView: components["schemas"]["PatrolRow"] & {
            device: components["schemas"]["Id"] | null;
            organisation: components["schemas"]["Id"] | null;
            /** @description When the server heard of it. */
            received_at: components["schemas"]["Instant"];
        };
        /** @enum {string} */
        Permission: "own" | "account.manage" | "account.read" | "device.manage" | "area.manage" | "area.read" | "catalogue.manage" | "catalogue.read" | "contract.manage" | "contract.read" | "ticket.create" | "ticket.read" | "ticket.manage" | "call.manage" | "caller.reveal" | "work.read" | "work.manage" | "work.perform" | "round.verify" | "conflict.read" | "conflict.resolve" | "sync" | "audit.read" | "import.run" | "webhook.manage";
        /** @description A person by name. */
        PersonView: {
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /**
             * @description The name that they show; `null`: the system itself, or, for people of a contractor, somebody who is none of theirs.
             * @example مریم احمدی
             */
            name: string | null;
        };
        /** @description The arguments of `photo.add`. */
        PhotoAddArgs: {
            /**
             * Format: int64
             * @description Number of bytes.
             */
            bytes: number;
            captured_at?: components["schemas"]["Instant"] | null;
            /**
             * Format: double
             * @description Compass direction, degrees.
             */
            heading_deg?: number | null;
            /**
             * Format: int64
             * @description Pixels down.
             */
            height?: number | null;
            /**
             * @description What it is meant to show.
             * @default during
             */
            kind: components["schemas"]["PhotoKind"];
            /**
             * @description Media type, `image/…`; `application/octet-stream` if it is not known.
             * @default application/octet-stream
             */
            mime: string;
            /** @description Whether the fix was simulated. */
            mock?: components["schemas"]["MockArgument"];
            /** @description Id of the photo. */
            photo: components["schemas"]["Id"];
            point?: components["schemas"]["Point"] | null;
            /** @description SHA-256 of the bytes, 64 hex digits. */
            sha256: string;
            visit?: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Pixels across.
             */
            width?: number | null;
        };
        PhotoAddMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["PhotoAddArgs"];
            /** @enum {string} */
            cmd: "photo.add";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "photo.add";
        };
        /** @enum {string} */
        PhotoKind: "before" | "during" | "after" | "defect" | "document";
        /** @description The arguments of `photo.remove`. */
        PhotoRemoveArgs: {
            /** @description Which photo. */
            photo: components["schemas"]["Id"];
        };
        PhotoRemoveMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["PhotoRemoveArgs"];
            /** @enum {string} */
            cmd: "photo.remove";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "photo.remove";
        };
        /** @description A photo, by the metadata of its capture. How its bytes go up: `api-spec/uploads.md`. */
        PhotoRow: {
            /** @description Who took it. */
            actor: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description Number of bytes.
             */
            bytes: number;
            /** @description Capture, corrected by the server. */
            captured_at: components["schemas"]["Instant"];
            /**
             * Format: double
             * @description Compass direction of the camera, degrees from north, 0…360.
             */
            heading_deg: number | null;
            /**
             * Format: int64
             * @description Pixels down.
             */
            height: number | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What it is meant to show. */
            kind: components["schemas"]["PhotoKind"];
            /** @description Media type. */
            mime: string;
            /** @description Whether the fix was simulated. */
            mock: components["schemas"]["MockFlag"];
            point: components["schemas"]["Point"] | null;
            removed_at: components["schemas"]["Instant"] | null;
            /** @description SHA-256 of the bytes, 64 hex digits. */
            sha256: string;
            /** @description Where the bytes are. */
            state: components["schemas"]["PhotoState"];
            /** @description Of which ticket. */
            ticket: components["schemas"]["Id"];
            /** @description What the checks found. Their figures name thresholds and other people's photos, so they stay at the office. */
            verdicts: components["schemas"]["PhotoVerdict"][];
            visit: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Pixels across.
             */
            width: number | null;
            work_order: components["schemas"]["Id"] | null;
        };
        /** @description A photo whose bytes have not come. */
        PhotoSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When it was taken, as the server estimates it. */
            captured_at: components["schemas"]["Instant"];
            device?: components["schemas"]["Id"] | null;
            /** @description What it shows. */
            kind: components["schemas"]["PhotoKind"];
            organisation?: components["schemas"]["Id"] | null;
            /** @description Which. */
            photo: components["schemas"]["Id"];
            /** @description When the server heard of it. */
            received_at: components["schemas"]["Instant"];
        };
        /** @enum {string} */
        PhotoState: "promised" | "partial" | "stored" | "failed";
        /** @description What a check of a photo found. */
        PhotoVerdict: {
            /** @description Which check; `docs/evidence.md` says what each compares. */
            check: string;
            /** @description What it found. */
            result: components["schemas"]["VerdictResult"];
        };
        /** @description A photo's metadata. */
        PhotoView: {
            /** @description Who took it. */
            actor: components["schemas"]["PersonView"];
            /**
             * Format: int64
             * @description Number of bytes.
             */
            bytes: number;
            /** @description Capture by the device's clock. */
            captured_at: components["schemas"]["Instant"];
            /** @description Capture as the server corrects it. */
            captured_est: components["schemas"]["Instant"];
            device: components["schemas"]["Id"] | null;
            /**
             * Format: double
             * @description Compass direction of the camera, degrees from north.
             */
            heading_deg: number | null;
            /**
             * Format: int64
             * @description Pixels down.
             */
            height: number | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What it is meant to show. */
            kind: components["schemas"]["PhotoKind"];
            /** @description Media type. */
            mime: string;
            /** @description Whether the fix was simulated. */
            mock: components["schemas"]["MockFlag"];
            organisation: components["schemas"]["OrganisationName"] | null;
            point: components["schemas"]["Point"] | null;
            reading?: components["schemas"]["ReadingView"] | null;
            /** @description When the server heard of it. */
            received_at: components["schemas"]["Instant"];
            removed_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description SHA-256 of the bytes, 64 hex digits. */
            sha256: string;
            /** @description Where the bytes are. */
            state: components["schemas"]["PhotoState"];
            ticket: components["schemas"]["TicketSummary"] | null;
            /** @description Of which ticket. */
            ticket_id: components["schemas"]["Id"];
            /** @description What the checks found. */
            verdicts: components["schemas"]["VerdictView"][];
            visit: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Pixels across.
             */
            width: number | null;
            work_order: components["schemas"]["Id"] | null;
        };
        /**
         * Format: binary
         * @description The bytes of a file.
         */
        PictureBytes: string;
        /** @enum {string} */
        PictureState: "waiting" | "read" | "failed";
        /** @description Width and height. */
        Pixels: {
            /**
             * Format: int32
             * @description Down.
             */
            height: number;
            /**
             * Format: int32
             * @description Across.
             */
            width: number;
        };
        /** @description Where a ticket is, for people. */
        Place: {
            /** @description In words, without numbers that look like phones or national ids. */
            address: string | null;
            /** @description The areas that hold the point. */
            areas: components["schemas"]["AreaName"][];
        };
        Point: {
            /** @description Radius of 68 % confidence, metres; absent or `null` if not known */
            accuracy_m?: number | null;
            lat: number;
            lon: number;
        };
        /** @description A point. */
        PointGeometry: {
            /** @description Longitude, latitude. */
            coordinates: number[];
            type: components["schemas"]["PointGeometryType"];
        };
        /**
         * @description `Point`.
         * @enum {string}
         */
        PointGeometryType: "Point";
        /** @enum {string} */
        PointSource: "gps" | "map" | "address" | "import";
        /** @description What is known of a call so far. */
        PreviewBody: {
            /** @description Where, in words. */
            address_text?: string | null;
            /**
             * @description The category's id or code.
             * @example roads.pothole
             */
            category: string;
            /** @description Where. */
            point: components["schemas"]["Point"];
            /** @description The citizen's words so far. */
            text?: string;
        };
        /** @description Who would be asked to do what. */
        PreviewOrder: {
            accept_due: components["schemas"]["Instant"] | null;
            account: components["schemas"]["PersonView"] | null;
            explanation?: components["schemas"]["Explanation"] | null;
            /** @description What is to be done. */
            kind: components["schemas"]["WorkOrderKind"];
            organisation: components["schemas"]["OrganisationName"] | null;
            resolve_due: components["schemas"]["Instant"] | null;
        };
        /** @description What a registration would make at this moment. */
        PreviewView: {
            /** @description How clearly the point lies in the areas. */
            boundary: components["schemas"]["Boundary"];
            /** @description Tickets that may be the same thing, the likeliest first. */
            duplicates: components["schemas"]["LikelyDuplicate"][];
            /** @description Hazard. */
            hazard: components["schemas"]["Hazard"];
            /** @description Where the point lies. */
            place: components["schemas"]["Place"];
            /** @description Priority. */
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["Instant"] | null;
            /** @description What would be asked of whom. */
            work_orders: components["schemas"]["PreviewOrder"][];
        };
        /** @enum {string} */
        Priority: "low" | "normal" | "high" | "urgent";
        /** @description An error (RFC 9457). Further members are facts that a program can act on, such as `expected_seq`. */
        Problem: {
            /**
             * @description The code; see `/v1/errors`.
             * @example validation
             */
            code: string;
            /** @description What happened here, in a sentence. */
            detail?: string | null;
            /** @description Which fields are wrong. */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * Format: uuid
             * @description The request, as in the header `X-Request-Id` and in the server's log.
             */
            request_id: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * Format: int32
             * @description HTTP status.
             * @example 422
             */
            status: number;
            /** @description What the code means. */
            title: string;
            /**
             * @description Where the code is explained.
             * @example /v1/errors/validation
             */
            type: string;
        };
        /** @description How much of a long pull is done, in rows. */
        Progress: {
            /**
             * Format: int64
             * @description Rows sent.
             */
            done: number;
            /**
             * Format: int64
             * @description Rows in all.
             */
            total: number;
        };
        /** @description What `ticket.propose` proposes: at least one of it. */
        Proposal: {
            category?: components["schemas"]["Id"] | null;
            deferral?: components["schemas"]["Deferral"] | null;
            priority?: components["schemas"]["Priority"] | null;
        };
        /** @description What somebody in the field proposes. */
        ProposalSide: {
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description Who. */
            by: components["schemas"]["Id"];
            /** @description What. */
            propose: components["schemas"]["Proposal"];
            /** @description Why. */
            reason?: string | null;
        };
        /** @description `POST /v1/sync/pull`. */
        PullRequest: {
            /** @description Where the device is; none: at the beginning. */
            cursor?: string | null;
            /** @description The device that asks. */
            device: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description At most so many changes; the server may send fewer.
             * @default 500
             */
            limit: number | null;
            /** @description Names of channels to begin again. */
            reset?: string[];
            /**
             * Format: int64
             * @description Version of the protocol.
             */
            schema?: number;
        };
        /** @description One page of a pull. `changes` and `digest` name a channel by its place in `channels`. */
        PullResponse: {
            /** @description The changes. */
            changes: components["schemas"]["RowChange"][];
            /** @description The channels that the device's user reads. */
            channels: components["schemas"]["Channel"][];
            /** @description Whether the device now holds exactly what the snapshot of this page holds. */
            complete: boolean;
            /** @description Where the device is after the page. */
            cursor: string;
            /** @description How far the server is with the device. */
            device: components["schemas"]["PulledDevice"];
            /** @description Count and hash of each channel; only with a complete page. */
            digest: components["schemas"]["DigestItem"][];
            /** @description The feed that the cursor belongs to. */
            feed_epoch: string;
            /** @description Those of them that the cursor did not have. */
            gained: components["schemas"]["Channel"][];
            /** @description Those of the cursor that the user reads no longer. */
            lost: components["schemas"]["Channel"][];
            /** @description Whether there is another page. */
            more: boolean;
            progress?: components["schemas"]["Progress"] | null;
            /** @description Those that are sent from the beginning: what the device holds of them and does not get again is gone. */
            reset: components["schemas"]["Channel"][];
            /** @description The server's clock. */
            server_time: components["schemas"]["Instant"];
        };
        /** @description How far the server is with a device, in the answer to a pull: read in the snapshot of the page. */
        PulledDevice: {
            /**
             * Format: int64
             * @description The last seq of the device whose effects the page's snapshot holds.
             */
            applied_through: number;
        };
        /** @description `POST /v1/sync/push`. Of all but `device` and `mutations` a value that cannot be read counts as absent: it is in nobody's way. */
        PushRequest: {
            /**
             * Format: int64
             * @description Results up to this seq have arrived and need not be kept for the device.
             */
            acked_through?: number | null;
            /** @description The device's boot. */
            boot?: string | null;
            /** @description The device that sends. */
            device: components["schemas"]["Id"];
            /** @description The mutations in the order of their seq; each is read by [`super::mutation::parse_item`]. */
            mutations: components["schemas"]["Mutation"][];
            /**
             * Format: int64
             * @description Mutations that wait on the device, these included.
             */
            pending?: number | null;
            prev_chain?: components["schemas"]["Chain"] | null;
            /**
             * Format: int64
             * @description Version of the protocol.
             * @default 1
             */
            schema: number;
            sent_at?: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description The device's uptime now, milliseconds.
             */
            uptime_ms?: number | null;
        };
        /** @description The answer to a push. */
        PushResponse: {
            /**
             * Format: int64
             * @description The first seq that was not processed; it and all after it are to be sent again.
             */
            deferred_from: number | null;
            /** @description How far the server is with the device. */
            device: components["schemas"]["PushedDevice"];
            /** @description The feed that versions and cursors belong to. */
            feed_epoch: string;
            /** @description One for each mutation, in their order. */
            results: components["schemas"]["MutationResult"][];
            /**
             * Format: int64
             * @description How long to wait before that, milliseconds.
             */
            retry_after_ms: number;
            /** @description The server's clock. */
            server_time: components["schemas"]["Instant"];
        };
        /** @description How far the server is with a device, in the answer to a push. */
        PushedDevice: {
            /**
             * Format: int64
             * @description The last seq that was decided.
             */
            applied_through: number;
            /** @description The chain after it. */
            chain: components["schemas"]["Chain"];
        };
        /** @description A quantity of something. */
        Quantity: {
            /** @description Code of what was measured. */
            item: string;
            /**
             * Format: double
             * @description How much.
             */
            quantity: number;
            /** @description In which unit. */
            unit: string;
        };
        /** @description Why work was set aside: one of the two. */
        QuarantineReason: {
            contract_ended_at?: components["schemas"]["Instant"] | null;
            /** @description The grant had been revoked. */
            revoked?: boolean | null;
        };
        /** @description A mutation that was set aside. */
        QuarantinedSide: {
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description Which. */
            mutation: components["schemas"]["Id"];
        };
        /** @description A mutation that is kept aside. */
        QuarantinedView: {
            /** @description Who did it. */
            actor: components["schemas"]["Id"];
            /** @description The arguments as the device sent them; of what could not be read, all of it. So it may be any JSON. */
            args: unknown;
            /** @description By the device's clock. */
            at: components["schemas"]["Instant"];
            /**
             * @description The command; `?` if it could not be read.
             * @example note.add
             */
            cmd: string;
            code: components["schemas"]["OutcomeCode"] | null;
            /** @description In a sentence. */
            detail: string | null;
            /** @description With which device. */
            device: components["schemas"]["Id"];
            /**
             * Format: uuid
             * @description What it names.
             */
            entity: string;
            /** @description The estimated true time. */
            est: components["schemas"]["Instant"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description First receipt. */
            received_at: components["schemas"]["Instant"];
            /** @description What became of it: `conflict` as long as nobody has decided. */
            status: components["schemas"]["Status"];
        };
        /** @enum {string} */
        ReadFault: "missing" | "panicked" | "too_slow" | "abandoned";
        /** @description Everything that is read of a picture: each value, or why it is not known. */
        Reading: {
            /** @description Metres above sea level. */
            altitude_m: components["schemas"]["KnownNumber"];
            /** @description Where the camera looked. */
            direction: components["schemas"]["KnownDirection"];
            /** @description Format by content, whatever was declared. */
            format: components["schemas"]["KnownFormat"];
            /** @description The satellites' date and time. */
            gps_time: components["schemas"]["KnownInstant"];
            /** @description Maker of the camera. */
            make: components["schemas"]["KnownText"];
            /** @description Model of the camera. */
            model: components["schemas"]["KnownText"];
            /** @description EXIF orientation, 1…8. */
            orientation: components["schemas"]["KnownOrientation"];
            /** @description Width and height as they are stored, before the orientation is applied. */
            pixels: components["schemas"]["KnownPixels"];
            /** @description Where; the accuracy is there if the camera wrote one. */
            point: components["schemas"]["KnownPoint"];
            /** @description When it was taken, as the camera wrote it. */
            time: components["schemas"]["KnownTime"];
        };
        /** @description How far the reading of a photo's bytes is, and what they say of themselves. */
        ReadingView: {
            fault?: components["schemas"]["ReadFault"] | null;
            found?: components["schemas"]["Reading"] | null;
            /** @description How far it is. */
            state: components["schemas"]["PictureState"];
        };
        /** @description Why, in words. */
        Reason: {
            /** @description In words. */
            reason: string;
        };
        /** @description What was recorded at what the office had ended. */
        Recorded: components["schemas"]["EvidenceSide"] | components["schemas"]["LateSide"];
        /** @description A one-time code that the office handed over. */
        RedeemBody: {
            /**
             * @description As it was handed over; case, spaces and hyphens do not count.
             * @example 7K3M-9QX2-ABCD-0101
             */
            code: string;
            /** @description The password from now on, if the code is for setting one. */
            new_password?: string;
        };
        /** @description A partner organisation answers for it. */
        ReferBody: {
            /** @description Which. */
            organisation: components["schemas"]["Id"];
            /** @description Why. */
            reason: string;
        };
        /** @description A refresh token to exchange. */
        RefreshBody: {
            /** @description Good for one exchange; a second use ends the session. */
            refresh_token: string;
        };
        /** @description A registered device. */
        RegisteredDevice: {
            /**
             * Format: int64
             * @description The highest seq that the server has of it.
             */
            applied_through: number;
            /** @description The chain after that. */
            chain: string;
            /** @description When it was registered first. */
            enrolled_at: components["schemas"]["Instant"];
            /** @description Its id, for push and pull. */
            id: components["schemas"]["Id"];
        };
        /** @description A ticket that was registered: the ticket, what the system made of it, what it may be the same as. */
        RegisteredView: components["schemas"]["TicketView"] & {
            /** @description Tickets that may be the same thing. */
            duplicates: components["schemas"]["SuggestionView"][];
            /** @description Its work orders. */
            work_orders: components["schemas"]["WorkOrderView"][];
        };
        /** @description A request to be relieved. */
        ReliefSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description The report. */
            event: components["schemas"]["Id"];
            /** @description Why. */
            reason?: string | null;
        };
        /** @description Where the order is that somebody wants to be relieved of. */
        ReliefState: {
            /**
             * Format: int64
             * @description Its epoch.
             */
            epoch: number;
            /** @description Its state. */
            state: components["schemas"]["WorkOrderState"];
        };
        /** @enum {string} */
        Resolution: "accept_work" | "dismiss" | "pay_both" | "reassign_back" | "keep" | "take_other" | "set" | "merge_into" | "not_duplicate" | "adopt" | "decline" | "discard";
        /** @description A decision. */
        ResolveBody: {
            into?: components["schemas"]["Id"] | null;
            /** @description Why, in words. */
            note?: string | null;
            /** @description How; the conflict's `accepts` names what its kind takes. */
            resolution: components["schemas"]["Resolution"];
            /** @description Of `set` the third value, as its field takes it; of `take_other` the id of the side to take, where there are several. */
            value?: unknown;
        };
        /** @description Why somebody must know. */
        RevealReason: {
            /** @description In words; stands in the audit log. */
            reason: string;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedAnswer: components["schemas"]["AnswerRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedConflict: components["schemas"]["ConflictRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedMeasurement: components["schemas"]["MeasurementRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedNote: components["schemas"]["NoteRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedPhoto: components["schemas"]["PhotoRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedVisit: components["schemas"]["VisitRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description The row as the sync carries it, with its revision. */
        RevisedWorkEvent: components["schemas"]["WorkEventRow"] & {
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
        };
        /** @description A round is returned. */
        ReworkBody: {
            /** @description Why: at least one. */
            defects: components["schemas"]["NewDefect"][];
            /** @description In words. */
            note?: string | null;
            rework_due?: components["schemas"]["Instant"] | null;
        };
        /** @enum {string} */
        Role: "admin" | "operator" | "supervisor" | "inspector" | "contractor_manager" | "crew" | "auditor";
        /** @description The round that was judged. */
        RoundBase: {
            /**
             * Format: int64
             * @description The epoch in which it was submitted.
             */
            epoch: number;
            /** @description The round. */
            round: components["schemas"]["Id"];
        };
        /** @description The arguments of `round.rework`. */
        RoundReworkArgs: {
            /** @description Why it is returned. */
            defects: components["schemas"]["Defect"][];
            /** @description In words. */
            note?: string | null;
            /** @description Which round. */
            round: components["schemas"]["Id"];
        };
        RoundReworkMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["RoundReworkArgs"];
            /** @enum {string} */
            cmd: "round.rework";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "round.rework";
        };
        /** @description One submission of a work order, to be verified. */
        RoundRow: {
            /** @description Why it was returned. */
            defects: components["schemas"]["Defect"][];
            /**
             * Format: int64
             * @description The epoch in which it was submitted.
             */
            epoch: number;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description In words. */
            note: string | null;
            /**
             * Format: int64
             * @description From 1.
             */
            number: number;
            rework_due: components["schemas"]["Instant"] | null;
            /** @description When, as the server estimates it. */
            submitted_at: components["schemas"]["Instant"];
            /** @description By whom. */
            submitted_by: components["schemas"]["Id"];
            /** @description Its ticket. */
            ticket: components["schemas"]["Id"];
            /** @description What was decided. */
            verdict: components["schemas"]["RoundVerdict"];
            verdict_at: components["schemas"]["Instant"] | null;
            verdict_by: components["schemas"]["Id"] | null;
            /** @description Why it was accepted before the bytes of its photos had arrived. */
            without_bytes: string | null;
            /** @description Of which work order. */
            work_order: components["schemas"]["Id"];
        };
        /** @enum {string} */
        RoundVerdict: "pending" | "accepted" | "partly" | "rework" | "withdrawn";
        /** @description The arguments of `round.verify`. */
        RoundVerifyArgs: {
            /** @description In words. */
            note?: string | null;
            /** @description Which round. */
            round: components["schemas"]["Id"];
        };
        RoundVerifyMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["RoundVerifyArgs"];
            /** @enum {string} */
            cmd: "round.verify";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "round.verify";
        };
        /** @description A round. */
        RoundView: {
            /** @description Why it was returned. */
            defects: components["schemas"]["Defect"][];
            /**
             * Format: int64
             * @description The epoch in which it was submitted.
             */
            epoch: number;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description In words. */
            note: string | null;
            /**
             * Format: int64
             * @description From 1.
             */
            number: number;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            rework_due: components["schemas"]["Instant"] | null;
            /** @description When. */
            submitted_at: components["schemas"]["Instant"];
            /** @description By whom. */
            submitted_by: components["schemas"]["PersonView"];
            submitted_org: components["schemas"]["OrganisationName"] | null;
            /** @description Of which ticket. */
            ticket: components["schemas"]["TicketSummary"];
            /** @description What the office says. */
            verdict: components["schemas"]["RoundVerdict"];
            verdict_at: components["schemas"]["Instant"] | null;
            verdict_by: components["schemas"]["PersonView"] | null;
            /** @description Why it was accepted though bytes that the category asks for had not arrived. */
            without_bytes: string | null;
            /** @description Of which work order. */
            work_order: components["schemas"]["Id"];
        };
        /** @description A change of a row. `put`: the row is as given. `drop`: the channels named carry it no more; it is gone when none of the device's channels does. */
        RowChange: {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["TicketRow"];
            /** @enum {string} */
            t: "ticket";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["WorkOrderRow"];
            /** @enum {string} */
            t: "work_order";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["WorkEventRow"];
            /** @enum {string} */
            t: "work_event";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["RoundRow"];
            /** @enum {string} */
            t: "round";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["VisitRow"];
            /** @enum {string} */
            t: "visit";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["NoteRow"];
            /** @enum {string} */
            t: "note";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["MeasurementRow"];
            /** @enum {string} */
            t: "measurement";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["AnswerRow"];
            /** @enum {string} */
            t: "answer";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["PhotoRow"];
            /** @enum {string} */
            t: "photo";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["PatrolRow"];
            /** @enum {string} */
            t: "patrol";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["ConflictRow"];
            /** @enum {string} */
            t: "conflict";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["CategoryRow"];
            /** @enum {string} */
            t: "category";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["AreaRow"];
            /** @enum {string} */
            t: "area";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["OrganisationRow"];
            /** @enum {string} */
            t: "organisation";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "put";
            row: components["schemas"]["ChecklistRow"];
            /** @enum {string} */
            t: "checklist";
            /**
             * Format: int64
             * @description The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.
             */
            ts?: number;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        } | {
            /** @description In which channels, by their places in `channels` */
            c: number[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            op: "drop";
            /** @description Kind of the row */
            t: string;
            /**
             * Format: int64
             * @description Revision
             */
            v: number;
        };
        /** @description Names a row. */
        RowKey: {
            /**
             * Format: uuid
             * @description Id of the row.
             */
            id: string;
            /** @description Type of the row. */
            t: string;
        };
        /** @description Versions of the protocol that the server speaks. */
        SchemaRange: {
            /**
             * Format: int64
             * @description The newest.
             */
            max: number;
            /**
             * Format: int64
             * @description The oldest.
             */
            min: number;
        };
        /** @description A sentence in both languages. */
        SentenceView: {
            /** @description English. */
            en: string;
            /** @description Persian. */
            fa: string;
        };
        /** @enum {string} */
        Severity: "soft" | "hard";
        /** @description A photo with where its picture is. */
        ShownPhoto: components["schemas"]["PhotoView"] & {
            /** @description Its picture. */
            content: components["schemas"]["ContentLinks"];
        };
        /** @enum {string} */
        Standing: "effective" | "stale" | "redundant" | "retracted" | "overruled";
        /** @description What holds now of what is proposed. */
        StandingValues: {
            deferral?: components["schemas"]["Deferred"] | null;
            priority?: components["schemas"]["Priority"] | null;
        };
        /** @description Of `work.start`. */
        StartNeeds: {
            visit?: components["schemas"]["NeedLevel"] | null;
        };
        /** @enum {string} */
        Status: "applied" | "merged" | "conflict" | "rejected" | "held" | "deferred";
        /** @description A change of a status. */
        StatusChangeView: {
            actor: components["schemas"]["Id"] | null;
            /** @description When. */
            at: components["schemas"]["Instant"];
            from: components["schemas"]["TicketStatus"] | null;
            /** @description Why. */
            reason: string | null;
            /** @description After. */
            to: components["schemas"]["TicketStatus"];
        };
        /** @description What the steps of work need, where that is not as usual. */
        StepNeeds: {
            /** @description Of `work.fail_visit`. */
            fail_visit?: components["schemas"]["FailVisitNeeds"];
            /** @description Of `inspection.submit`. */
            inspect?: components["schemas"]["InspectNeeds"];
            /** @description Of `work.start`. */
            start?: components["schemas"]["StartNeeds"];
            /** @description Of `work.submit`. */
            submit?: components["schemas"]["SubmitNeeds"];
        };
        /** @description Who submitted. */
        SubmissionSide: {
            /** @description Who. */
            actor: components["schemas"]["Id"];
            /** @description When. */
            submitted: components["schemas"]["Instant"];
        };
        /** @description Of `work.submit`. */
        SubmitNeeds: {
            checklist?: components["schemas"]["NeedLevel"] | null;
            photos?: components["schemas"]["NeedLevel"] | null;
            quantities?: components["schemas"]["NeedLevel"] | null;
            start?: components["schemas"]["NeedLevel"] | null;
            visit?: components["schemas"]["NeedLevel"] | null;
        };
        /** @description A ticket that may be the same thing. */
        SuggestionView: {
            /** @description Its category. */
            category: components["schemas"]["Id"];
            /** @description Its code. */
            code: string;
            /**
             * Format: double
             * @description Metres between the two.
             */
            distance_m: number;
            /**
             * Format: int64
             * @description Hours between the two.
             */
            hours_apart: number;
            /** @description How likely. */
            likeness: components["schemas"]["Likeness"];
            /** @description Where it stands. */
            status: components["schemas"]["TicketStatus"];
            /** @description Which. */
            ticket: components["schemas"]["Id"];
            /**
             * Format: double
             * @description Share of the words that both have, 0…1.
             */
            words_in_common: number;
        };
        /** @description What a device has to know before it syncs. */
        SyncConfig: {
            /** @description The feed that versions and cursors belong to. */
            feed_epoch: string;
            /** @description What one request may hold. */
            limits: components["schemas"]["SyncLimits"];
            /** @description Versions of the protocol. */
            schema: components["schemas"]["SchemaRange"];
            /** @description The server's clock. */
            server_time: components["schemas"]["Instant"];
        };
        /** @description What one request may hold. */
        SyncLimits: {
            /**
             * Format: int64
             * @description For so long is a cursor surely good, days; after that some channels may begin again.
             */
            feed_days: number;
            /** @description Bytes of a push after decompression. */
            max_bytes: number;
            /** @description Characters of a device's name. */
            max_device_name: number;
            /** @description Rows in one fetch at most. */
            max_fetch: number;
            /**
             * Format: int64
             * @description Rows on a page of a manifest at most.
             */
            max_manifest: number;
            /** @description Bytes of one mutation. */
            max_mutation_bytes: number;
            /** @description Mutations in one push. */
            max_mutations: number;
            /** @description Characters of the nonce that a device registers with. */
            max_nonce: number;
            /**
             * Format: int64
             * @description How long a device may have been offline at most, as far as its clock is believed, days.
             */
            max_offline_days: number;
            /**
             * Format: int64
             * @description Changes on a page at most.
             */
            max_page: number;
            /**
             * Format: int64
             * @description Bytes of one photo. A larger one is declared all the same; its bytes are not taken.
             */
            max_photo_bytes: number;
            /** @description Characters of the name of a platform and of the version of an app. */
            max_platform: number;
            /** @description Characters of a reason, an item, a unit or a code. A longer one is cut. */
            max_short: number;
            /** @description Characters (Unicode code points) of a text. A longer one is cut. */
            max_text: number;
            /**
             * Format: int64
             * @description How long one wait lasts at most, seconds.
             */
            max_wait_s: number;
            /**
             * Format: int64
             * @description Changes on a page, unless the device asks for another number.
             */
            page: number;
            /**
             * Format: int64
             * @description For so long are answers kept at least, days.
             */
            result_days: number;
        };
        /** @description The answers of a device. */
        SyncResults: {
            /** @description By seq. On the first page followed by up to 200 answers that changed to what another device of the same person sent last. */
            items: components["schemas"]["MutationResult"][];
            /**
             * Format: int64
             * @description Ask for what comes after this seq; null at the end.
             */
            next_after: number | null;
        };
        /** @enum {string} */
        Table: "tickets" | "work_orders" | "work_events" | "visits" | "photos" | "measurements" | "notes" | "sync_messages";
        /** @description The arguments of `ticket.create`. */
        TicketCreateArgs: {
            /** @description Where, in words. */
            address_text?: string | null;
            /** @description What it is about. */
            category: components["schemas"]["Id"];
            /** @description Where. */
            point: components["schemas"]["Point"];
            /** @description The request, in words. */
            text: string;
        };
        TicketCreateMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["TicketCreateArgs"];
            /** @enum {string} */
            cmd: "ticket.create";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "ticket.create";
        };
        /** @description The arguments of `ticket.edit`. */
        TicketEditArgs: {
            /** @description The fields to set. */
            set: components["schemas"]["TicketSet"];
        };
        TicketEditMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["TicketEditArgs"];
            /** @enum {string} */
            cmd: "ticket.edit";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "ticket.edit";
        };
        /** @description A ticket as a feature. */
        TicketFeature: {
            /** @description Where it is. */
            geometry: components["schemas"]["PointGeometry"];
            /** @description The ticket. */
            id: components["schemas"]["Id"];
            /** @description What it is. */
            properties: components["schemas"]["TicketProperties"];
            type: components["schemas"]["FeatureType"];
        };
        /** @description A page of tickets as GeoJSON (RFC 7946). */
        TicketFeatures: {
            /** @description The tickets. */
            features: components["schemas"]["TicketFeature"][];
            /** @description The cursor of the next page; `null` at the end. */
            next_cursor: string | null;
            total: components["schemas"]["Total"] | null;
            type: components["schemas"]["FeatureCollectionType"];
        };
        /** @enum {string} */
        TicketField: "text" | "address_text" | "point" | "category";
        /** @enum {string} */
        TicketOrigin: "call" | "field" | "import";
        /** @description The ticket's row without what the feature says itself. */
        TicketProperties: {
            /**
             * Format: double
             * @description Accuracy of the point, metres.
             */
            accuracy_m: number | null;
            /** @description Where, in words. */
            address_text: string | null;
            /** @description Every area that contained the point when the ticket was created or moved. */
            areas: components["schemas"]["Id"][];
            /** @description How clearly the point lies in them. */
            boundary: components["schemas"]["Boundary"];
            /** @description What it is about. */
            category: components["schemas"]["Id"];
            /** @description Code that can be said by phone. */
            code: string;
            /** @description When the citizen asked. */
            created_at: components["schemas"]["Instant"];
            duplicate_of: components["schemas"]["Id"] | null;
            /** @description Hazard, from the category. */
            hazard: components["schemas"]["Hazard"];
            /** @description Where it came from. */
            origin: components["schemas"]["TicketOrigin"];
            /** @description Where the point came from. */
            point_source: components["schemas"]["PointSource"];
            /** @description Priority; the office's alone. */
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Where it stands. */
            status: components["schemas"]["TicketStatus"];
            /** @description Coded or free reason of the status. */
            status_reason: string | null;
            /**
             * Format: int64
             * @description How many citizens asked for it.
             */
            supporters: number;
            /** @description The citizen's words. */
            text: string;
        };
        /** @description The arguments of `ticket.propose`. */
        TicketProposeArgs: {
            /** @description What is proposed. */
            propose: components["schemas"]["Proposal"];
            /** @description Why. */
            reason?: string | null;
        };
        TicketProposeMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["TicketProposeArgs"];
            /** @enum {string} */
            cmd: "ticket.propose";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "ticket.propose";
        };
        /** @description A ticket. Who called is in no row. */
        TicketRow: {
            /** @description Where, in words. */
            address_text: string | null;
            /** @description Every area that contained the point when the ticket was created or moved. */
            areas: components["schemas"]["Id"][];
            /** @description How clearly the point lies in them. */
            boundary: components["schemas"]["Boundary"];
            /** @description What it is about. */
            category: components["schemas"]["Id"];
            /** @description Code that can be said by phone. */
            code: string;
            /** @description When the citizen asked. */
            created_at: components["schemas"]["Instant"];
            duplicate_of: components["schemas"]["Id"] | null;
            /** @description Hazard, from the category. */
            hazard: components["schemas"]["Hazard"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Where it came from. */
            origin: components["schemas"]["TicketOrigin"];
            /** @description Where. */
            point: components["schemas"]["Point"];
            /** @description Where the point came from. */
            point_source: components["schemas"]["PointSource"];
            /** @description Priority; the office's alone. */
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["Instant"] | null;
            /** @description Where it stands. */
            status: components["schemas"]["TicketStatus"];
            /** @description Coded or free reason of the status. */
            status_reason: string | null;
            /**
             * Format: int64
             * @description How many citizens asked for it.
             */
            supporters: number;
            /** @description The citizen's words. */
            text: string;
        };
        /** @description The fields of `ticket.edit`; an absent one stays as it is. */
        TicketSet: {
            /** @description Where, in words. */
            address_text?: string | null;
            category?: components["schemas"]["Id"] | null;
            point?: components["schemas"]["Point"] | null;
            /** @description The request, in words. */
            text?: string | null;
        };
        /** @description One of two tickets that may be one. */
        TicketSide: {
            by?: components["schemas"]["Id"] | null;
            created_at?: components["schemas"]["Instant"] | null;
            /**
             * Format: double
             * @description Metres between the two, if they were found by place and time.
             */
            distance_m?: number | null;
            /** @description Which. */
            ticket: components["schemas"]["Id"];
        };
        /** @enum {string} */
        TicketStatus: "new" | "triaged" | "in_work" | "resolved" | "closed" | "waiting_citizen" | "deferred" | "referred" | "duplicate" | "rejected" | "cancelled" | "reopen_requested";
        /** @description A ticket in short: what a person recognizes it by. */
        TicketSummary: {
            /** @description What it is about. */
            category: components["schemas"]["CategoryName"];
            /**
             * @description Code that can be said by phone.
             * @example 0485123976
             */
            code: string;
            /** @description Hazard. */
            hazard: components["schemas"]["Hazard"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Where. */
            place: components["schemas"]["Place"];
            /** @description Priority. */
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["Instant"] | null;
        };
        /** @description A ticket. Who called is in no answer. */
        TicketView: {
            /** @description Where, in words. */
            address_text: string | null;
            /** @description Every area that holds the point. */
            areas: components["schemas"]["Id"][];
            /** @description How clearly the point lies in them. */
            boundary: components["schemas"]["Boundary"];
            /** @description What it is about. */
            category: components["schemas"]["Id"];
            /**
             * @description Code that can be said by phone.
             * @example 0485123976
             */
            code: string;
            /** @description When the citizen asked. */
            created_at: components["schemas"]["Instant"];
            duplicate_of: components["schemas"]["Id"] | null;
            /** @description Hazard. */
            hazard: components["schemas"]["Hazard"];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description The smallest of them. */
            leaf_areas: components["schemas"]["Id"][];
            /** @description Where it came from. */
            origin: components["schemas"]["TicketOrigin"];
            /**
             * @description Whether text or address have numbers that look like phones or national ids. They are masked (`•••••••`) for everybody outside the office
             *     and on devices; better take them out.
             */
            personal_numbers: boolean;
            /** @description Where. */
            point: components["schemas"]["Point"];
            /** @description Where the point came from. */
            point_source: components["schemas"]["PointSource"];
            /** @description Priority. */
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Identity in the system that it was imported from. */
            source_ref: string | null;
            /** @description Where it stands. */
            status: components["schemas"]["TicketStatus"];
            /** @description Why. */
            status_reason: string | null;
            /**
             * Format: int64
             * @description How many citizens asked for it.
             */
            supporters: number;
            /** @description The citizen's words. */
            text: string;
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @description Who has logged in. */
        TokenAccount: {
            /** @description Name that colleagues see. */
            display_name: string;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Login name. */
            login: string;
            /** @description Roles in force. */
            roles: components["schemas"]["Role"][];
        };
        /** @description Tokens for a client to work with. */
        TokenAnswer: {
            /** @description For the header `Authorization: Bearer …`. */
            access_token: string;
            /** @description Who it is. */
            account: components["schemas"]["TokenAccount"];
            /**
             * Format: int64
             * @description Life of the access token, seconds.
             * @example 900
             */
            expires_in: number;
            /** @description Opens nothing, and is good until the password changes. Keep it when the person logs out, and send it with their next login; after a login only. */
            known_client?: string;
            /** @description For `POST /v1/auth/refresh`. */
            refresh_token: string;
            /**
             * @description `Bearer`.
             * @example Bearer
             */
            token_type: string;
        };
        /** @description How many rows there are. */
        Total: {
            /**
             * Format: int64
             * @description So many rows; 10,000 if there are more.
             * @example 137
             */
            count: number;
            /** @description Whether there are not more. */
            is_exact: boolean;
        };
        /** @description What the office changes of a ticket; what is absent stays. */
        TriageBody: {
            /** @description Where, in words. */
            address_text?: string | null;
            /** @description The category's id or code. */
            category?: string | null;
            point?: components["schemas"]["Point"] | null;
            priority?: components["schemas"]["Priority"] | null;
            promise_at?: components["schemas"]["Instant"] | null;
            /** @description The citizen's words, as the office understands them. */
            text?: string | null;
        };
        /** @description A value that was written more than once: what stands, and what does not. */
        ValueView: {
            actor: components["schemas"]["Id"] | null;
            /** @description When. */
            at: components["schemas"]["Instant"];
            device: components["schemas"]["Id"] | null;
            /**
             * @description What was written: `text`, `address_text`, `point`, `category`, or `note`, `visit_outcome`, `answer`, `findings`.
             * @example text
             */
            field: string;
            mutation: components["schemas"]["Id"] | null;
            overruled_by: components["schemas"]["WriterView"] | null;
            /**
             * Format: uuid
             * @description The row that has the value, if it is not the ticket: a note, a visit, an answer or a work event.
             */
            row: string | null;
            /** @description The value, as in the command that wrote it: a text, a point, an id or the answer of a checklist, so it may be any JSON. */
            value: unknown;
        };
        /**
         * @description The figures of a verdict. Each check has some of them; `docs/evidence.md` says what each compares. Distances are in metres (`_m`), times
         *     in seconds (`_s`), directions in degrees (`_deg`), speeds in kilometres an hour (`_kmh`). A figure that is not known is `null` or absent.
         */
        VerdictFigures: {
            /**
             * Format: double
             * @description `pair`: how far is accepted.
             */
            allowed_deg?: number | null;
            /**
             * Format: double
             * @description `speed`: how fast is plausible.
             */
            allowed_kmh?: number | null;
            /**
             * Format: double
             * @description How far apart is accepted.
             */
            allowed_m?: number | null;
            /**
             * Format: int64
             * @description `clock`, `exif_time`: how far off is accepted.
             */
            allowed_s?: number | null;
            /** @description `unique_bytes`: the photos with the same bytes. `similar_picture`: those that look alike. */
            also_in?: components["schemas"]["AlsoIn"][] | null;
            arrived?: components["schemas"]["Instant"] | null;
            /** @description `exif_time`: the zone that the camera's clock is believed to have had, where it wrote none. */
            assumed_zone?: string | null;
            /**
             * Format: double
             * @description How far apart the worst accuracy would allow.
             */
            at_most_m?: number | null;
            captured?: components["schemas"]["Instant"] | null;
            /** @description `inside_visit`: true if the clock was changed in the meantime, so that nobody knows what was first. */
            clock_changed?: boolean | null;
            /**
             * Format: int64
             * @description `similar_picture`: how many look alike.
             */
            count?: number | null;
            /**
             * Format: int64
             * @description `order`: photos of the other kind at the same order.
             */
            counterparts?: number | null;
            /** @description `format`: media type that was declared. `exif_time`: capture that was declared. */
            declared?: string | null;
            /**
             * Format: double
             * @description `exif_position`: accuracy of the declared position.
             */
            declared_accuracy_m?: number | null;
            /**
             * Format: int64
             * @description `bytes`: number of bytes that were declared.
             */
            declared_bytes?: number | null;
            /**
             * Format: int64
             * @description `format`: pixels down that were declared.
             */
            declared_height?: number | null;
            /** @description `bytes`: SHA-256 that was declared. */
            declared_sha256?: string | null;
            /**
             * Format: int64
             * @description `format`: pixels across that were declared.
             */
            declared_width?: number | null;
            /**
             * Format: int64
             * @description `exif_time`: how far the two differ.
             */
            difference_s?: number | null;
            /**
             * Format: double
             * @description `distance`, `exif_position`, `pair`, `speed`: how far apart.
             */
            distance_m?: number | null;
            exif?: components["schemas"]["Instant"] | null;
            /**
             * Format: double
             * @description `exif_position`: accuracy of the position in the file.
             */
            exif_accuracy_m?: number | null;
            flag?: components["schemas"]["MockFlag"] | null;
            /** @description `format`: media type by content. */
            found?: string | null;
            from?: components["schemas"]["Instant"] | null;
            gap?: components["schemas"]["Gap"] | null;
            gps?: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description `exif_time`: how far it differs from the capture, corrected; where the verdict rests on it.
             */
            gps_difference_s?: number | null;
            /**
             * Format: double
             * @description `pair`: where the camera looked, degrees from north.
             */
            heading_deg?: number | null;
            /**
             * Format: int32
             * @description `format`: pixels down.
             */
            height?: number | null;
            /** @description `bytes`: whether the bytes that arrived are kept though they are not those that were declared. */
            kept?: boolean | null;
            /**
             * Format: int64
             * @description `order`: how long it has to be.
             */
            least_gap_s?: number | null;
            left?: components["schemas"]["Instant"] | null;
            /**
             * Format: int32
             * @description `similar_picture`: bits up to which two look alike.
             */
            near_bits?: number | null;
            /**
             * Format: int32
             * @description `similar_picture`: bits of 64 in which the nearest differs.
             */
            nearest_bits?: number | null;
            /**
             * Format: uuid
             * @description `pair`, `speed`: the photo that this one is compared with.
             */
            other?: string | null;
            /**
             * Format: double
             * @description `pair`: where it looked in the other photo.
             */
            other_heading_deg?: number | null;
            /**
             * Format: int64
             * @description `speed`: time between the two photos.
             */
            passed_s?: number | null;
            /**
             * Format: double
             * @description `distance`: accuracy of the photo's position.
             */
            photo_accuracy_m?: number | null;
            /**
             * Format: double
             * @description `distance`: the radius of the category.
             */
            radius_m?: number | null;
            /**
             * Format: int64
             * @description `bytes`: number of bytes that arrived.
             */
            received_bytes?: number | null;
            /** @description `bytes`: SHA-256 of what arrived. */
            received_sha256?: string | null;
            /**
             * Format: int64
             * @description `clock`: how far the device's clock was off.
             */
            skew_s?: number | null;
            /**
             * Format: double
             * @description `speed`: how fast the device must have travelled.
             */
            speed_kmh?: number | null;
            /**
             * Format: double
             * @description `distance`: accuracy of the ticket's position.
             */
            ticket_accuracy_m?: number | null;
            trust?: components["schemas"]["ClockTrust"] | null;
            /**
             * Format: double
             * @description `pair`: how far the camera was turned between the two.
             */
            turned_deg?: number | null;
            until?: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description `order`: the longest time from a photo before the work to one after it; negative if it is the other way round.
             */
            widest_gap_s?: number | null;
            /**
             * Format: int32
             * @description `format`: pixels across.
             */
            width?: number | null;
        };
        /** @enum {string} */
        VerdictResult: "ok" | "mismatch" | "unknown";
        /** @description A verdict on a round. */
        VerdictSide: {
            /** @description When. */
            at: components["schemas"]["Instant"];
            by?: components["schemas"]["Id"] | null;
            /** @description By which command. */
            mutation: components["schemas"]["Id"];
            /** @description The verdict. */
            verdict: components["schemas"]["RoundVerdict"];
        };
        /** @description One check of one photo. */
        VerdictView: {
            /**
             * @description Which check.
             * @example distance
             */
            check: string;
            figures?: components["schemas"]["VerdictFigures"] | null;
            /** @description What it found. */
            result: components["schemas"]["VerdictResult"];
            /** @description The same in one sentence; with the figures for those who judge the evidence only. */
            sentence: components["schemas"]["SentenceView"];
        };
        /** @description A round is accepted. */
        VerifyBody: {
            /**
             * @description `all`, or `part` of the quantity: then the note says which.
             * @default all
             */
            accepted: components["schemas"]["Accepted"];
            /** @description In words. */
            note?: string | null;
            /** @description Why the bytes that the category asks for are not waited for; for supervisors, who answer for it. */
            without_bytes?: string | null;
        };
        /** @description Which server this is. */
        Version: {
            /** @description `sqlite` or `postgres`. */
            database: string;
            /** @description `bazdid`. */
            name: string;
            /**
             * Format: int32
             * @description Version of the sync protocol.
             */
            schema: number;
            /** @description Version of the program. */
            version: string;
        };
        /** @enum {string} */
        VisitKind: "intake" | "inspection" | "work" | "final" | "patrol";
        /** @description The arguments of `visit.leave`. */
        VisitLeaveArgs: {
            outcome?: components["schemas"]["VisitOutcome"] | null;
            /** @description Which visit. */
            visit: components["schemas"]["Id"];
        };
        VisitLeaveMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["VisitLeaveArgs"];
            /** @enum {string} */
            cmd: "visit.leave";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "visit.leave";
        };
        /** @enum {string} */
        VisitOutcome: "done" | "no_access" | "not_found" | "not_ours" | "needs_other" | "unsafe";
        /** @description The arguments of `visit.record`. */
        VisitRecordArgs: {
            arrived_at?: components["schemas"]["Instant"] | null;
            /**
             * @description Why.
             * @default patrol
             */
            kind: components["schemas"]["VisitKind"];
            /** @description Whether the fix was simulated. */
            mock?: components["schemas"]["MockArgument"];
            point?: components["schemas"]["Point"] | null;
            /** @description Id of the visit. */
            visit: components["schemas"]["Id"];
        };
        VisitRecordMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["VisitRecordArgs"];
            /** @enum {string} */
            cmd: "visit.record";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "visit.record";
        };
        /** @description The presence of a person at a ticket. */
        VisitRow: {
            /** @description Who. */
            actor: components["schemas"]["Id"];
            /** @description Arrival, corrected by the server. */
            arrived_at: components["schemas"]["Instant"];
            /**
             * Format: double
             * @description Metres to the ticket's point.
             */
            distance_m: number | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description Why. */
            kind: components["schemas"]["VisitKind"];
            left_at: components["schemas"]["Instant"] | null;
            /** @description Whether the fix was simulated. */
            mock: components["schemas"]["MockFlag"];
            outcome: components["schemas"]["VisitOutcome"] | null;
            point: components["schemas"]["Point"] | null;
            /** @description At which ticket. */
            ticket: components["schemas"]["Id"];
            work_order: components["schemas"]["Id"] | null;
        };
        /** @description The words of one enumeration. */
        VocabularyKind: {
            /**
             * @description The enumeration.
             * @example ticket_status
             */
            kind: string;
            /** @description Its words, in their order. */
            words: components["schemas"]["VocabularyWord"][];
        };
        /** @description A word and its label. */
        VocabularyWord: {
            /**
             * @description What people read.
             * @example در دست اقدام
             */
            label: string;
            /**
             * @description The word on the wire.
             * @example in_work
             */
            word: string;
        };
        /** @description A mutation that waits for an epoch. */
        WaitingSide: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /** @description Its command. */
            cmd: string;
            /**
             * Format: int64
             * @description The epoch that its author knew.
             */
            epoch?: number | null;
            /** @description Which. */
            mutation: components["schemas"]["Id"];
        };
        /** @description Whether to pull. */
        Wake: {
            /** @description A pull from the cursor brings something. */
            changed: boolean;
        };
        /** @enum {string} */
        WarningCode: "unreadable_instant" | "unusable_value" | "too_long" | "unknown_field" | "too_many_bytes";
        /** @description What was measured. */
        WatermelonMeasurement: {
            actor_id: string;
            at: components["schemas"]["i64"];
            /** Format: int64 */
            epoch: number | null;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            item: string;
            /** Format: double */
            quantity: number;
            supersedes: string | null;
            ticket_id: string;
            unit: string;
            visit_id: string | null;
            work_order_id: string | null;
        };
        /** @description What changed in a table. */
        WatermelonMeasurementChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonMeasurement"][];
        };
        /** @description What somebody wrote. */
        WatermelonNote: {
            actor_id: string | null;
            at: components["schemas"]["i64"];
            audience: components["schemas"]["Audience"];
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            text: string;
            ticket_id: string;
            work_order_id: string | null;
        };
        /** @description What changed in a table. */
        WatermelonNoteChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonNote"][];
        };
        /** @description What a photo declares. */
        WatermelonPhoto: {
            /** Format: double */
            accuracy_m: number | null;
            actor_id: string;
            /** Format: int64 */
            bytes: number;
            captured_at: components["schemas"]["i64"];
            /** Format: double */
            heading_deg: number | null;
            /** Format: int64 */
            height: number | null;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            kind: components["schemas"]["PhotoKind"];
            /** Format: double */
            lat: number | null;
            /** Format: double */
            lon: number | null;
            mime: string;
            mock: components["schemas"]["MockFlag"];
            sha256: string;
            state: components["schemas"]["PhotoState"];
            ticket_id: string;
            /** @description What the checks found, as JSON. */
            verdicts: string | null;
            visit_id: string | null;
            /** Format: int64 */
            width: number | null;
            work_order_id: string | null;
        };
        /** @description What changed in a table. */
        WatermelonPhotoChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonPhoto"][];
        };
        /** @description What changed, and the number of the snapshot that the app then has. */
        WatermelonPulled: {
            /** @description By table; every table is there. */
            changes: components["schemas"]["WatermelonPulledTables"];
            experimentalStrategy?: components["schemas"]["WatermelonStrategy"] | null;
            /** @description Whether the app is asked to push again its own rows that are not in `changes`: the server acknowledged them and lost them in a restore. */
            send_again?: boolean;
            /**
             * Format: int64
             * @description Number of the snapshot.
             */
            timestamp: number;
        };
        /** @description What changed, by table; every table is there. */
        WatermelonPulledTables: {
            measurements: components["schemas"]["WatermelonMeasurementChanges"];
            notes: components["schemas"]["WatermelonNoteChanges"];
            photos: components["schemas"]["WatermelonPhotoChanges"];
            sync_messages: components["schemas"]["WatermelonSyncMessageChanges"];
            tickets: components["schemas"]["WatermelonTicketChanges"];
            visits: components["schemas"]["WatermelonVisitChanges"];
            work_events: components["schemas"]["WatermelonWorkEventChanges"];
            work_orders: components["schemas"]["WatermelonWorkOrderChanges"];
        };
        /** @description What an app changed: `changes` as the library makes it, or an object that has it under this name. */
        WatermelonPush: components["schemas"]["WatermelonPushedChanges"] | components["schemas"]["WatermelonPushedTables"];
        /** @description The answer to a push. */
        WatermelonPushed: {
            /** @description One for each command that the rows came to. */
            results: components["schemas"]["WatermelonRowResult"][];
        };
        /** @description What an app changed, under its name. */
        WatermelonPushedChanges: {
            /** @description What changed, by table. */
            changes: components["schemas"]["WatermelonPushedTables"];
        };
        /** @description What an app changed, by table. Tables that the server does not know are the app's own and are passed over; so are columns. */
        WatermelonPushedTables: {
            measurements?: components["schemas"]["WatermelonSentChanges"] | null;
            notes?: components["schemas"]["WatermelonSentChanges"] | null;
            photos?: components["schemas"]["WatermelonSentChanges"] | null;
            tickets?: components["schemas"]["WatermelonSentChanges"] | null;
            visits?: components["schemas"]["WatermelonSentChanges"] | null;
            work_events?: components["schemas"]["WatermelonSentChanges"] | null;
        };
        /** @description What became of a row that was sent. */
        WatermelonRowResult: {
            code?: components["schemas"]["OutcomeCode"] | null;
            /** @description In a sentence. */
            detail?: string | null;
            /** @description Which row. */
            id: string;
            /** @description Whether this is the stored answer to a row that was sent before; absent if it is not. */
            replayed?: boolean | null;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
            /** @description In which table. */
            table: components["schemas"]["Table"];
            /** @description Values that could not be used, though the command was; absent if there are none. */
            warnings?: components["schemas"]["MutationWarning"][];
        };
        /** @description What an app changed in a table. */
        WatermelonSentChanges: {
            /**
             * @description New rows: the columns of the table as in a pull, as far as the app has them, beside those of the library. Each row is read by itself,
             *     and what cannot be used of it is told, so any value may stand there.
             */
            created: {
                [key: string]: unknown;
            }[];
            /** @description Ids of rows that the app deleted. */
            deleted: string[];
            /** @description Rows as the app has them now. */
            updated: {
                [key: string]: unknown;
            }[];
        };
        /** @description What the library does with rows that are not in an answer. */
        WatermelonStrategy: string | {
            /** @description In tables that are not named. */
            default: string;
            /** @description In these tables. */
            override: {
                [key: string]: string;
            };
        };
        /** @description What the person must know: an answer that was not plain, or a conflict. */
        WatermelonSyncMessage: {
            at: components["schemas"]["i64"];
            /** @description Why, or the class of the conflict. */
            code: string | null;
            /** @description Both sides of a conflict, as JSON. */
            data: string | null;
            detail: string | null;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            /** @description `result` or `conflict`. */
            kind: string;
            severity: components["schemas"]["Severity"] | null;
            /** @description What became of it, or whether the conflict is decided. */
            status: string;
            subject_id: string | null;
            subject_table: string | null;
            ticket_id: string | null;
            work_order_id: string | null;
        };
        /** @description What changed in a table. */
        WatermelonSyncMessageChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonSyncMessage"][];
        };
        /** @description What citizens ask for. */
        WatermelonTicket: {
            /** Format: double */
            accuracy_m: number | null;
            actor_id: string | null;
            address_text: string | null;
            /** @description Areas that hold the point, as JSON. */
            areas: string;
            boundary: components["schemas"]["Boundary"];
            category_id: string;
            code: string;
            created_at: components["schemas"]["i64"];
            duplicate_of: string | null;
            hazard: components["schemas"]["Hazard"];
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            /** Format: double */
            lat: number | null;
            /** Format: double */
            lon: number | null;
            origin: components["schemas"]["TicketOrigin"];
            point_source: components["schemas"]["PointSource"];
            priority: components["schemas"]["Priority"];
            promise_at: components["schemas"]["i64"] | null;
            status: components["schemas"]["TicketStatus"];
            status_reason: string | null;
            /** Format: int64 */
            supporters: number;
            text: string;
            updated_at: components["schemas"]["i64"];
        };
        /** @description What changed in a table. */
        WatermelonTicketChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonTicket"][];
        };
        /** @description Who was where. */
        WatermelonVisit: {
            /** Format: double */
            accuracy_m: number | null;
            actor_id: string;
            arrived_at: components["schemas"]["i64"];
            /** Format: double */
            distance_m: number | null;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            kind: components["schemas"]["VisitKind"];
            /** Format: double */
            lat: number | null;
            left_at: components["schemas"]["i64"] | null;
            /** Format: double */
            lon: number | null;
            mock: components["schemas"]["MockFlag"];
            outcome: components["schemas"]["VisitOutcome"] | null;
            ticket_id: string;
            work_order_id: string | null;
        };
        /** @description What changed in a table. */
        WatermelonVisitChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonVisit"][];
        };
        /** @description What somebody did with an order. */
        WatermelonWorkEvent: {
            actor_id: string;
            at: components["schemas"]["i64"];
            /** Format: int64 */
            epoch: number;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            kind: components["schemas"]["WorkEventKind"];
            /** @description Quantities, as JSON. */
            quantities: string | null;
            reason: string | null;
            review_at: components["schemas"]["i64"] | null;
            standing: components["schemas"]["Standing"];
            summary: string | null;
            ticket_id: string;
            visit_id: string | null;
            work_order_id: string;
        };
        /** @description What changed in a table. */
        WatermelonWorkEventChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonWorkEvent"][];
        };
        /** @description What is to be done. */
        WatermelonWorkOrder: {
            accept_due: components["schemas"]["i64"] | null;
            account_id: string | null;
            assignment_id: string | null;
            created_at: components["schemas"]["i64"];
            /** Format: int64 */
            epoch: number;
            /** @description What a submission must bring, as JSON. */
            evidence: string | null;
            /** @description Findings of an inspection, as JSON. */
            findings: string | null;
            /** @description What a verifier must know, as JSON. */
            flags: string | null;
            /** @description Identity: 16 letters and digits of the library, or a UUID. */
            id: string;
            kind: components["schemas"]["WorkOrderKind"];
            organisation_id: string | null;
            reason: string | null;
            resolve_due: components["schemas"]["i64"] | null;
            review_at: components["schemas"]["i64"] | null;
            /** Format: int64 */
            round: number;
            state: components["schemas"]["WorkOrderState"];
            ticket_id: string;
        };
        /** @description What changed in a table. */
        WatermelonWorkOrderChanges: {
            /** @description Always empty: set `sendCreatedAsUpdated`. */
            created: string[];
            /** @description Ids of rows that the device does not see any more. */
            deleted: string[];
            /** @description Rows as they stand. */
            updated: components["schemas"]["WatermelonWorkOrder"][];
        };
        /** @description What is said of a receiver. */
        WebhookBody: {
            /**
             * @description Whether it is to be sent anything.
             * @default true
             */
            active: boolean;
            /**
             * @description What it is.
             * @default
             */
            description: string;
            /** @description Which events; null or absent: every event, those of later versions too. */
            events?: components["schemas"]["EventKind"][] | null;
            /** @description Where events are posted: `https://`, without user and fragment, at a public address unless the installation allows others. */
            url: string;
        };
        /** @description A delivery of an event to a receiver. */
        WebhookDeliveryView: {
            /**
             * Format: int64
             * @description Attempts so far.
             */
            attempts: number;
            due_at: components["schemas"]["Instant"] | null;
            /** @description Identity of the event: `webhook-id`, the same at each attempt. */
            event: components["schemas"]["Id"];
            fault: components["schemas"]["DeliveryFault"] | null;
            /**
             * Format: int64
             * @description Rises from event to event of a ticket.
             */
            seq: number;
            /** @description What became of it. */
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int64
             * @description The status that the receiver answered to it.
             */
            status: number | null;
            ticket: components["schemas"]["Id"] | null;
            /** @description When it happened. */
            timestamp: components["schemas"]["Instant"];
            tried_at: components["schemas"]["Instant"] | null;
            /** @description What happened. */
            type: components["schemas"]["EventKind"];
        };
        /** @description Which deliveries are sent again. */
        WebhookRetryBody: {
            /**
             * Format: int64
             * @description The `seq` of one; null or absent: all of the receiver.
             */
            seq?: number | null;
        };
        /** @description How many deliveries are sent again. */
        WebhookRetryView: {
            /** @description How many. */
            deliveries: number;
        };
        /** @description How a secret is replaced. */
        WebhookRotateBody: {
            /**
             * Format: int64
             * @description How long the secret before signs too, hours.
             * @default 24
             */
            overlap_hours: number;
        };
        /** @description A receiver with the secret that was made for it. */
        WebhookSecretView: {
            /**
             * @description The secret, as the libraries of Standard Webhooks take it. It is shown this once.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
             */
            secret: string;
            /** @description The receiver. */
            webhook: components["schemas"]["WebhookView"];
        };
        /** @enum {string} */
        WebhookState: "active" | "disabled" | "failed";
        /** @description A receiver. Its secret is in no answer but the one that makes it. */
        WebhookView: {
            /** @description When. */
            created_at: components["schemas"]["Instant"];
            created_by: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description Deliveries that are sent again only by `retry`.
             */
            dead: number;
            /** @description What it is. */
            description: string;
            /** @description Which events; null: every event, those of later versions too. */
            events: components["schemas"]["EventKind"][] | null;
            failing_since: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Attempts that failed since the last success.
             */
            failures: number;
            fault: components["schemas"]["DeliveryFault"] | null;
            /** @description Identity. */
            id: components["schemas"]["Id"];
            old_secret_until: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Deliveries that are to be sent.
             */
            pending: number;
            retry_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            /** @description Whether it is sent anything. */
            state: components["schemas"]["WebhookState"];
            succeeded_at: components["schemas"]["Instant"] | null;
            /** @description Last change by an administrator. */
            updated_at: components["schemas"]["Instant"];
            /** @description Where events are posted. */
            url: string;
        };
        /** @description `work.accept` takes no arguments. */
        WorkAcceptArgs: Record<string, never>;
        WorkAcceptMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkAcceptArgs"];
            /** @enum {string} */
            cmd: "work.accept";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.accept";
        };
        /** @description The arguments of `work.decline`. */
        WorkDeclineArgs: {
            /** @description Why, coded or in words. */
            reason: string;
        };
        WorkDeclineMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkDeclineArgs"];
            /** @enum {string} */
            cmd: "work.decline";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.decline";
        };
        /** @enum {string} */
        WorkEventKind: "accept" | "decline" | "request_relief" | "start" | "request_hold" | "resume" | "submit" | "fail_visit" | "retract";
        /** @description What somebody in the field did with a work order; append-only. */
        WorkEventRow: {
            /** @description By whom. */
            actor: components["schemas"]["Id"];
            /** @description The arguments of the command as the device sent them, whatever of them could be used. */
            args: unknown;
            /** @description When, as the server estimates it. */
            at: components["schemas"]["Instant"];
            /**
             * Format: int64
             * @description The epoch that the author knew.
             */
            epoch: number;
            /** @description Identity: the mutation's. */
            id: components["schemas"]["Id"];
            /** @description What was done. */
            kind: components["schemas"]["WorkEventKind"];
            /** @description Whether it counts. */
            standing: components["schemas"]["Standing"];
            /** @description Its ticket. */
            ticket: components["schemas"]["Id"];
            visit: components["schemas"]["Id"] | null;
            /** @description Of which work order. */
            work_order: components["schemas"]["Id"];
        };
        /** @description The arguments of `work.fail_visit`. */
        WorkFailVisitArgs: {
            /** @description Why, coded or in words. */
            reason: string;
            visit?: components["schemas"]["Id"] | null;
        };
        WorkFailVisitMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkFailVisitArgs"];
            /** @enum {string} */
            cmd: "work.fail_visit";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.fail_visit";
        };
        /** @description An order with its offers, rounds and events. */
        WorkOrderDetail: components["schemas"]["WorkOrderView"] & {
            /** @description Its offers, oldest first; of a contractor its own. */
            assignments: components["schemas"]["AssignmentView"][];
            /** @description Its rounds. */
            rounds: components["schemas"]["RoundView"][];
            /** @description What the field did with it. */
            work_events: components["schemas"]["WorkEventRow"][];
        };
        /** @enum {string} */
        WorkOrderKind: "inspection" | "repair" | "emergency";
        /** @description A work order. Its state is folded by the server from the events of its epoch. */
        WorkOrderRow: {
            accept_due: components["schemas"]["Instant"] | null;
            account: components["schemas"]["Id"] | null;
            assignment: components["schemas"]["Id"] | null;
            /** @description Creation. */
            created_at: components["schemas"]["Instant"];
            /**
             * Format: int64
             * @description Fencing token: raised with each assignment and each round that is returned.
             */
            epoch: number;
            /** @description What a submission must bring. */
            evidence: components["schemas"]["EvidenceNeeds"];
            findings: components["schemas"]["InspectionFindings"] | null;
            /** @description What a verifier must know: `missing_evidence`, `evidence_mismatch`, `double_work`, `hold_requested`. */
            flags: string[];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What is to be done. */
            kind: components["schemas"]["WorkOrderKind"];
            organisation: components["schemas"]["Id"] | null;
            /** @description The reason of a hold, a cancellation or a failed visit. */
            reason: string | null;
            resolve_due: components["schemas"]["Instant"] | null;
            review_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Number of the current round, from 1.
             */
            round: number;
            /** @description Where it stands. */
            state: components["schemas"]["WorkOrderState"];
            /** @description For which ticket. */
            ticket: components["schemas"]["Id"];
        };
        /** @enum {string} */
        WorkOrderState: "draft" | "offered" | "accepted" | "declined" | "expired" | "in_progress" | "on_hold" | "submitted" | "failed_visit" | "verified" | "rework" | "closed" | "cancelled";
        /** @description A work order. */
        WorkOrderView: {
            accept_due: components["schemas"]["Instant"] | null;
            account: components["schemas"]["PersonView"] | null;
            assignment: components["schemas"]["Id"] | null;
            contract: components["schemas"]["Id"] | null;
            coverage: components["schemas"]["Id"] | null;
            /** @description Creation. */
            created_at: components["schemas"]["Instant"];
            /**
             * Format: int64
             * @description Raised with each new assignment and each rework round.
             */
            epoch: number;
            /** @description How far the photos that it asks for have come. */
            evidence: components["schemas"]["EvidenceState"];
            /** @description What a submission must bring. */
            evidence_needs: components["schemas"]["EvidenceNeeds"];
            explanation?: components["schemas"]["Explanation"] | null;
            findings: components["schemas"]["InspectionFindings"] | null;
            /** @description What a verifier must know. */
            flags: string[];
            /** @description Identity. */
            id: components["schemas"]["Id"];
            /** @description What is to be done. */
            kind: components["schemas"]["WorkOrderKind"];
            organisation: components["schemas"]["OrganisationName"] | null;
            /** @description The reason of a hold, a cancellation or a failed visit. */
            reason: string | null;
            resolve_due: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Revision.
             */
            rev: number;
            review_at: components["schemas"]["Instant"] | null;
            /**
             * Format: int64
             * @description Number of the current round.
             */
            round: number;
            /** @description Where it stands. */
            state: components["schemas"]["WorkOrderState"];
            /** @description For which ticket. */
            ticket: components["schemas"]["TicketSummary"];
            /** @description Last change. */
            updated_at: components["schemas"]["Instant"];
        };
        /** @description The arguments of `work.request_hold`. */
        WorkRequestHoldArgs: {
            /** @description Why, coded or in words. */
            reason: string;
            review_at?: components["schemas"]["Instant"] | null;
        };
        WorkRequestHoldMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkRequestHoldArgs"];
            /** @enum {string} */
            cmd: "work.request_hold";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.request_hold";
        };
        /** @description `work.resume` takes no arguments. */
        WorkResumeArgs: Record<string, never>;
        WorkResumeMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkResumeArgs"];
            /** @enum {string} */
            cmd: "work.resume";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.resume";
        };
        /** @description The arguments of `work.retract`. */
        WorkRetractArgs: {
            /** @description The mutation that made the event. */
            event: components["schemas"]["Id"];
        };
        WorkRetractMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkRetractArgs"];
            /** @enum {string} */
            cmd: "work.retract";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.retract";
        };
        /** @description The arguments of `work.start`. */
        WorkStartArgs: {
            visit?: components["schemas"]["Id"] | null;
        };
        WorkStartMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkStartArgs"];
            /** @enum {string} */
            cmd: "work.start";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.start";
        };
        /** @description The arguments of `work.submit`. */
        WorkSubmitArgs: {
            /** @description What was done; entries that can be used. */
            quantities?: components["schemas"]["Quantity"][] | null;
            /** @description In words. */
            summary?: string | null;
        };
        WorkSubmitMutation: components["schemas"]["MutationHead"] & {
            args: components["schemas"]["WorkSubmitArgs"];
            /** @enum {string} */
            cmd: "work.submit";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cmd: "work.submit";
        };
        /** @description Who wrote the value that stands instead of another. */
        WriterView: {
            actor: components["schemas"]["Id"] | null;
            /** @description When. */
            at: components["schemas"]["Instant"];
            device: components["schemas"]["Id"] | null;
            mutation: components["schemas"]["Id"] | null;
        };
        /** Format: int64 */
        i64: number;
    };
    responses: {
        /** @description `account_disabled`: The account is disabled. */
        account_disabled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "account_disabled",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 403,
                 *       "title": "The account is disabled",
                 *       "type": "/v1/errors/account_disabled"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "account_disabled";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `account_disabled`: The account is disabled. `device_revoked`: The device was taken out of service. */
        "account_disabled.device_revoked": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "account_disabled",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 403,
                 *       "title": "The account is disabled",
                 *       "type": "/v1/errors/account_disabled"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "account_disabled" | "device_revoked";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `already_exists`: Something with this identity exists with other content. */
        already_exists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "already_exists",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "Something with this identity exists with other content",
                 *       "type": "/v1/errors/already_exists"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_exists";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `bad_credentials`: The login or the password is wrong. */
        bad_credentials: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "bad_credentials",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 401,
                 *       "title": "The login or the password is wrong",
                 *       "type": "/v1/errors/bad_credentials"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "bad_credentials";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `batch_too_large`: The batch is larger than allowed. */
        batch_too_large: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "batch_too_large",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 413,
                 *       "title": "The batch is larger than allowed",
                 *       "type": "/v1/errors/batch_too_large"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "batch_too_large";
                    /** @enum {integer} */
                    status?: 413;
                };
            };
        };
        /** @description `bytes_mismatch`: All bytes arrived and are not those that were declared: send the original. */
        bytes_mismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "bytes_mismatch",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 422,
                 *       "title": "All bytes arrived and are not those that were declared: send the original",
                 *       "type": "/v1/errors/bytes_mismatch"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "bytes_mismatch";
                    /** @enum {integer} */
                    status?: 422;
                };
            };
        };
        /** @description `checksum_mismatch`: The checksum of this part is another: send the part again. */
        checksum_mismatch: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "checksum_mismatch",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 460,
                 *       "title": "The checksum of this part is another: send the part again",
                 *       "type": "/v1/errors/checksum_mismatch"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "checksum_mismatch";
                    /** @enum {integer} */
                    status?: 460;
                };
            };
        };
        /** @description `conflict`: The resource was changed concurrently. */
        conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "conflict",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The resource was changed concurrently",
                 *       "type": "/v1/errors/conflict"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "conflict";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `device_forked`: The device's history differs from the server's: register anew and send again. `seq_gap`: Mutations are missing before the first of this push. */
        "device_forked.seq_gap": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "device_forked",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The device's history differs from the server's: register anew and send again",
                 *       "type": "/v1/errors/device_forked"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "device_forked" | "seq_gap";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `device_limit`: The account has as many devices in service as it may: have one taken out of service. */
        device_limit: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "device_limit",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The account has as many devices in service as it may: have one taken out of service",
                 *       "type": "/v1/errors/device_limit"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "device_limit";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `forbidden`: Your roles do not allow this. `account_disabled`: The account is disabled. `device_revoked`: The device was taken out of service. */
        "forbidden.account_disabled.device_revoked": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "forbidden",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 403,
                 *       "title": "Your roles do not allow this",
                 *       "type": "/v1/errors/forbidden"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "account_disabled" | "device_revoked";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `forbidden`: Your roles do not allow this. `account_disabled`: The account is disabled. `link_invalid`: This is no link to this picture in this size. `link_expired`: The link is not good any more: make a new one. `device_revoked`: The device was taken out of service. */
        "forbidden.account_disabled.link_invalid.link_expired.device_revoked": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "forbidden",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 403,
                 *       "title": "Your roles do not allow this",
                 *       "type": "/v1/errors/forbidden"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "account_disabled" | "link_invalid" | "link_expired" | "device_revoked";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `insufficient_storage`: The server has no room for this now; what has arrived is kept. */
        insufficient_storage: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "insufficient_storage",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 507,
                 *       "title": "The server has no room for this now; what has arrived is kept",
                 *       "type": "/v1/errors/insufficient_storage"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "insufficient_storage";
                    /** @enum {integer} */
                    status?: 507;
                };
            };
        };
        /** @description `internal`: The server made a mistake; it was logged under this request id. */
        internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "internal",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 500,
                 *       "title": "The server made a mistake; it was logged under this request id",
                 *       "type": "/v1/errors/internal"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal";
                    /** @enum {integer} */
                    status?: 500;
                };
            };
        };
        /** @description `invalid_transition`: The state does not allow this. */
        invalid_transition: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "invalid_transition",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The state does not allow this",
                 *       "type": "/v1/errors/invalid_transition"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_transition";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `invalid_transition`: The state does not allow this. `conflict`: The resource was changed concurrently. */
        "invalid_transition.conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "invalid_transition",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The state does not allow this",
                 *       "type": "/v1/errors/invalid_transition"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_transition" | "conflict";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `invalid_transition`: The state does not allow this. `evidence_pending`: The category asks for stored photos, and their bytes have not all arrived. */
        "invalid_transition.evidence_pending": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "invalid_transition",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The state does not allow this",
                 *       "type": "/v1/errors/invalid_transition"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_transition" | "evidence_pending";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `invalid_transition`: The state does not allow this. `offset_mismatch`: The upload goes on at another offset: ask for it by HEAD. */
        "invalid_transition.offset_mismatch": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "invalid_transition",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The state does not allow this",
                 *       "type": "/v1/errors/invalid_transition"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_transition" | "offset_mismatch";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `invalid_transition`: The state does not allow this. `photo_unknown`: No photo with this id is known, or you may not know of it: push its declaration first. `already_stored`: All bytes of this photo are stored; there is nothing to send. `too_many_uploads`: Too many uploads of this photo are open; go on with one of them or end one. */
        "invalid_transition.photo_unknown.already_stored.too_many_uploads": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "invalid_transition",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The state does not allow this",
                 *       "type": "/v1/errors/invalid_transition"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_transition" | "photo_unknown" | "already_stored" | "too_many_uploads";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `malformed`: The request could not be read. */
        malformed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "malformed",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 400,
                 *       "title": "The request could not be read",
                 *       "type": "/v1/errors/malformed"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed";
                    /** @enum {integer} */
                    status?: 400;
                };
            };
        };
        /** @description `malformed`: The request could not be read. `bad_envelope`: The sync envelope could not be read. */
        "malformed.bad_envelope": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "malformed",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 400,
                 *       "title": "The request could not be read",
                 *       "type": "/v1/errors/malformed"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed" | "bad_envelope";
                    /** @enum {integer} */
                    status?: 400;
                };
            };
        };
        /** @description `method_not_allowed`: The resource does not know this method. */
        method_not_allowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "method_not_allowed",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 405,
                 *       "title": "The resource does not know this method",
                 *       "type": "/v1/errors/method_not_allowed"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "method_not_allowed";
                    /** @enum {integer} */
                    status?: 405;
                };
            };
        };
        /** @description `not_found`: Not found, or you do not have access. */
        not_found: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "not_found",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 404,
                 *       "title": "Not found, or you do not have access",
                 *       "type": "/v1/errors/not_found"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                    /** @enum {integer} */
                    status?: 404;
                };
            };
        };
        /** @description `not_found`: Not found, or you do not have access. `no_picture`: No smaller picture can be made of these bytes. */
        "not_found.no_picture": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "not_found",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 404,
                 *       "title": "Not found, or you do not have access",
                 *       "type": "/v1/errors/not_found"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found" | "no_picture";
                    /** @enum {integer} */
                    status?: 404;
                };
            };
        };
        /** @description `offset_mismatch`: The upload goes on at another offset: ask for it by HEAD. */
        offset_mismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "offset_mismatch",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 409,
                 *       "title": "The upload goes on at another offset: ask for it by HEAD",
                 *       "type": "/v1/errors/offset_mismatch"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "offset_mismatch";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `overloaded`: The server is busy; try again. */
        overloaded: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "overloaded",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 503,
                 *       "title": "The server is busy; try again",
                 *       "type": "/v1/errors/overloaded"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "overloaded";
                    /** @enum {integer} */
                    status?: 503;
                };
            };
        };
        /** @description `overloaded`: The server is busy; try again. `unavailable`: The database cannot be reached; try again. */
        "overloaded.unavailable": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "overloaded",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 503,
                 *       "title": "The server is busy; try again",
                 *       "type": "/v1/errors/overloaded"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "overloaded" | "unavailable";
                    /** @enum {integer} */
                    status?: 503;
                };
            };
        };
        /** @description `password_change_required`: Somebody else has set the password: log in with a new one beside it. `account_disabled`: The account is disabled. */
        "password_change_required.account_disabled": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "password_change_required",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 403,
                 *       "title": "Somebody else has set the password: log in with a new one beside it",
                 *       "type": "/v1/errors/password_change_required"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "password_change_required" | "account_disabled";
                    /** @enum {integer} */
                    status?: 403;
                };
            };
        };
        /** @description `photo_not_stored`: The photo is declared, and its bytes have not all arrived. `picture_not_ready`: The bytes are stored, and the smaller pictures are not made yet. */
        "photo_not_stored.picture_not_ready": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "photo_not_stored",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 409,
                 *       "title": "The photo is declared, and its bytes have not all arrived",
                 *       "type": "/v1/errors/photo_not_stored"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "photo_not_stored" | "picture_not_ready";
                    /** @enum {integer} */
                    status?: 409;
                };
            };
        };
        /** @description `precondition_failed`: The resource has changed since you read it. */
        precondition_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "precondition_failed",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 412,
                 *       "title": "The resource has changed since you read it",
                 *       "type": "/v1/errors/precondition_failed"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "precondition_failed";
                    /** @enum {integer} */
                    status?: 412;
                };
            };
        };
        /** @description `precondition_required`: Send If-Match with the revision that you read. */
        precondition_required: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "precondition_required",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 428,
                 *       "title": "Send If-Match with the revision that you read",
                 *       "type": "/v1/errors/precondition_required"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "precondition_required";
                    /** @enum {integer} */
                    status?: 428;
                };
            };
        };
        /** @description `range_not_satisfiable`: The file has no such bytes. */
        range_not_satisfiable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "range_not_satisfiable",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 416,
                 *       "title": "The file has no such bytes",
                 *       "type": "/v1/errors/range_not_satisfiable"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "range_not_satisfiable";
                    /** @enum {integer} */
                    status?: 416;
                };
            };
        };
        /** @description `rate_limited`: You have used your share for now; go on later, nothing is lost. */
        rate_limited: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "rate_limited",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 429,
                 *       "title": "You have used your share for now; go on later, nothing is lost",
                 *       "type": "/v1/errors/rate_limited"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate_limited";
                    /** @enum {integer} */
                    status?: 429;
                };
            };
        };
        /** @description `rate_limited`: You have used your share for now; go on later, nothing is lost. `upload_quota`: This device has sent its share of the day. */
        "rate_limited.upload_quota": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "rate_limited",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 429,
                 *       "title": "You have used your share for now; go on later, nothing is lost",
                 *       "type": "/v1/errors/rate_limited"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate_limited" | "upload_quota";
                    /** @enum {integer} */
                    status?: 429;
                };
            };
        };
        /** @description `too_large`: The request is larger than allowed. */
        too_large: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "too_large",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 413,
                 *       "title": "The request is larger than allowed",
                 *       "type": "/v1/errors/too_large"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_large";
                    /** @enum {integer} */
                    status?: 413;
                };
            };
        };
        /** @description `too_many_attempts`: Too many attempts; wait. `rate_limited`: You have used your share for now; go on later, nothing is lost. */
        "too_many_attempts.rate_limited": {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "too_many_attempts",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 429,
                 *       "title": "Too many attempts; wait",
                 *       "type": "/v1/errors/too_many_attempts"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_many_attempts" | "rate_limited";
                    /** @enum {integer} */
                    status?: 429;
                };
            };
        };
        /** @description `too_slow`: Too little of the request came; send it again. */
        too_slow: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "too_slow",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 408,
                 *       "title": "Too little of the request came; send it again",
                 *       "type": "/v1/errors/too_slow"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_slow";
                    /** @enum {integer} */
                    status?: 408;
                };
            };
        };
        /** @description `unauthenticated`: Log in first. */
        unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unauthenticated",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 401,
                 *       "title": "Log in first",
                 *       "type": "/v1/errors/unauthenticated"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `unauthenticated`: Log in first. `token_expired`: The access token has expired. */
        "unauthenticated.token_expired": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unauthenticated",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 401,
                 *       "title": "Log in first",
                 *       "type": "/v1/errors/unauthenticated"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated" | "token_expired";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `unauthenticated`: Log in first. `token_expired`: The access token has expired. `token_reused`: The refresh token was used before; log in again. */
        "unauthenticated.token_expired.token_reused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unauthenticated",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 401,
                 *       "title": "Log in first",
                 *       "type": "/v1/errors/unauthenticated"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated" | "token_expired" | "token_reused";
                    /** @enum {integer} */
                    status?: 401;
                };
            };
        };
        /** @description `unsupported_media_type`: The media type or encoding is not supported. */
        unsupported_media_type: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unsupported_media_type",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 415,
                 *       "title": "The media type or encoding is not supported",
                 *       "type": "/v1/errors/unsupported_media_type"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                    /** @enum {integer} */
                    status?: 415;
                };
            };
        };
        /** @description `unsupported_tus_version`: Send Tus-Resumable with a version that the server speaks. */
        unsupported_tus_version: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unsupported_tus_version",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 412,
                 *       "title": "Send Tus-Resumable with a version that the server speaks",
                 *       "type": "/v1/errors/unsupported_tus_version"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_tus_version";
                    /** @enum {integer} */
                    status?: 412;
                };
            };
        };
        /** @description `upgrade_required`: The app is too old to pull. */
        upgrade_required: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "upgrade_required",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 426,
                 *       "title": "The app is too old to pull",
                 *       "type": "/v1/errors/upgrade_required"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "upgrade_required";
                    /** @enum {integer} */
                    status?: 426;
                };
            };
        };
        /** @description `upload_gone`: The upload has ended; begin a new one. */
        upload_gone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "upload_gone",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 410,
                 *       "title": "The upload has ended; begin a new one",
                 *       "type": "/v1/errors/upload_gone"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "upload_gone";
                    /** @enum {integer} */
                    status?: 410;
                };
            };
        };
        /** @description `upload_locked`: Another request sends bytes of this upload. */
        upload_locked: {
            headers: {
                /** @description Seconds after which to try again; of a retryable problem. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "upload_locked",
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": true,
                 *       "status": 423,
                 *       "title": "Another request sends bytes of this upload",
                 *       "type": "/v1/errors/upload_locked"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "upload_locked";
                    /** @enum {integer} */
                    status?: 423;
                };
            };
        };
        /** @description `validation`: A field has a value that cannot be accepted. */
        validation: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "validation",
                 *       "errors": [
                 *         {
                 *           "detail": "must be a latitude in degrees, from -90 to 90",
                 *           "pointer": "/point/lat"
                 *         }
                 *       ],
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 422,
                 *       "title": "A field has a value that cannot be accepted",
                 *       "type": "/v1/errors/validation"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "validation";
                    /** @enum {integer} */
                    status?: 422;
                };
            };
        };
        /** @description `validation`: A field has a value that cannot be accepted. `idempotency_mismatch`: The idempotency key was used with another request. */
        "validation.idempotency_mismatch": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "validation",
                 *       "errors": [
                 *         {
                 *           "detail": "must be a latitude in degrees, from -90 to 90",
                 *           "pointer": "/point/lat"
                 *         }
                 *       ],
                 *       "request_id": "0192f000-0000-7000-8000-00000000ffff",
                 *       "retryable": false,
                 *       "status": 422,
                 *       "title": "A field has a value that cannot be accepted",
                 *       "type": "/v1/errors/validation"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "validation" | "idempotency_mismatch";
                    /** @enum {integer} */
                    status?: 422;
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health_livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["malformed"];
            500: components["responses"]["internal"];
        };
    };
    health_figures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # TYPE bazdid_pictures_waiting gauge
                     *     bazdid_pictures_waiting 3
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    health_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["malformed"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_list: {
        parameters: {
            query?: {
                /** @description Part of the login or of the name. */
                text?: string;
                /** @description Active or disabled only. */
                state?: components["schemas"]["ActiveState"];
                /** @description Only who holds this role now. */
                role?: components["schemas"]["Role"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "display_name": "مریم رضایی",
                     *           "grants": [
                     *             {
                     *               "areas": [
                     *                 "0192f000-0000-7000-8000-000000000011"
                     *               ],
                     *               "id": "0192f000-0000-7000-8000-000000000051",
                     *               "organisation_id": null,
                     *               "role": "operator",
                     *               "valid_from": "2026-11-23T05:42:00.000000Z",
                     *               "valid_to": null
                     *             }
                     *           ],
                     *           "has_phone": true,
                     *           "id": "0192f000-0000-7000-8000-000000000041",
                     *           "locale": "fa",
                     *           "login": "operator",
                     *           "rev": 3,
                     *           "state": "active",
                     *           "updated_at": "2026-11-23T06:10:30.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": "WyIyMDI2LTExLTIzVDA1OjQyOjAwWiJd"
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "مریم رضایی",
                 *       "locale": "fa",
                 *       "login": "operator",
                 *       "password": "correct horse battery",
                 *       "phone": "+989121234567"
                 *     }
                 */
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 1,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 3,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "مریم رضایی‌نیا",
                 *       "phone": null
                 *     }
                 */
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی‌نیا",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": false,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 4,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_make_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "purpose": "phone"
                 *     }
                 */
                "application/json": components["schemas"]["CodeToMake"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "7K3M-9QX2-ABCD-0101",
                     *       "expires_at": "2026-11-23T07:10:30.000000Z",
                     *       "purpose": "phone",
                     *       "qr": "bazdid:enrol?v=1&server=https%3A%2F%2Ffield.city.example&purpose=phone&code=7K3M-9QX2-ABCD-0101"
                     *     }
                     */
                    "application/json": components["schemas"]["AccessCode"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_disable: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 4,
                     *       "state": "disabled",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_enable: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 5,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_end_sessions: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 4,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_grant: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "areas": [
                 *         "0192f000-0000-7000-8000-000000000011"
                 *       ],
                 *       "role": "operator",
                 *       "valid_from": "2026-11-23T05:42:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["NewGrant"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 2,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_reset_password: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 4,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_revoke_grant: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_id": "0192f000-0000-7000-8000-000000000051"
                 *     }
                 */
                "application/json": components["schemas"]["GrantToRevoke"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": "2026-11-23T06:10:30.000000Z"
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "rev": 4,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    areas_list: {
        parameters: {
            query?: {
                /** @description Of one level. */
                kind?: components["schemas"]["AreaKind"];
                /** @description Directly below one area. */
                parent_id?: components["schemas"]["Id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "code": "qazvin-1-2",
                     *           "id": "0192f000-0000-7000-8000-000000000013",
                     *           "kind": "district",
                     *           "name_en": "District 2 of Region 1",
                     *           "name_fa": "ناحیه ۲ منطقه ۱",
                     *           "parent_id": "0192f000-0000-7000-8000-000000000012",
                     *           "rev": 1,
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_AreaView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    areas_locate: {
        parameters: {
            query: {
                /** @description Latitude, WGS84. */
                lat: number;
                /** @description Longitude, WGS84. */
                lon: number;
                /** @description Accuracy, metres. */
                accuracy_m?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["LocateAnswer"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    areas_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "qazvin-1-2",
                     *       "id": "0192f000-0000-7000-8000-000000000013",
                     *       "kind": "district",
                     *       "name_en": "District 2 of Region 1",
                     *       "name_fa": "ناحیه ۲ منطقه ۱",
                     *       "parent_id": "0192f000-0000-7000-8000-000000000012",
                     *       "rev": 1,
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AreaView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    areas_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name_en": "District 2",
                 *       "name_fa": "ناحیه ۲",
                 *       "parent_id": "0192f000-0000-7000-8000-000000000012"
                 *     }
                 */
                "application/json": components["schemas"]["AreaData"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "qazvin-1-2",
                     *       "id": "0192f000-0000-7000-8000-000000000013",
                     *       "kind": "district",
                     *       "name_en": "District 2",
                     *       "name_fa": "ناحیه ۲",
                     *       "parent_id": "0192f000-0000-7000-8000-000000000012",
                     *       "rev": 2,
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AreaView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    areas_outline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "geometry": {
                     *         "coordinates": [
                     *           [
                     *             [
                     *               [
                     *                 49.99,
                     *                 36.26
                     *               ],
                     *               [
                     *                 50.02,
                     *                 36.26
                     *               ],
                     *               [
                     *                 50.02,
                     *                 36.28
                     *               ],
                     *               [
                     *                 49.99,
                     *                 36.26
                     *               ]
                     *             ]
                     *           ]
                     *         ],
                     *         "type": "MultiPolygon"
                     *       },
                     *       "id": "0192f000-0000-7000-8000-000000000013",
                     *       "properties": {
                     *         "code": "qazvin-1-2",
                     *         "kind": "district",
                     *         "name_en": "District 2 of Region 1",
                     *         "name_fa": "ناحیه ۲ منطقه ۱",
                     *         "source": "synthetic",
                     *         "valid_from": "2026-11-23T05:42:00.000000Z",
                     *         "valid_to": null
                     *       },
                     *       "type": "Feature"
                     *     }
                     */
                    "application/geo+json": components["schemas"]["AreaFeature"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description Done to things of this kind. */
                entity_kind?: string;
                /** @description Done to this thing. */
                entity?: string;
                /** @description Done by this person. */
                actor?: components["schemas"]["Id"];
                /**
                 * @description This was done.
                 * @example conflict.resolve
                 */
                action?: string;
                /** @description At or after. */
                from?: components["schemas"]["Instant"];
                /** @description Before. */
                to?: components["schemas"]["Instant"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "action": "conflict.resolve",
                     *           "actor": "0192f000-0000-7000-8000-000000000042",
                     *           "at": "2026-11-23T06:10:30.000000Z",
                     *           "detail": {
                     *             "resolution": "keep"
                     *           },
                     *           "entity": "0192f000-0000-7000-8000-000000000081",
                     *           "entity_kind": "conflict",
                     *           "id": "0192f000-0000-7000-8000-0000000001f1",
                     *           "request_id": "0192f000-0000-7000-8000-00000000ffff"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_AuditView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "login": "operator",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
                     *       "account": {
                     *         "display_name": "مریم رضایی",
                     *         "id": "0192f000-0000-7000-8000-000000000041",
                     *         "login": "operator",
                     *         "roles": [
                     *           "operator"
                     *         ]
                     *       },
                     *       "expires_in": 900,
                     *       "known_client": "bzk_AAECAwQFBgcICQoLDA0ODw",
                     *       "refresh_token": "bzr_Yk9tZnFyc3R1dnd4eXo",
                     *       "token_type": "Bearer"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["bad_credentials"];
            403: components["responses"]["password_change_required.account_disabled"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["too_many_attempts.rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the response has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    auth_redeem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "7K3M-9QX2-ABCD-0101",
                 *       "new_password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["RedeemBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
                     *       "account": {
                     *         "display_name": "مریم رضایی",
                     *         "id": "0192f000-0000-7000-8000-000000000041",
                     *         "login": "operator",
                     *         "roles": [
                     *           "operator"
                     *         ]
                     *       },
                     *       "expires_in": 900,
                     *       "known_client": "bzk_AAECAwQFBgcICQoLDA0ODw",
                     *       "refresh_token": "bzr_Yk9tZnFyc3R1dnd4eXo",
                     *       "token_type": "Bearer"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["bad_credentials"];
            403: components["responses"]["account_disabled"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "bzr_Yk9tZnFyc3R1dnd4eXo"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
                     *       "account": {
                     *         "display_name": "مریم رضایی",
                     *         "id": "0192f000-0000-7000-8000-000000000041",
                     *         "login": "operator",
                     *         "roles": [
                     *           "operator"
                     *         ]
                     *       },
                     *       "expires_in": 900,
                     *       "refresh_token": "bzr_QWJjZGVmZ2hpamtsbW5v",
                     *       "token_type": "Bearer"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired.token_reused"];
            403: components["responses"]["account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    calls_list: {
        parameters: {
            query?: {
                /** @description Of this ticket; absent: those that one took oneself. */
                ticket?: components["schemas"]["Id"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "has_phone": true,
                     *           "id": "0192f000-0000-7000-8000-000000000091",
                     *           "outcome": "information_only",
                     *           "taken_at": "2026-11-23T06:10:30.000000Z",
                     *           "taken_by": "0192f000-0000-7000-8000-000000000041",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_CallView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    calls_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "outcome": "information_only",
                 *       "phone": "+989121234567",
                 *       "ticket": "0192f000-0000-7000-8000-0000000000a1"
                 *     }
                 */
                "application/json": components["schemas"]["NewCall"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000091",
                     *       "outcome": "information_only",
                     *       "taken_at": "2026-11-23T06:10:30.000000Z",
                     *       "taken_by": "0192f000-0000-7000-8000-000000000041",
                     *       "ticket": "0192f000-0000-7000-8000-0000000000a1"
                     *     }
                     */
                    "application/json": components["schemas"]["CallView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    calls_find: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+989121234567"
                 *     }
                 */
                "application/json": components["schemas"]["CallerToFind"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "has_phone": true,
                     *           "id": "0192f000-0000-7000-8000-000000000091",
                     *           "outcome": "information_only",
                     *           "taken_at": "2026-11-23T06:10:30.000000Z",
                     *           "taken_by": "0192f000-0000-7000-8000-000000000041",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_CallView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    calls_reveal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The crew cannot find the address"
                 *     }
                 */
                "application/json": components["schemas"]["RevealReason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "phone": "+989121234567"
                     *     }
                     */
                    "application/json": components["schemas"]["Caller"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    categories_list: {
        parameters: {
            query?: {
                /** @description In use or not. */
                state?: components["schemas"]["ActiveState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "accept_minutes": 60,
                     *           "checklist_id": null,
                     *           "code": "roads.pothole",
                     *           "default_priority": "normal",
                     *           "evidence": {
                     *             "photos": [
                     *               {
                     *                 "kind": "before",
                     *                 "min": 1
                     *               },
                     *               {
                     *                 "kind": "after",
                     *                 "min": 1
                     *               }
                     *             ],
                     *             "stored": true
                     *           },
                     *           "evidence_radius_m": 30,
                     *           "evidence_thresholds": {
                     *             "before_arrival_s": 300
                     *           },
                     *           "hazard": "low",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو",
                     *           "needs_inspection": false,
                     *           "owner_id": "0192f000-0000-7000-8000-000000000020",
                     *           "parent_id": "0192f000-0000-7000-8000-000000000031",
                     *           "resolve_minutes": 2880,
                     *           "rev": 2,
                     *           "state": "active",
                     *           "synonyms": [
                     *             "گودال"
                     *           ],
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_CategoryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    categories_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "accept_minutes": 60,
                 *       "checklist_id": null,
                 *       "code": "roads.pothole",
                 *       "default_priority": "normal",
                 *       "evidence": {
                 *         "photos": [
                 *           {
                 *             "kind": "before",
                 *             "min": 1
                 *           },
                 *           {
                 *             "kind": "after",
                 *             "min": 1
                 *           }
                 *         ],
                 *         "stored": true
                 *       },
                 *       "evidence_radius_m": 30,
                 *       "evidence_thresholds": {
                 *         "before_arrival_s": 300
                 *       },
                 *       "hazard": "low",
                 *       "name_en": "Pothole",
                 *       "name_fa": "چاله در سواره‌رو",
                 *       "needs_inspection": false,
                 *       "owner_id": "0192f000-0000-7000-8000-000000000020",
                 *       "parent_id": "0192f000-0000-7000-8000-000000000031",
                 *       "resolve_minutes": 2880,
                 *       "state": "active",
                 *       "synonyms": [
                 *         "گودال"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CategoryData"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_minutes": 60,
                     *       "checklist_id": null,
                     *       "code": "roads.pothole",
                     *       "default_priority": "normal",
                     *       "evidence": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "evidence_radius_m": 30,
                     *       "evidence_thresholds": {
                     *         "before_arrival_s": 300
                     *       },
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-000000000032",
                     *       "name_en": "Pothole",
                     *       "name_fa": "چاله در سواره‌رو",
                     *       "needs_inspection": false,
                     *       "owner_id": "0192f000-0000-7000-8000-000000000020",
                     *       "parent_id": "0192f000-0000-7000-8000-000000000031",
                     *       "resolve_minutes": 2880,
                     *       "rev": 1,
                     *       "state": "active",
                     *       "synonyms": [
                     *         "گودال"
                     *       ],
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CategoryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    categories_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_minutes": 60,
                     *       "checklist_id": null,
                     *       "code": "roads.pothole",
                     *       "default_priority": "normal",
                     *       "evidence": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "evidence_radius_m": 30,
                     *       "evidence_thresholds": {
                     *         "before_arrival_s": 300
                     *       },
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-000000000032",
                     *       "name_en": "Pothole",
                     *       "name_fa": "چاله در سواره‌رو",
                     *       "needs_inspection": false,
                     *       "owner_id": "0192f000-0000-7000-8000-000000000020",
                     *       "parent_id": "0192f000-0000-7000-8000-000000000031",
                     *       "resolve_minutes": 2880,
                     *       "rev": 2,
                     *       "state": "active",
                     *       "synonyms": [
                     *         "گودال"
                     *       ],
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CategoryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    categories_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "accept_minutes": 60,
                 *       "checklist_id": null,
                 *       "code": "roads.pothole",
                 *       "default_priority": "normal",
                 *       "evidence": {
                 *         "photos": [
                 *           {
                 *             "kind": "before",
                 *             "min": 1
                 *           },
                 *           {
                 *             "kind": "after",
                 *             "min": 1
                 *           }
                 *         ],
                 *         "stored": true
                 *       },
                 *       "evidence_radius_m": 30,
                 *       "evidence_thresholds": {
                 *         "before_arrival_s": 300
                 *       },
                 *       "hazard": "low",
                 *       "name_en": "Pothole",
                 *       "name_fa": "چاله در سواره‌رو",
                 *       "needs_inspection": false,
                 *       "owner_id": "0192f000-0000-7000-8000-000000000020",
                 *       "parent_id": "0192f000-0000-7000-8000-000000000031",
                 *       "resolve_minutes": 1440,
                 *       "state": "active",
                 *       "synonyms": [
                 *         "گودال"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CategoryData"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_minutes": 60,
                     *       "checklist_id": null,
                     *       "code": "roads.pothole",
                     *       "default_priority": "normal",
                     *       "evidence": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "evidence_radius_m": 30,
                     *       "evidence_thresholds": {
                     *         "before_arrival_s": 300
                     *       },
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-000000000032",
                     *       "name_en": "Pothole",
                     *       "name_fa": "چاله در سواره‌رو",
                     *       "needs_inspection": false,
                     *       "owner_id": "0192f000-0000-7000-8000-000000000020",
                     *       "parent_id": "0192f000-0000-7000-8000-000000000031",
                     *       "resolve_minutes": 1440,
                     *       "rev": 3,
                     *       "state": "active",
                     *       "synonyms": [
                     *         "گودال"
                     *       ],
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CategoryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    conflicts_list: {
        parameters: {
            query?: {
                /** @description Decided or not. */
                status?: components["schemas"]["ConflictStatus"];
                /** @description Of this class. */
                kind?: components["schemas"]["ConflictKind"];
                /** @description Mattering so much. */
                severity?: components["schemas"]["Severity"];
                /** @description At a ticket in this area or below it. */
                area?: components["schemas"]["Id"];
                /** @description At this ticket. */
                ticket?: components["schemas"]["Id"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "accepts": [
                     *             "keep",
                     *             "take_other",
                     *             "set"
                     *           ],
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000013"
                     *           ],
                     *           "base": {
                     *             "text": "چاله"
                     *           },
                     *           "default_in_force": "the newest value stands",
                     *           "id": "0192f000-0000-7000-8000-000000000081",
                     *           "kind": "parallel_update",
                     *           "mine": {
                     *             "by": "0192f000-0000-7000-8000-000000000045",
                     *             "value": "چالهٔ بزرگ"
                     *           },
                     *           "mutation": "0192f000-0000-7000-8000-000000001001",
                     *           "note": null,
                     *           "other_mutation": "0192f000-0000-7000-8000-000000001002",
                     *           "raised_at": "2026-11-23T06:10:30.000000Z",
                     *           "resolution": null,
                     *           "resolved_at": null,
                     *           "resolved_by": null,
                     *           "rev": 1,
                     *           "severity": "soft",
                     *           "status": "open",
                     *           "theirs": {
                     *             "by": "0192f000-0000-7000-8000-000000000043",
                     *             "value": "چاله جلوی نانوایی"
                     *           },
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "work_order": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_ConflictView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    conflicts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepts": [
                     *         "keep",
                     *         "take_other",
                     *         "set"
                     *       ],
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "base": {
                     *         "text": "چاله"
                     *       },
                     *       "default_in_force": "the newest value stands",
                     *       "id": "0192f000-0000-7000-8000-000000000081",
                     *       "kind": "parallel_update",
                     *       "mine": {
                     *         "by": "0192f000-0000-7000-8000-000000000045",
                     *         "value": "چالهٔ بزرگ"
                     *       },
                     *       "mutation": "0192f000-0000-7000-8000-000000001001",
                     *       "note": null,
                     *       "other_mutation": "0192f000-0000-7000-8000-000000001002",
                     *       "raised_at": "2026-11-23T06:10:30.000000Z",
                     *       "resolution": null,
                     *       "resolved_at": null,
                     *       "resolved_by": null,
                     *       "rev": 1,
                     *       "severity": "soft",
                     *       "status": "open",
                     *       "theirs": {
                     *         "by": "0192f000-0000-7000-8000-000000000043",
                     *         "value": "چاله جلوی نانوایی"
                     *       },
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "work_order": null
                     *     }
                     */
                    "application/json": components["schemas"]["ConflictView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    conflicts_resolve: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "note": "Both are right",
                 *       "resolution": "set",
                 *       "value": "چالهٔ بزرگ جلوی نانوایی"
                 *     }
                 */
                "application/json": components["schemas"]["ResolveBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepts": [
                     *         "keep",
                     *         "take_other",
                     *         "set"
                     *       ],
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "base": {
                     *         "text": "چاله"
                     *       },
                     *       "default_in_force": "the newest value stands",
                     *       "id": "0192f000-0000-7000-8000-000000000081",
                     *       "kind": "parallel_update",
                     *       "mine": {
                     *         "by": "0192f000-0000-7000-8000-000000000045",
                     *         "value": "چالهٔ بزرگ"
                     *       },
                     *       "mutation": "0192f000-0000-7000-8000-000000001001",
                     *       "note": "Both are right",
                     *       "other_mutation": "0192f000-0000-7000-8000-000000001002",
                     *       "raised_at": "2026-11-23T06:10:30.000000Z",
                     *       "resolution": "set",
                     *       "resolved_at": "2026-11-23T09:03:11.120000Z",
                     *       "resolved_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000042",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "rev": 2,
                     *       "severity": "soft",
                     *       "status": "resolved",
                     *       "theirs": {
                     *         "by": "0192f000-0000-7000-8000-000000000043",
                     *         "value": "چاله جلوی نانوایی"
                     *       },
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "work_order": null
                     *     }
                     */
                    "application/json": components["schemas"]["ConflictView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition.conflict"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_list: {
        parameters: {
            query?: {
                /** @description With one organisation. */
                organisation_id?: components["schemas"]["Id"];
                /** @description Of one status. */
                status?: components["schemas"]["ContractStatus"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "daily_capacity": 40,
                     *           "id": "0192f000-0000-7000-8000-000000000061",
                     *           "number": "1405/137",
                     *           "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *           "rev": 2,
                     *           "status": "active",
                     *           "updated_at": "2026-11-23T05:42:00.000000Z",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": "2027-03-20T20:30:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "daily_capacity": 40,
                 *       "number": "1405/137",
                 *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                 *       "valid_from": "2026-11-23T05:42:00.000000Z",
                 *       "valid_to": "2027-03-20T20:30:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["ContractData"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 40,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 1,
                     *       "status": "draft",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_reports: {
        parameters: {
            query?: {
                /** @description The instant; absent: now. */
                at?: components["schemas"]["Instant"];
                /** @description How many days ahead to look for contracts that end. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ending": [
                     *         {
                     *           "contract_id": "0192f000-0000-7000-8000-000000000061",
                     *           "ends_at": "2027-03-20T20:30:00.000000Z"
                     *         }
                     *       ],
                     *       "gaps": [
                     *         {
                     *           "area_id": "0192f000-0000-7000-8000-000000000013",
                     *           "category_id": "0192f000-0000-7000-8000-000000000031",
                     *           "partly": true
                     *         }
                     *       ],
                     *       "overlaps": [
                     *         {
                     *           "area_id": "0192f000-0000-7000-8000-000000000012",
                     *           "category_id": null,
                     *           "coverages": [
                     *             "0192f000-0000-7000-8000-000000000062",
                     *             "0192f000-0000-7000-8000-000000000063"
                     *           ],
                     *           "rank": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ContractReport"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 40,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 1,
                     *       "status": "draft",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "daily_capacity": 60,
                 *       "number": "1405/137",
                 *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                 *       "valid_from": "2026-11-23T05:42:00.000000Z",
                 *       "valid_to": "2027-03-20T20:30:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["ContractData"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 60,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 2,
                     *       "status": "draft",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_activate: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 40,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 2,
                     *       "status": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_end: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 40,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 2,
                     *       "status": "ended",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    contracts_suspend: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "daily_capacity": 40,
                     *       "id": "0192f000-0000-7000-8000-000000000061",
                     *       "number": "1405/137",
                     *       "organisation_id": "0192f000-0000-7000-8000-000000000021",
                     *       "rev": 2,
                     *       "status": "suspended",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": "2027-03-20T20:30:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ContractView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    coverages_list: {
        parameters: {
            query?: {
                /** @description Of one contract. */
                contract_id?: components["schemas"]["Id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "area_id": "0192f000-0000-7000-8000-000000000012",
                     *           "category_id": "0192f000-0000-7000-8000-000000000031",
                     *           "contract_id": "0192f000-0000-7000-8000-000000000061",
                     *           "daily_capacity": null,
                     *           "descent": "with_descendants",
                     *           "id": "0192f000-0000-7000-8000-000000000062",
                     *           "rank": 1,
                     *           "rev": 1,
                     *           "updated_at": "2026-11-23T05:42:00.000000Z",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_CoverageView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    coverages_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "area_id": "0192f000-0000-7000-8000-000000000012",
                 *       "category_id": "0192f000-0000-7000-8000-000000000031",
                 *       "contract_id": "0192f000-0000-7000-8000-000000000061",
                 *       "daily_capacity": null,
                 *       "descent": "with_descendants",
                 *       "rank": 1,
                 *       "valid_from": "2026-11-23T05:42:00.000000Z",
                 *       "valid_to": null
                 *     }
                 */
                "application/json": components["schemas"]["CoverageData"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "area_id": "0192f000-0000-7000-8000-000000000012",
                     *       "category_id": "0192f000-0000-7000-8000-000000000031",
                     *       "contract_id": "0192f000-0000-7000-8000-000000000061",
                     *       "daily_capacity": null,
                     *       "descent": "with_descendants",
                     *       "id": "0192f000-0000-7000-8000-000000000062",
                     *       "rank": 1,
                     *       "rev": 1,
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": null
                     *     }
                     */
                    "application/json": components["schemas"]["CoverageView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    coverages_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "area_id": "0192f000-0000-7000-8000-000000000012",
                     *       "category_id": "0192f000-0000-7000-8000-000000000031",
                     *       "contract_id": "0192f000-0000-7000-8000-000000000061",
                     *       "daily_capacity": null,
                     *       "descent": "with_descendants",
                     *       "id": "0192f000-0000-7000-8000-000000000062",
                     *       "rank": 1,
                     *       "rev": 1,
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": null
                     *     }
                     */
                    "application/json": components["schemas"]["CoverageView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    coverages_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "area_id": "0192f000-0000-7000-8000-000000000012",
                 *       "category_id": "0192f000-0000-7000-8000-000000000031",
                 *       "contract_id": "0192f000-0000-7000-8000-000000000061",
                 *       "daily_capacity": null,
                 *       "descent": "with_descendants",
                 *       "rank": 2,
                 *       "valid_from": "2026-11-23T05:42:00.000000Z",
                 *       "valid_to": null
                 *     }
                 */
                "application/json": components["schemas"]["CoverageData"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "area_id": "0192f000-0000-7000-8000-000000000012",
                     *       "category_id": "0192f000-0000-7000-8000-000000000031",
                     *       "contract_id": "0192f000-0000-7000-8000-000000000061",
                     *       "daily_capacity": null,
                     *       "descent": "with_descendants",
                     *       "id": "0192f000-0000-7000-8000-000000000062",
                     *       "rank": 2,
                     *       "rev": 2,
                     *       "updated_at": "2026-11-23T06:10:30.000000Z",
                     *       "valid_from": "2026-11-23T05:42:00.000000Z",
                     *       "valid_to": null
                     *     }
                     */
                    "application/json": components["schemas"]["CoverageView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    devices_list: {
        parameters: {
            query?: {
                /** @description Of one account. */
                account_id?: components["schemas"]["Id"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "account_id": "0192f000-0000-7000-8000-000000000043",
                     *           "app_version": "2.4.0",
                     *           "applied_through": 803,
                     *           "chain": "abababababababababababababababababababababababababababababababab",
                     *           "clock_offset_s": 2,
                     *           "clock_trust": "good",
                     *           "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *           "id": "0192f000-0000-7000-8000-000000000071",
                     *           "last_pull_at": "2026-11-23T06:10:30.000000Z",
                     *           "last_push_at": "2026-11-23T06:10:30.000000Z",
                     *           "name": "گوشی ۷",
                     *           "pending": 0,
                     *           "platform": "android",
                     *           "retired": false,
                     *           "revoked_at": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_DeviceView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    devices_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "account_id": "0192f000-0000-7000-8000-000000000043",
                     *       "app_version": "2.4.0",
                     *       "applied_through": 803,
                     *       "chain": "abababababababababababababababababababababababababababababababab",
                     *       "clock_offset_s": 2,
                     *       "clock_trust": "good",
                     *       "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *       "id": "0192f000-0000-7000-8000-000000000071",
                     *       "last_pull_at": "2026-11-23T06:10:30.000000Z",
                     *       "last_push_at": "2026-11-23T06:10:30.000000Z",
                     *       "name": "گوشی ۷",
                     *       "pending": 0,
                     *       "platform": "android",
                     *       "retired": false,
                     *       "revoked_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    errors_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "code": "validation",
                     *           "retryable": false,
                     *           "status": 422,
                     *           "title": "A field has a value that cannot be accepted"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_ErrorCode"];
                };
            };
            400: components["responses"]["malformed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded"];
        };
    };
    errors_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The code */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "validation",
                     *       "retryable": false,
                     *       "status": 422,
                     *       "title": "A field has a value that cannot be accepted"
                     *     }
                     */
                    "application/json": components["schemas"]["ErrorCode"];
                };
            };
            400: components["responses"]["malformed"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded"];
        };
    };
    inbox_get: {
        parameters: {
            query?: {
                /**
                 * @description Of these kinds, separated by commas; without it of all.
                 * @example draft,failed_visit
                 */
                kind?: string;
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "counts": [
                     *         {
                     *           "count": 1,
                     *           "is_exact": true,
                     *           "kind": "draft"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "failed_visit"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "hold_request"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "offer_expiring"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "round"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "finding"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "ready_to_close"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "deferral_due"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "overdue"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "outside"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "evidence"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "conflict"
                     *         },
                     *         {
                     *           "count": 0,
                     *           "is_exact": true,
                     *           "kind": "quarantine"
                     *         },
                     *         {
                     *           "count": 1,
                     *           "is_exact": true,
                     *           "kind": "clock"
                     *         }
                     *       ],
                     *       "items": [
                     *         {
                     *           "actions": [
                     *             {
                     *               "href": "/v1/work-orders/0192f000-0000-7000-8000-0000000000b1/offer",
                     *               "if_match": "\"1\"",
                     *               "name": "offer"
                     *             },
                     *             {
                     *               "href": "/v1/work-orders/0192f000-0000-7000-8000-0000000000b1/cancel",
                     *               "if_match": "\"1\"",
                     *               "name": "cancel"
                     *             }
                     *           ],
                     *           "due_at": null,
                     *           "id": "draft-0192f000-0000-7000-8000-0000000000b1",
                     *           "kind": "draft",
                     *           "owner": {
                     *             "person": {
                     *               "id": "0192f000-0000-7000-8000-000000000045",
                     *               "name": "مریم احمدی"
                     *             },
                     *             "until": "2026-11-23T06:40:30.000000Z"
                     *           },
                     *           "since": "2026-11-23T05:42:00.000000Z",
                     *           "subject": {
                     *             "type": "work_order",
                     *             "value": {
                     *               "accept_due": null,
                     *               "account": null,
                     *               "assignment": null,
                     *               "contract": null,
                     *               "coverage": null,
                     *               "created_at": "2026-11-23T05:42:00.000000Z",
                     *               "epoch": 1,
                     *               "evidence": "missing",
                     *               "evidence_needs": {
                     *                 "photos": [
                     *                   {
                     *                     "kind": "before",
                     *                     "min": 1
                     *                   },
                     *                   {
                     *                     "kind": "after",
                     *                     "min": 1
                     *                   }
                     *                 ],
                     *                 "stored": true
                     *               },
                     *               "explanation": {
                     *                 "boundary": "clear",
                     *                 "chosen": null,
                     *                 "considered": [],
                     *                 "decided_at": "2026-11-23T05:42:00.000000Z",
                     *                 "how": "contract",
                     *                 "other_categories": 4
                     *               },
                     *               "findings": null,
                     *               "flags": [],
                     *               "id": "0192f000-0000-7000-8000-0000000000b1",
                     *               "kind": "repair",
                     *               "organisation": null,
                     *               "reason": null,
                     *               "resolve_due": null,
                     *               "rev": 1,
                     *               "review_at": null,
                     *               "round": 1,
                     *               "state": "draft",
                     *               "ticket": {
                     *                 "category": {
                     *                   "code": "roads.pothole",
                     *                   "id": "0192f000-0000-7000-8000-000000000032",
                     *                   "name_en": "Pothole",
                     *                   "name_fa": "چاله در سواره‌رو"
                     *                 },
                     *                 "code": "0485123976",
                     *                 "hazard": "low",
                     *                 "id": "0192f000-0000-7000-8000-0000000000a1",
                     *                 "place": {
                     *                   "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *                   "areas": [
                     *                     {
                     *                       "id": "0192f000-0000-7000-8000-000000000011",
                     *                       "name": "District 3"
                     *                     },
                     *                     {
                     *                       "id": "0192f000-0000-7000-8000-000000000012",
                     *                       "name": "District 3"
                     *                     },
                     *                     {
                     *                       "id": "0192f000-0000-7000-8000-000000000013",
                     *                       "name": "District 2"
                     *                     }
                     *                   ]
                     *                 },
                     *                 "priority": "normal",
                     *                 "promise_at": "2026-11-25T10:00:00.000000Z"
                     *               },
                     *               "updated_at": "2026-11-23T05:42:00.000000Z"
                     *             }
                     *           },
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           }
                     *         },
                     *         {
                     *           "actions": [],
                     *           "due_at": null,
                     *           "id": "clock-0192f000-0000-7000-8000-000000000071",
                     *           "kind": "clock",
                     *           "owner": null,
                     *           "since": "2026-11-23T06:10:30.000000Z",
                     *           "subject": {
                     *             "type": "device",
                     *             "value": {
                     *               "account_id": "0192f000-0000-7000-8000-000000000043",
                     *               "app_version": "2.4.0",
                     *               "applied_through": 803,
                     *               "chain": "abababababababababababababababababababababababababababababababab",
                     *               "clock_offset_s": -94000,
                     *               "clock_trust": "wrong",
                     *               "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *               "id": "0192f000-0000-7000-8000-000000000071",
                     *               "last_pull_at": "2026-11-23T06:10:30.000000Z",
                     *               "last_push_at": "2026-11-23T06:10:30.000000Z",
                     *               "name": "گوشی ۷",
                     *               "pending": 0,
                     *               "platform": "android",
                     *               "retired": false,
                     *               "revoked_at": null
                     *             }
                     *           },
                     *           "ticket": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["InboxView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    inbox_claim: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Identity of the thing
                 * @example draft-0197a000-0000-7000-8000-000000000001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "person": {
                     *         "id": "0192f000-0000-7000-8000-000000000045",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "until": "2026-11-23T06:40:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["InboxOwner"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    inbox_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Identity of the thing
                 * @example draft-0197a000-0000-7000-8000-000000000001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the response has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "display_name": "مریم رضایی",
                     *       "grants": [
                     *         {
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011"
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-000000000051",
                     *           "organisation_id": null,
                     *           "role": "operator",
                     *           "valid_from": "2026-11-23T05:42:00.000000Z",
                     *           "valid_to": null
                     *         }
                     *       ],
                     *       "has_phone": true,
                     *       "id": "0192f000-0000-7000-8000-000000000041",
                     *       "locale": "fa",
                     *       "login": "operator",
                     *       "permissions": [
                     *         "own",
                     *         "catalogue.read",
                     *         "area.read",
                     *         "ticket.create",
                     *         "ticket.read",
                     *         "ticket.manage"
                     *       ],
                     *       "rev": 3,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OwnAccountView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "new_password": "staple of another kind",
                 *       "old_password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done; the response has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["too_many_attempts.rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_list_notices: {
        parameters: {
            query?: {
                /** @description Only those that nobody has seen. */
                open?: boolean;
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "account_id": "0192f000-0000-7000-8000-000000000041",
                     *           "id": "0192f000-0000-7000-8000-0000000000d1",
                     *           "kind": "reveal_granted",
                     *           "raised_at": "2026-11-23T05:42:00.000000Z",
                     *           "raised_by": "0192f000-0000-7000-8000-000000000041",
                     *           "seen_at": null,
                     *           "seen_by": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_NoticeView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    accounts_acknowledge_notice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "account_id": "0192f000-0000-7000-8000-000000000041",
                     *       "id": "0192f000-0000-7000-8000-0000000000d1",
                     *       "kind": "reveal_granted",
                     *       "raised_at": "2026-11-23T05:42:00.000000Z",
                     *       "raised_by": "0192f000-0000-7000-8000-000000000041",
                     *       "seen_at": "2026-11-23T06:10:30.000000Z",
                     *       "seen_by": "0192f000-0000-7000-8000-000000000043"
                     *     }
                     */
                    "application/json": components["schemas"]["NoticeView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    organisations_list: {
        parameters: {
            query?: {
                /** @description Of one kind. */
                kind?: components["schemas"]["OrganisationKind"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "code": "rah",
                     *           "id": "0192f000-0000-7000-8000-000000000021",
                     *           "kind": "contractor",
                     *           "name_en": "Rahsazan",
                     *           "name_fa": "راه‌سازان",
                     *           "parent_id": null,
                     *           "rev": 1,
                     *           "state": "active",
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_OrganisationView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    organisations_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "rah",
                 *       "kind": "contractor",
                 *       "name_en": "Rahsazan",
                 *       "name_fa": "راه‌سازان",
                 *       "parent_id": null,
                 *       "state": "active"
                 *     }
                 */
                "application/json": components["schemas"]["OrganisationData"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "rah",
                     *       "id": "0192f000-0000-7000-8000-000000000021",
                     *       "kind": "contractor",
                     *       "name_en": "Rahsazan",
                     *       "name_fa": "راه‌سازان",
                     *       "parent_id": null,
                     *       "rev": 1,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OrganisationView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    organisations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "rah",
                     *       "id": "0192f000-0000-7000-8000-000000000021",
                     *       "kind": "contractor",
                     *       "name_en": "Rahsazan",
                     *       "name_fa": "راه‌سازان",
                     *       "parent_id": null,
                     *       "rev": 1,
                     *       "state": "active",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OrganisationView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    organisations_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "rah",
                 *       "kind": "contractor",
                 *       "name_en": "Rahsazan",
                 *       "name_fa": "راه‌سازان",
                 *       "parent_id": null,
                 *       "state": "disabled"
                 *     }
                 */
                "application/json": components["schemas"]["OrganisationData"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "rah",
                     *       "id": "0192f000-0000-7000-8000-000000000021",
                     *       "kind": "contractor",
                     *       "name_en": "Rahsazan",
                     *       "name_fa": "راه‌سازان",
                     *       "parent_id": null,
                     *       "rev": 2,
                     *       "state": "disabled",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OrganisationView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    patrols_list: {
        parameters: {
            query?: {
                /** @description In this area or below it. */
                area?: components["schemas"]["Id"];
                /** @description Of this person. */
                actor?: components["schemas"]["Id"];
                /** @description That came to this. */
                outcome?: components["schemas"]["PatrolOutcome"];
                /** @description That ended at this instant or later. */
                from?: components["schemas"]["Instant"];
                /** @description That ended before this instant. */
                to?: components["schemas"]["Instant"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000042",
                     *           "area": "0192f000-0000-7000-8000-000000000011",
                     *           "device": "0192f000-0000-7000-8000-000000000061",
                     *           "end_point": {
                     *             "accuracy_m": 6,
                     *             "lat": 36.2702,
                     *             "lon": 50.0077
                     *           },
                     *           "finished_at": "2026-11-23T05:42:00.000000Z",
                     *           "id": "0192f000-0000-7000-8000-0000000000f1",
                     *           "mock": "real",
                     *           "note": "کوچه‌های شرقی دیده شد",
                     *           "organisation": null,
                     *           "outcome": "reported",
                     *           "received_at": "2026-11-23T06:10:30.000000Z",
                     *           "start_point": {
                     *             "accuracy_m": 8,
                     *             "lat": 36.2688,
                     *             "lon": 50.0041
                     *           },
                     *           "started_at": "2026-11-23T04:10:00.000000Z",
                     *           "tickets": [
                     *             "0192f000-0000-7000-8000-0000000000a1"
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_PatrolView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    photos_list: {
        parameters: {
            query?: {
                /** @description Of this ticket. */
                ticket?: components["schemas"]["Id"];
                /** @description For this work order. */
                work_order?: components["schemas"]["Id"];
                /** @description On this visit. */
                visit?: components["schemas"]["Id"];
                /** @description Meant to show this. */
                kind?: components["schemas"]["PhotoKind"];
                /** @description With the bytes there. */
                state?: components["schemas"]["PhotoState"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": {
                     *             "id": "0192f000-0000-7000-8000-000000000043",
                     *             "name": "مریم احمدی"
                     *           },
                     *           "bytes": 348211,
                     *           "captured_at": "2026-11-23T09:03:11.120000Z",
                     *           "captured_est": "2026-11-23T09:03:11.120000Z",
                     *           "device": "0192f000-0000-7000-8000-000000000071",
                     *           "heading_deg": 120,
                     *           "height": 3000,
                     *           "id": "0192f000-0000-7000-8000-0000000000f2",
                     *           "kind": "after",
                     *           "mime": "image/jpeg",
                     *           "mock": "real",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "point": {
                     *             "accuracy_m": 8,
                     *             "lat": 36.2688,
                     *             "lon": 50.0041
                     *           },
                     *           "received_at": "2026-11-23T09:03:11.120000Z",
                     *           "removed_at": null,
                     *           "rev": 2,
                     *           "sha256": "abababababababababababababababababababababababababababababababab",
                     *           "state": "stored",
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "ticket_id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "verdicts": [
                     *             {
                     *               "check": "distance",
                     *               "figures": {
                     *                 "allowed_m": 46,
                     *                 "distance_m": 6.4,
                     *                 "photo_accuracy_m": 8,
                     *                 "radius_m": 30,
                     *                 "ticket_accuracy_m": 8
                     *               },
                     *               "result": "ok",
                     *               "sentence": {
                     *                 "en": "The photo was taken 6 m from the ticket; up to 46 m is accepted.",
                     *                 "fa": "عکس ۶ متر با محل درخواست فاصله دارد؛ تا ۴۶ متر پذیرفته است."
                     *               }
                     *             }
                     *           ],
                     *           "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *           "width": 4000,
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_PhotoView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    photos_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": {
                     *         "id": "0192f000-0000-7000-8000-000000000043",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "bytes": 348211,
                     *       "captured_at": "2026-11-23T09:03:11.120000Z",
                     *       "captured_est": "2026-11-23T09:03:11.120000Z",
                     *       "device": "0192f000-0000-7000-8000-000000000071",
                     *       "heading_deg": 120,
                     *       "height": 3000,
                     *       "id": "0192f000-0000-7000-8000-0000000000f2",
                     *       "kind": "after",
                     *       "mime": "image/jpeg",
                     *       "mock": "real",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "reading": {
                     *         "found": {
                     *           "altitude_m": {
                     *             "unknown": "absent"
                     *           },
                     *           "direction": {
                     *             "value": {
                     *               "degrees": 120,
                     *               "magnetic": false
                     *             }
                     *           },
                     *           "format": {
                     *             "value": "jpeg"
                     *           },
                     *           "gps_time": {
                     *             "unknown": "absent"
                     *           },
                     *           "make": {
                     *             "value": "Samsung"
                     *           },
                     *           "model": {
                     *             "value": "SM-A536E"
                     *           },
                     *           "orientation": {
                     *             "value": 1
                     *           },
                     *           "pixels": {
                     *             "value": {
                     *               "height": 3000,
                     *               "width": 4000
                     *             }
                     *           },
                     *           "point": {
                     *             "value": {
                     *               "lat": 36.2688,
                     *               "lon": 50.0041
                     *             }
                     *           },
                     *           "time": {
                     *             "value": {
                     *               "local": "2026-11-23T12:33:11",
                     *               "offset_minutes": 210
                     *             }
                     *           }
                     *         },
                     *         "state": "read"
                     *       },
                     *       "received_at": "2026-11-23T09:03:11.120000Z",
                     *       "removed_at": null,
                     *       "rev": 2,
                     *       "sha256": "abababababababababababababababababababababababababababababababab",
                     *       "state": "stored",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "ticket_id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "verdicts": [
                     *         {
                     *           "check": "distance",
                     *           "figures": {
                     *             "allowed_m": 46,
                     *             "distance_m": 6.4,
                     *             "photo_accuracy_m": 8,
                     *             "radius_m": 30,
                     *             "ticket_accuracy_m": 8
                     *           },
                     *           "result": "ok",
                     *           "sentence": {
                     *             "en": "The photo was taken 6 m from the ticket; up to 46 m is accepted.",
                     *             "fa": "عکس ۶ متر با محل درخواست فاصله دارد؛ تا ۴۶ متر پذیرفته است."
                     *           }
                     *         }
                     *       ],
                     *       "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *       "width": 4000,
                     *       "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *     }
                     */
                    "application/json": components["schemas"]["PhotoView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    photos_show: {
        parameters: {
            query?: {
                /**
                 * @description `screen` (longer side 1600 pixels) and `thumb` (320) are upright JPEGs without EXIF; `original` is what was sent, byte for
                 *     byte, for those who judge the evidence and for its author's side.
                 */
                size?: components["schemas"]["ContentSize"];
                /** @description The token of a link, instead of an access token. */
                link?: string;
            };
            header?: {
                /** @description One range of bytes */
                Range?: string | null;
                /** @description The `ETag` that the range is of */
                "If-Range"?: string | null;
                /** @description The `ETag` of what is there already */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, with `ETag` and its true type; what is no picture as a download */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/*": components["schemas"]["PictureBytes"];
                    "application/octet-stream": components["schemas"]["PictureBytes"];
                };
            };
            /** @description The range that was asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/*": components["schemas"]["PictureBytes"];
                    "application/octet-stream": components["schemas"]["PictureBytes"];
                };
            };
            /** @description It is the one that is there already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.link_invalid.link_expired.device_revoked"];
            404: components["responses"]["not_found.no_picture"];
            409: components["responses"]["photo_not_stored.picture_not_ready"];
            416: components["responses"]["range_not_satisfiable"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    photos_look: {
        parameters: {
            query?: {
                /**
                 * @description `screen` (longer side 1600 pixels) and `thumb` (320) are upright JPEGs without EXIF; `original` is what was sent, byte for
                 *     byte, for those who judge the evidence and for its author's side.
                 */
                size?: components["schemas"]["ContentSize"];
                /** @description The token of a link, instead of an access token. */
                link?: string;
            };
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As of `GET`, without the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is the one that is there already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.link_invalid.link_expired.device_revoked"];
            404: components["responses"]["not_found.no_picture"];
            409: components["responses"]["photo_not_stored.picture_not_ready"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    photos_make_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "size": "screen"
                 *     }
                 */
                "application/json": components["schemas"]["LinkBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-11-23T09:18:11.120000Z",
                     *       "url": "/v1/photos/0192f000-0000-7000-8000-0000000000f2/content?size=screen&link=AZLwAAAA"
                     *     }
                     */
                    "application/json": components["schemas"]["LinkView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found.no_picture"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["photo_not_stored.picture_not_ready"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    inbox_list: {
        parameters: {
            query?: {
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "args": {
                     *             "note": "0192f000-0000-7000-8000-0000000000d1",
                     *             "text": "کنار تیر برق"
                     *           },
                     *           "at": "2026-11-23T06:10:30.000000Z",
                     *           "cmd": "note.add",
                     *           "code": "quarantined",
                     *           "detail": "the device was out of service",
                     *           "device": "0192f000-0000-7000-8000-000000000071",
                     *           "entity": "0192f000-0000-7000-8000-0000000000a1",
                     *           "est": "2026-11-23T06:10:30.000000Z",
                     *           "id": "0192f000-0000-7000-8000-000000001001",
                     *           "received_at": "2026-11-23T09:03:11.120000Z",
                     *           "status": "conflict"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_QuarantinedView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    inbox_adopt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "about": "0192f000-0000-7000-8000-0000000000a1"
                 *     }
                 */
                "application/json": components["schemas"]["AdoptBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "0192f000-0000-7000-8000-000000000043",
                     *       "args": {
                     *         "note": "0192f000-0000-7000-8000-0000000000d1",
                     *         "text": "کنار تیر برق"
                     *       },
                     *       "at": "2026-11-23T06:10:30.000000Z",
                     *       "cmd": "note.add",
                     *       "code": null,
                     *       "detail": null,
                     *       "device": "0192f000-0000-7000-8000-000000000071",
                     *       "entity": "0192f000-0000-7000-8000-0000000000a1",
                     *       "est": "2026-11-23T06:10:30.000000Z",
                     *       "id": "0192f000-0000-7000-8000-000000001001",
                     *       "received_at": "2026-11-23T09:03:11.120000Z",
                     *       "status": "applied"
                     *     }
                     */
                    "application/json": components["schemas"]["QuarantinedView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition.conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    inbox_discard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "0192f000-0000-7000-8000-000000000043",
                     *       "args": {
                     *         "note": "0192f000-0000-7000-8000-0000000000d1",
                     *         "text": "کنار تیر برق"
                     *       },
                     *       "at": "2026-11-23T06:10:30.000000Z",
                     *       "cmd": "note.add",
                     *       "code": "quarantined",
                     *       "detail": "discarded by a supervisor",
                     *       "device": "0192f000-0000-7000-8000-000000000071",
                     *       "entity": "0192f000-0000-7000-8000-0000000000a1",
                     *       "est": "2026-11-23T06:10:30.000000Z",
                     *       "id": "0192f000-0000-7000-8000-000000001001",
                     *       "received_at": "2026-11-23T09:03:11.120000Z",
                     *       "status": "rejected"
                     *     }
                     */
                    "application/json": components["schemas"]["QuarantinedView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition.conflict"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    rounds_list: {
        parameters: {
            query?: {
                /** @description With this verdict; `pending`: what waits. */
                verdict?: components["schemas"]["RoundVerdict"];
                /** @description Submitted by people of this organisation. */
                organisation?: components["schemas"]["Id"];
                /** @description Of a ticket in this area (id or code) or below it. */
                area?: string;
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "defects": [],
                     *           "epoch": 1,
                     *           "id": "0192f000-0000-7000-8000-0000000000c1",
                     *           "note": null,
                     *           "number": 1,
                     *           "rev": 1,
                     *           "rework_due": null,
                     *           "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *           "submitted_by": {
                     *             "id": "0192f000-0000-7000-8000-000000000043",
                     *             "name": "مریم احمدی"
                     *           },
                     *           "submitted_org": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "verdict": "pending",
                     *           "verdict_at": null,
                     *           "verdict_by": null,
                     *           "without_bytes": null,
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_RoundView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    rounds_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "defects": [],
                     *       "epoch": 1,
                     *       "id": "0192f000-0000-7000-8000-0000000000c1",
                     *       "note": null,
                     *       "number": 1,
                     *       "rev": 1,
                     *       "rework_due": null,
                     *       "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *       "submitted_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000043",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "submitted_org": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "verdict": "pending",
                     *       "verdict_at": null,
                     *       "verdict_by": null,
                     *       "without_bytes": null,
                     *       "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *     }
                     */
                    "application/json": components["schemas"]["RoundView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    rounds_rework: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "defects": [
                 *         {
                 *           "code": "debris_left",
                 *           "note": "Rubble beside the tree"
                 *         }
                 *       ],
                 *       "rework_due": "2026-11-25T10:00:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["ReworkBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "defects": [
                     *         {
                     *           "code": "debris_left",
                     *           "note": "Rubble beside the tree"
                     *         }
                     *       ],
                     *       "epoch": 1,
                     *       "id": "0192f000-0000-7000-8000-0000000000c1",
                     *       "note": null,
                     *       "number": 1,
                     *       "rev": 2,
                     *       "rework_due": "2026-11-25T10:00:00.000000Z",
                     *       "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *       "submitted_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000043",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "submitted_org": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "verdict": "rework",
                     *       "verdict_at": "2026-11-23T10:00:00.000000Z",
                     *       "verdict_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000042",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "without_bytes": null,
                     *       "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *     }
                     */
                    "application/json": components["schemas"]["RoundView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    rounds_verify: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "accepted": "all"
                 *     }
                 */
                "application/json": components["schemas"]["VerifyBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "defects": [],
                     *       "epoch": 1,
                     *       "id": "0192f000-0000-7000-8000-0000000000c1",
                     *       "note": null,
                     *       "number": 1,
                     *       "rev": 2,
                     *       "rework_due": null,
                     *       "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *       "submitted_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000043",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "submitted_org": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "verdict": "accepted",
                     *       "verdict_at": "2026-11-23T10:00:00.000000Z",
                     *       "verdict_by": {
                     *         "id": "0192f000-0000-7000-8000-000000000042",
                     *         "name": "مریم احمدی"
                     *       },
                     *       "without_bytes": null,
                     *       "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *     }
                     */
                    "application/json": components["schemas"]["RoundView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition.evidence_pending"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "feed_epoch": "0192f000-0000-7000-8000-000000000077",
                     *       "limits": {
                     *         "feed_days": 30,
                     *         "max_bytes": 8388608,
                     *         "max_device_name": 200,
                     *         "max_fetch": 500,
                     *         "max_manifest": 5000,
                     *         "max_mutation_bytes": 65536,
                     *         "max_mutations": 500,
                     *         "max_nonce": 200,
                     *         "max_offline_days": 30,
                     *         "max_page": 1000,
                     *         "max_photo_bytes": 52428800,
                     *         "max_platform": 40,
                     *         "max_short": 400,
                     *         "max_text": 4000,
                     *         "max_wait_s": 55,
                     *         "page": 500,
                     *         "result_days": 30
                     *       },
                     *       "schema": {
                     *         "max": 1,
                     *         "min": 1
                     *       },
                     *       "server_time": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["SyncConfig"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_list_own: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "account_id": "0192f000-0000-7000-8000-000000000043",
                     *           "app_version": "2.4.0",
                     *           "applied_through": 803,
                     *           "chain": "abababababababababababababababababababababababababababababababab",
                     *           "clock_offset_s": 2,
                     *           "clock_trust": "good",
                     *           "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *           "id": "0192f000-0000-7000-8000-000000000071",
                     *           "last_pull_at": "2026-11-23T06:10:30.000000Z",
                     *           "last_push_at": "2026-11-23T06:10:30.000000Z",
                     *           "name": "گوشی ۷",
                     *           "pending": 0,
                     *           "platform": "android",
                     *           "retired": false,
                     *           "revoked_at": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_DeviceView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "app_version": "2.4.0",
                 *       "name": "گوشی ۷",
                 *       "nonce": "0192f000-0000-7000-8000-000000007001",
                 *       "platform": "android"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceRegistration"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "applied_through": 0,
                     *       "chain": "0000000000000000000000000000000000000000000000000000000000000000",
                     *       "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *       "id": "0192f000-0000-7000-8000-000000000071"
                     *     }
                     */
                    "application/json": components["schemas"]["RegisteredDevice"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["device_limit"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_revoke_own: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["OwnDevice"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "account_id": "0192f000-0000-7000-8000-000000000043",
                     *       "app_version": "2.4.0",
                     *       "applied_through": 803,
                     *       "chain": "abababababababababababababababababababababababababababababababab",
                     *       "clock_offset_s": 2,
                     *       "clock_trust": "good",
                     *       "enrolled_at": "2026-11-23T05:42:00.000000Z",
                     *       "id": "0192f000-0000-7000-8000-000000000071",
                     *       "last_pull_at": "2026-11-23T06:10:30.000000Z",
                     *       "last_push_at": "2026-11-23T06:10:30.000000Z",
                     *       "name": "گوشی ۷",
                     *       "pending": 0,
                     *       "platform": "android",
                     *       "retired": false,
                     *       "revoked_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["too_many_attempts.rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_events: {
        parameters: {
            query: {
                /** @description The device. */
                device: components["schemas"]["Id"];
                /** @description The cursor of its last page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 5000
                     *
                     *     event: changed
                     *     data: {}
                     */
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_fetch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device": "0192f000-0000-7000-8000-000000000071",
                 *       "rows": [
                 *         {
                 *           "id": "0192f000-0000-7000-8000-0000000000a1",
                 *           "t": "ticket"
                 *         },
                 *         {
                 *           "id": "0192f000-0000-7000-8000-0000000000d1",
                 *           "t": "note"
                 *         }
                 *       ],
                 *       "schema": 1
                 *     }
                 */
                "application/json": components["schemas"]["FetchRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": [
                     *         {
                     *           "c": [
                     *             0,
                     *             3
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "op": "put",
                     *           "row": {
                     *             "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *             "areas": [
                     *               "0192f000-0000-7000-8000-000000000011",
                     *               "0192f000-0000-7000-8000-000000000012",
                     *               "0192f000-0000-7000-8000-000000000013"
                     *             ],
                     *             "boundary": "clear",
                     *             "category": "0192f000-0000-7000-8000-000000000032",
                     *             "code": "0485123976",
                     *             "created_at": "2026-11-23T05:42:00.000000Z",
                     *             "duplicate_of": null,
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "origin": "call",
                     *             "point": {
                     *               "accuracy_m": 8,
                     *               "lat": 36.2688,
                     *               "lon": 50.0041
                     *             },
                     *             "point_source": "map",
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z",
                     *             "status": "new",
                     *             "status_reason": null,
                     *             "supporters": 1,
                     *             "text": "چاله جلوی نانوایی"
                     *           },
                     *           "t": "ticket",
                     *           "ts": 1732370001000123,
                     *           "v": 59
                     *         },
                     *         {
                     *           "c": [],
                     *           "id": "0192f000-0000-7000-8000-0000000000d1",
                     *           "op": "drop",
                     *           "t": "note",
                     *           "v": 0
                     *         }
                     *       ],
                     *       "channels": [
                     *         "area:0192f000-0000-7000-8000-000000000013",
                     *         "device:0192f000-0000-7000-8000-000000000071",
                     *         "ref",
                     *         "user:0192f000-0000-7000-8000-000000000043"
                     *       ],
                     *       "feed_epoch": "0192f000-0000-7000-8000-000000000077",
                     *       "server_time": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["FetchResponse"];
                };
            };
            400: components["responses"]["malformed.bad_envelope"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["batch_too_large"];
            415: components["responses"]["unsupported_media_type"];
            426: components["responses"]["upgrade_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_manifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "after": null,
                 *       "channel": "area:0192f000-0000-7000-8000-000000000013",
                 *       "device": "0192f000-0000-7000-8000-000000000071",
                 *       "limit": 5000,
                 *       "schema": 1
                 *     }
                 */
                "application/json": components["schemas"]["ManifestRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "channel": "area:0192f000-0000-7000-8000-000000000013",
                     *       "digest": {
                     *         "h": "9f3c1a77e02b4d10",
                     *         "n": 1423
                     *       },
                     *       "feed_epoch": "0192f000-0000-7000-8000-000000000077",
                     *       "head": 8123,
                     *       "next": {
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "t": "ticket"
                     *       },
                     *       "rows": [
                     *         {
                     *           "id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "t": "ticket",
                     *           "v": 59
                     *         }
                     *       ],
                     *       "server_time": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ManifestResponse"];
                };
            };
            400: components["responses"]["malformed.bad_envelope"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["batch_too_large"];
            415: components["responses"]["unsupported_media_type"];
            426: components["responses"]["upgrade_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_pull: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "cursor": null,
                 *       "device": "0192f000-0000-7000-8000-000000000071",
                 *       "limit": 500,
                 *       "reset": [],
                 *       "schema": 1
                 *     }
                 */
                "application/json": components["schemas"]["PullRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": [
                     *         {
                     *           "c": [
                     *             0,
                     *             3
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "op": "put",
                     *           "row": {
                     *             "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *             "areas": [
                     *               "0192f000-0000-7000-8000-000000000011",
                     *               "0192f000-0000-7000-8000-000000000012",
                     *               "0192f000-0000-7000-8000-000000000013"
                     *             ],
                     *             "boundary": "clear",
                     *             "category": "0192f000-0000-7000-8000-000000000032",
                     *             "code": "0485123976",
                     *             "created_at": "2026-11-23T05:42:00.000000Z",
                     *             "duplicate_of": null,
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "origin": "call",
                     *             "point": {
                     *               "accuracy_m": 8,
                     *               "lat": 36.2688,
                     *               "lon": 50.0041
                     *             },
                     *             "point_source": "map",
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z",
                     *             "status": "new",
                     *             "status_reason": null,
                     *             "supporters": 1,
                     *             "text": "چاله جلوی نانوایی"
                     *           },
                     *           "t": "ticket",
                     *           "ts": 1732370001000123,
                     *           "v": 59
                     *         },
                     *         {
                     *           "c": [
                     *             0
                     *           ],
                     *           "id": "0192f000-0000-7000-8000-0000000000d1",
                     *           "op": "drop",
                     *           "t": "note",
                     *           "v": 4
                     *         }
                     *       ],
                     *       "channels": [
                     *         "area:0192f000-0000-7000-8000-000000000013",
                     *         "device:0192f000-0000-7000-8000-000000000071",
                     *         "ref",
                     *         "user:0192f000-0000-7000-8000-000000000043"
                     *       ],
                     *       "complete": true,
                     *       "cursor": "AZLwAAAAAAA",
                     *       "device": {
                     *         "applied_through": 803
                     *       },
                     *       "digest": [
                     *         {
                     *           "c": 0,
                     *           "h": "9f3c1a77e02b4d10",
                     *           "n": 1423
                     *         }
                     *       ],
                     *       "feed_epoch": "0192f000-0000-7000-8000-000000000077",
                     *       "gained": [],
                     *       "lost": [],
                     *       "more": false,
                     *       "reset": [],
                     *       "server_time": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PullResponse"];
                };
            };
            400: components["responses"]["malformed.bad_envelope"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["batch_too_large"];
            415: components["responses"]["unsupported_media_type"];
            426: components["responses"]["upgrade_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_push: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "acked_through": 800,
                 *       "boot": "0f6b2c1e",
                 *       "device": "0192f000-0000-7000-8000-000000000071",
                 *       "mutations": [
                 *         {
                 *           "args": {
                 *             "visit": "0192f000-0000-7000-8000-0000000000e1"
                 *           },
                 *           "at": "2026-11-23T09:03:11.120000Z",
                 *           "base": 57,
                 *           "boot": "0f6b2c1e",
                 *           "cmd": "work.start",
                 *           "entity": "0192f000-0000-7000-8000-0000000000b1",
                 *           "epoch": 1,
                 *           "id": "0192f000-0000-7000-8000-000000001001",
                 *           "seen_ts": 1732370001000123,
                 *           "seq": 801,
                 *           "up": 88300000,
                 *           "v": 1
                 *         },
                 *         {
                 *           "args": {
                 *             "note": "0192f000-0000-7000-8000-0000000000d1",
                 *             "text": "کنار تیر برق"
                 *           },
                 *           "at": "2026-11-23T09:03:11.120000Z",
                 *           "base": 4,
                 *           "cmd": "note.add",
                 *           "entity": "0192f000-0000-7000-8000-0000000000a1",
                 *           "id": "0192f000-0000-7000-8000-000000001002",
                 *           "seq": 802,
                 *           "v": 1
                 *         }
                 *       ],
                 *       "pending": 2,
                 *       "prev_chain": "abababababababababababababababababababababababababababababababab",
                 *       "schema": 1,
                 *       "sent_at": "2026-11-23T09:03:11.120000Z",
                 *       "uptime_ms": 88311234
                 *     }
                 */
                "application/json": components["schemas"]["PushRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deferred_from": null,
                     *       "device": {
                     *         "applied_through": 802,
                     *         "chain": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                     *       },
                     *       "feed_epoch": "0192f000-0000-7000-8000-000000000077",
                     *       "results": [
                     *         {
                     *           "code": "stale_epoch",
                     *           "conflict": "0192f000-0000-7000-8000-000000000081",
                     *           "detail": "the order had gone on without you; a supervisor decides about your work",
                     *           "id": "0192f000-0000-7000-8000-000000001001",
                     *           "replayed": false,
                     *           "seq": 801,
                     *           "status": "conflict",
                     *           "v": 59
                     *         },
                     *         {
                     *           "id": "0192f000-0000-7000-8000-000000001002",
                     *           "replayed": false,
                     *           "seq": 802,
                     *           "status": "applied",
                     *           "v": 1
                     *         }
                     *       ],
                     *       "retry_after_ms": 0,
                     *       "server_time": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PushResponse"];
                };
            };
            400: components["responses"]["malformed.bad_envelope"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["device_forked.seq_gap"];
            413: components["responses"]["batch_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_results: {
        parameters: {
            query: {
                /** @description Of which device. */
                device: components["schemas"]["Id"];
                /** @description Those after this seq. */
                after?: number;
                /** @description At most so many of the device itself. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0192f000-0000-7000-8000-000000001001",
                     *           "replayed": true,
                     *           "seq": 801,
                     *           "status": "applied",
                     *           "v": 58
                     *         }
                     *       ],
                     *       "next_after": null
                     *     }
                     */
                    "application/json": components["schemas"]["SyncResults"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_wait: {
        parameters: {
            query: {
                /** @description The device. */
                device: components["schemas"]["Id"];
                /** @description The cursor of its last page; without one there is always something to pull. */
                cursor?: string;
                /** @description How long to wait, seconds; the server may answer earlier. */
                timeout_s?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changed": true
                     *     }
                     */
                    "application/json": components["schemas"]["Wake"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_list: {
        parameters: {
            query?: {
                /** @description In this area (id or code) or below it. */
                area?: string;
                /** @description Of this category (id or code) or one below it. */
                category?: string;
                /**
                 * @description In one of these statuses, separated by commas.
                 * @example new,triaged
                 */
                status?: string;
                /** @description With all of these words in the text or the address (digits for the office only: outside it numbers are masked); how ye, kaf, digits, marks, half-spaces and spaces are typed does not matter. */
                q?: string;
                /** @description With this code, as people say it. */
                code?: string;
                /**
                 * @description Within west, south, east, north, degrees.
                 * @example 49.9,36.2,50.1,36.3
                 */
                bbox?: string;
                /** @description Created at or after. */
                created_from?: components["schemas"]["Instant"];
                /** @description Created before. */
                created_to?: components["schemas"]["Instant"];
                /** @description How clearly the point lies in the areas. */
                boundary?: components["schemas"]["Boundary"];
                /**
                 * @description Of one of these priorities, separated by commas.
                 * @example high,urgent
                 */
                priority?: string;
                /**
                 * @description Of one of these hazards, separated by commas.
                 * @example critical
                 */
                hazard?: string;
                /** @description Only new and triaged ones without an order that somebody was asked to do. */
                unassigned?: boolean;
                /** @description With an order that this organisation or person holds. */
                held_by?: string;
                /** @description Only open ones whose promise has passed. */
                late?: boolean;
                /** @description Only open ones that were promised before this instant. */
                due_before?: components["schemas"]["Instant"];
                /**
                 * @description `age`: the newest first (as without it); `due`: open ones with a promise, the earliest first. `-` reverses. A row that changes between two pages
                 *     may be met twice or be missed by `due`.
                 * @example due
                 */
                sort?: string;
                /** @description Whether to count the rows of all pages; not together with `q`: every text would have to be read. */
                total?: boolean;
                /** @description How to answer. */
                format?: "json" | "geojson";
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             "0192f000-0000-7000-8000-000000000011",
                     *             "0192f000-0000-7000-8000-000000000012",
                     *             "0192f000-0000-7000-8000-000000000013"
                     *           ],
                     *           "boundary": "clear",
                     *           "category": "0192f000-0000-7000-8000-000000000032",
                     *           "code": "0485123976",
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "duplicate_of": null,
                     *           "hazard": "low",
                     *           "id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "leaf_areas": [
                     *             "0192f000-0000-7000-8000-000000000013"
                     *           ],
                     *           "origin": "call",
                     *           "personal_numbers": false,
                     *           "point": {
                     *             "accuracy_m": 8,
                     *             "lat": 36.2688,
                     *             "lon": 50.0041
                     *           },
                     *           "point_source": "map",
                     *           "priority": "normal",
                     *           "promise_at": "2026-11-25T10:00:00.000000Z",
                     *           "rev": 1,
                     *           "source_ref": null,
                     *           "status": "new",
                     *           "status_reason": null,
                     *           "supporters": 1,
                     *           "text": "چاله جلوی نانوایی",
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": "WyIyMDI2LTExLTIzVDA1OjQyOjAwWiJd",
                     *       "total": null
                     *     }
                     */
                    "application/json": components["schemas"]["Counted_TicketView"];
                    /**
                     * @example {
                     *       "features": [
                     *         {
                     *           "geometry": {
                     *             "coordinates": [
                     *               50.0041,
                     *               36.2688
                     *             ],
                     *             "type": "Point"
                     *           },
                     *           "id": "0192f000-0000-7000-8000-0000000000a1",
                     *           "properties": {
                     *             "accuracy_m": 8,
                     *             "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *             "areas": [
                     *               "0192f000-0000-7000-8000-000000000011",
                     *               "0192f000-0000-7000-8000-000000000012",
                     *               "0192f000-0000-7000-8000-000000000013"
                     *             ],
                     *             "boundary": "clear",
                     *             "category": "0192f000-0000-7000-8000-000000000032",
                     *             "code": "0485123976",
                     *             "created_at": "2026-11-23T05:42:00.000000Z",
                     *             "duplicate_of": null,
                     *             "hazard": "low",
                     *             "origin": "call",
                     *             "point_source": "map",
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z",
                     *             "rev": 1,
                     *             "status": "new",
                     *             "status_reason": null,
                     *             "supporters": 1,
                     *             "text": "چاله جلوی نانوایی"
                     *           },
                     *           "type": "Feature"
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "total": null,
                     *       "type": "FeatureCollection"
                     *     }
                     */
                    "application/geo+json": components["schemas"]["TicketFeatures"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_create: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters, such as a UUID, the same at each attempt
                 * @example 6f1c0d5e-6a0f-4c58-9a43-0d3f4b6f8d11
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                 *       "caller_phone": "+989121234567",
                 *       "category": "roads.pothole",
                 *       "point": {
                 *         "accuracy_m": 8,
                 *         "lat": 36.2688,
                 *         "lon": 50.0041
                 *       },
                 *       "point_source": "map",
                 *       "text": "چاله جلوی نانوایی"
                 *     }
                 */
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "duplicates": [
                     *         {
                     *           "category": "0192f000-0000-7000-8000-000000000032",
                     *           "code": "0485123984",
                     *           "distance_m": 11.5,
                     *           "hours_apart": 5,
                     *           "likeness": "likely",
                     *           "status": "in_work",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a2",
                     *           "words_in_common": 0.6
                     *         }
                     *       ],
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 1,
                     *       "source_ref": null,
                     *       "status": "new",
                     *       "status_reason": null,
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "work_orders": [
                     *         {
                     *           "accept_due": "2026-11-23T06:10:30.000000Z",
                     *           "account": null,
                     *           "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "coverage": "0192f000-0000-7000-8000-000000000062",
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "epoch": 1,
                     *           "evidence": "missing",
                     *           "evidence_needs": {
                     *             "photos": [
                     *               {
                     *                 "kind": "before",
                     *                 "min": 1
                     *               },
                     *               {
                     *                 "kind": "after",
                     *                 "min": 1
                     *               }
                     *             ],
                     *             "stored": true
                     *           },
                     *           "findings": null,
                     *           "flags": [],
                     *           "id": "0192f000-0000-7000-8000-0000000000b1",
                     *           "kind": "repair",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "reason": null,
                     *           "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *           "rev": 1,
                     *           "review_at": null,
                     *           "round": 1,
                     *           "state": "offered",
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RegisteredView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation.idempotency_mismatch"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "category": "roads.pothole",
                 *       "point": {
                 *         "accuracy_m": 8,
                 *         "lat": 36.2688,
                 *         "lon": 50.0041
                 *       },
                 *       "text": "چاله"
                 *     }
                 */
                "application/json": components["schemas"]["PreviewBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "boundary": "clear",
                     *       "duplicates": [
                     *         {
                     *           "category": "0192f000-0000-7000-8000-000000000032",
                     *           "code": "0485123984",
                     *           "distance_m": 11.5,
                     *           "hours_apart": 5,
                     *           "likeness": "likely",
                     *           "photo": null,
                     *           "status": "in_work",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a2",
                     *           "words_in_common": 0.6
                     *         }
                     *       ],
                     *       "hazard": "low",
                     *       "place": {
                     *         "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *         "areas": [
                     *           {
                     *             "id": "0192f000-0000-7000-8000-000000000011",
                     *             "name": "District 3"
                     *           },
                     *           {
                     *             "id": "0192f000-0000-7000-8000-000000000012",
                     *             "name": "District 3"
                     *           },
                     *           {
                     *             "id": "0192f000-0000-7000-8000-000000000013",
                     *             "name": "District 2"
                     *           }
                     *         ]
                     *       },
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "work_orders": [
                     *         {
                     *           "accept_due": "2026-11-23T06:10:30.000000Z",
                     *           "account": null,
                     *           "explanation": {
                     *             "boundary": "clear",
                     *             "chosen": {
                     *               "contract": "0192f000-0000-7000-8000-000000000061",
                     *               "coverage": "0192f000-0000-7000-8000-000000000062",
                     *               "organisation": "0192f000-0000-7000-8000-000000000021",
                     *               "rank": 1
                     *             },
                     *             "considered": [
                     *               {
                     *                 "contract": "0192f000-0000-7000-8000-000000000061",
                     *                 "coverage": "0192f000-0000-7000-8000-000000000062",
                     *                 "en": "The first valid coverage of this place and category.",
                     *                 "fa": "نخستین پوشش معتبر برای این محل و دسته است.",
                     *                 "free": 39,
                     *                 "number": "1405/137",
                     *                 "organisation": "0192f000-0000-7000-8000-000000000021",
                     *                 "rank": 1,
                     *                 "verdict": "chosen"
                     *               }
                     *             ],
                     *             "decided_at": "2026-11-23T05:42:00.000000Z",
                     *             "how": "contract",
                     *             "other_categories": 4
                     *           },
                     *           "kind": "repair",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "resolve_due": "2026-11-25T10:00:00.000000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PreviewView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "answers": [],
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "conflicts": [
                     *         {
                     *           "base": {
                     *             "text": "چاله"
                     *           },
                     *           "default_in_force": "the newest value stands",
                     *           "id": "0192f000-0000-7000-8000-000000000081",
                     *           "kind": "parallel_update",
                     *           "mine": {
                     *             "by": "0192f000-0000-7000-8000-000000000045",
                     *             "value": "چالهٔ بزرگ"
                     *           },
                     *           "mutation": "0192f000-0000-7000-8000-000000001001",
                     *           "note": null,
                     *           "other_mutation": "0192f000-0000-7000-8000-000000001002",
                     *           "raised_at": "2026-11-23T06:10:30.000000Z",
                     *           "resolution": null,
                     *           "resolved_at": null,
                     *           "rev": 1,
                     *           "severity": "soft",
                     *           "status": "open",
                     *           "theirs": {
                     *             "by": "0192f000-0000-7000-8000-000000000043",
                     *             "value": "چاله جلوی نانوایی"
                     *           },
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "work_order": null
                     *         }
                     *       ],
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "history": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000041",
                     *           "at": "2026-11-23T05:42:00.000000Z",
                     *           "from": null,
                     *           "reason": null,
                     *           "to": "new"
                     *         },
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000045",
                     *           "at": "2026-11-23T06:10:30.000000Z",
                     *           "device": "0192f000-0000-7000-8000-000000000071",
                     *           "field": "text",
                     *           "mutation": "0192f000-0000-7000-8000-000000001002",
                     *           "overruled_by": {
                     *             "actor": "0192f000-0000-7000-8000-000000000043",
                     *             "at": "2026-11-23T09:03:11.120000Z",
                     *             "device": "0192f000-0000-7000-8000-000000000071",
                     *             "mutation": "0192f000-0000-7000-8000-000000001001"
                     *           },
                     *           "row": null,
                     *           "value": "چالهٔ بزرگ"
                     *         }
                     *       ],
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "measurements": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "id": "0192f000-0000-7000-8000-000000000101",
                     *           "item": "asphalt",
                     *           "quantity": 2.5,
                     *           "rev": 1,
                     *           "supersedes": null,
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "unit": "m2",
                     *           "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "notes": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "audience": "field",
                     *           "id": "0192f000-0000-7000-8000-0000000000d1",
                     *           "removed_at": null,
                     *           "rev": 1,
                     *           "text": "کنار تیر برق",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "work_order": null
                     *         }
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "photos": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "bytes": 348211,
                     *           "captured_at": "2026-11-23T09:03:11.120000Z",
                     *           "heading_deg": 120,
                     *           "height": 3000,
                     *           "id": "0192f000-0000-7000-8000-0000000000f2",
                     *           "kind": "after",
                     *           "mime": "image/jpeg",
                     *           "mock": "real",
                     *           "point": {
                     *             "accuracy_m": 8,
                     *             "lat": 36.2688,
                     *             "lon": 50.0041
                     *           },
                     *           "removed_at": null,
                     *           "rev": 2,
                     *           "sha256": "abababababababababababababababababababababababababababababababab",
                     *           "state": "stored",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "verdicts": [
                     *             {
                     *               "check": "distance",
                     *               "result": "ok"
                     *             }
                     *           ],
                     *           "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *           "width": 4000,
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 4,
                     *       "rounds": [],
                     *       "source_ref": null,
                     *       "status": "in_work",
                     *       "status_reason": null,
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "visits": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "arrived_at": "2026-11-23T09:03:11.120000Z",
                     *           "distance_m": 6.4,
                     *           "id": "0192f000-0000-7000-8000-0000000000e1",
                     *           "kind": "work",
                     *           "left_at": null,
                     *           "mock": "real",
                     *           "outcome": null,
                     *           "point": {
                     *             "accuracy_m": 8,
                     *             "lat": 36.2688,
                     *             "lon": 50.0041
                     *           },
                     *           "rev": 1,
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "work_events": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "args": {
                     *             "visit": "0192f000-0000-7000-8000-0000000000e1"
                     *           },
                     *           "at": "2026-11-23T09:03:11.120000Z",
                     *           "epoch": 1,
                     *           "id": "0192f000-0000-7000-8000-000000001003",
                     *           "kind": "start",
                     *           "rev": 1,
                     *           "standing": "effective",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "work_orders": [
                     *         {
                     *           "accept_due": "2026-11-23T06:10:30.000000Z",
                     *           "account": null,
                     *           "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "coverage": "0192f000-0000-7000-8000-000000000062",
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "epoch": 1,
                     *           "evidence": "missing",
                     *           "evidence_needs": {
                     *             "photos": [
                     *               {
                     *                 "kind": "before",
                     *                 "min": 1
                     *               },
                     *               {
                     *                 "kind": "after",
                     *                 "min": 1
                     *               }
                     *             ],
                     *             "stored": true
                     *           },
                     *           "explanation": {
                     *             "boundary": "clear",
                     *             "chosen": {
                     *               "contract": "0192f000-0000-7000-8000-000000000061",
                     *               "coverage": "0192f000-0000-7000-8000-000000000062",
                     *               "organisation": "0192f000-0000-7000-8000-000000000021",
                     *               "rank": 1
                     *             },
                     *             "considered": [
                     *               {
                     *                 "contract": "0192f000-0000-7000-8000-000000000061",
                     *                 "coverage": "0192f000-0000-7000-8000-000000000062",
                     *                 "en": "The first valid coverage of this place and category.",
                     *                 "fa": "نخستین پوشش معتبر برای این محل و دسته است.",
                     *                 "free": 39,
                     *                 "number": "1405/137",
                     *                 "organisation": "0192f000-0000-7000-8000-000000000021",
                     *                 "rank": 1,
                     *                 "verdict": "chosen"
                     *               }
                     *             ],
                     *             "decided_at": "2026-11-23T05:42:00.000000Z",
                     *             "how": "contract",
                     *             "other_categories": 4
                     *           },
                     *           "findings": null,
                     *           "flags": [],
                     *           "id": "0192f000-0000-7000-8000-0000000000b1",
                     *           "kind": "repair",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "reason": null,
                     *           "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *           "rev": 3,
                     *           "review_at": null,
                     *           "round": 1,
                     *           "state": "in_progress",
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DetailView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_cancel: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "withdrawn"
                 *     }
                 */
                "application/json": components["schemas"]["CodedReason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "cancelled",
                     *       "status_reason": "withdrawn",
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_defer: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "planned_from": "2027-01-05T00:00:00Z",
                 *       "planned_to": "2027-01-20T00:00:00Z",
                 *       "reason": "The street is resurfaced in January"
                 *     }
                 */
                "application/json": components["schemas"]["DeferBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2027-01-20T00:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "deferred",
                     *       "status_reason": "The street is resurfaced in January [2027-01-05T00:00:00.000000Z/2027-01-20T00:00:00.000000Z]",
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_duplicates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "category": "0192f000-0000-7000-8000-000000000032",
                     *           "code": "0485123984",
                     *           "distance_m": 11.5,
                     *           "hours_apart": 5,
                     *           "likeness": "likely",
                     *           "status": "in_work",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a2",
                     *           "words_in_common": 0.6
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_SuggestionView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_merge: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "into": "0192f000-0000-7000-8000-0000000000a2"
                 *     }
                 */
                "application/json": components["schemas"]["MergeBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": "0192f000-0000-7000-8000-0000000000a2",
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "duplicate",
                     *       "status_reason": null,
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_refer: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "organisation": "0192f000-0000-7000-8000-000000000022",
                 *       "reason": "A cover of the water company"
                 *     }
                 */
                "application/json": components["schemas"]["ReferBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "referred",
                     *       "status_reason": "water: A cover of the water company",
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_reject: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "not_ours",
                 *       "note": "Private ground"
                 *     }
                 */
                "application/json": components["schemas"]["CodedReason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "rejected",
                     *       "status_reason": "not_ours: Private ground",
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_reopen: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The citizen called again"
                 *     }
                 */
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "normal",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 5,
                     *       "source_ref": null,
                     *       "status": "new",
                     *       "status_reason": "The citizen called again",
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    tickets_triage: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                 *       "priority": "high"
                 *     }
                 */
                "application/json": components["schemas"]["TriageBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address_text": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *       "areas": [
                     *         "0192f000-0000-7000-8000-000000000011",
                     *         "0192f000-0000-7000-8000-000000000012",
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "boundary": "clear",
                     *       "category": "0192f000-0000-7000-8000-000000000032",
                     *       "code": "0485123976",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "duplicate_of": null,
                     *       "hazard": "low",
                     *       "id": "0192f000-0000-7000-8000-0000000000a1",
                     *       "leaf_areas": [
                     *         "0192f000-0000-7000-8000-000000000013"
                     *       ],
                     *       "origin": "call",
                     *       "personal_numbers": false,
                     *       "point": {
                     *         "accuracy_m": 8,
                     *         "lat": 36.2688,
                     *         "lon": 50.0041
                     *       },
                     *       "point_source": "map",
                     *       "priority": "high",
                     *       "promise_at": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "source_ref": null,
                     *       "status": "triaged",
                     *       "status_reason": null,
                     *       "supporters": 1,
                     *       "text": "چاله جلوی نانوایی",
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    uploads_create: {
        parameters: {
            query?: never;
            header: {
                /** @description `1.0.0` */
                "Tus-Resumable": string;
                /** @description Bytes in all */
                "Upload-Length": number;
                /** @description `photo_id` and its value in Base64: the id of the photo as it was declared; further pairs as the client likes */
                "Upload-Metadata": string;
                /** @description Algorithm and Base64 of the hash of the bytes that come along: `sha256` or `sha1` */
                "Upload-Checksum"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The first bytes, or nothing */
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description `Location`, `Upload-Offset`, `Upload-Expires` while bytes are missing. Again after the photo was stored: the finished upload, with `Upload-Offset` = `Upload-Length` */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition.photo_unknown.already_stored.too_many_uploads"];
            410: components["responses"]["upload_gone"];
            412: components["responses"]["unsupported_tus_version"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["bytes_mismatch"];
            423: components["responses"]["upload_locked"];
            429: components["responses"]["rate_limited.upload_quota"];
            460: components["responses"]["checksum_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
            507: components["responses"]["insufficient_storage"];
        };
    };
    uploads_ask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm` */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded"];
        };
    };
    uploads_instead: {
        parameters: {
            query?: never;
            header: {
                /** @description `PATCH` or `DELETE` */
                "X-HTTP-Method-Override": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As of that method */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            405: components["responses"]["method_not_allowed"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition.offset_mismatch"];
            410: components["responses"]["upload_gone"];
            412: components["responses"]["unsupported_tus_version"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["bytes_mismatch"];
            423: components["responses"]["upload_locked"];
            429: components["responses"]["rate_limited"];
            460: components["responses"]["checksum_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
            507: components["responses"]["insufficient_storage"];
        };
    };
    uploads_end: {
        parameters: {
            query?: never;
            header: {
                /** @description `1.0.0` */
                "Tus-Resumable": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            410: components["responses"]["upload_gone"];
            412: components["responses"]["unsupported_tus_version"];
            423: components["responses"]["upload_locked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
            507: components["responses"]["insufficient_storage"];
        };
    };
    uploads_ask_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As of `/v1/uploads` */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded"];
        };
    };
    uploads_look: {
        parameters: {
            query?: never;
            header: {
                /** @description `1.0.0` */
                "Tus-Resumable": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Upload-Offset`, `Upload-Length`, `Upload-Metadata`, `Upload-Expires` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            410: components["responses"]["upload_gone"];
            412: components["responses"]["unsupported_tus_version"];
            422: components["responses"]["bytes_mismatch"];
            423: components["responses"]["upload_locked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
            507: components["responses"]["insufficient_storage"];
        };
    };
    uploads_send: {
        parameters: {
            query?: never;
            header: {
                /** @description `1.0.0` */
                "Tus-Resumable": string;
                /** @description Where these bytes begin: how far the upload is */
                "Upload-Offset": number;
                /** @description Algorithm and Base64 of the hash of these bytes: `sha256` or `sha1` */
                "Upload-Checksum"?: string | null;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        /** @description The bytes */
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description `Upload-Offset`; `Upload-Expires` while bytes are missing */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["offset_mismatch"];
            410: components["responses"]["upload_gone"];
            412: components["responses"]["unsupported_tus_version"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["bytes_mismatch"];
            423: components["responses"]["upload_locked"];
            429: components["responses"]["rate_limited"];
            460: components["responses"]["checksum_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
            507: components["responses"]["insufficient_storage"];
        };
    };
    vocabulary_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "kind": "hazard",
                     *           "words": [
                     *             {
                     *               "label": "بی‌خطر",
                     *               "word": "none"
                     *             },
                     *             {
                     *               "label": "کم‌خطر",
                     *               "word": "low"
                     *             },
                     *             {
                     *               "label": "پرخطر",
                     *               "word": "high"
                     *             },
                     *             {
                     *               "label": "خطر جدی",
                     *               "word": "critical"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_VocabularyKind"];
                };
            };
            /** @description What `If-None-Match` names is still the answer */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded"];
        };
    };
    sync_watermelon_pull: {
        parameters: {
            query: {
                /** @description The device, as `POST /v1/sync/devices` registered it. */
                device: components["schemas"]["Id"];
                /** @description `timestamp` of the last pull; absent, empty, `null`, `undefined` or `0` if there was none. */
                last_pulled_at?: string;
                /** @description Version of the app's schema; for the log only. */
                schema_version?: string;
                /** @description What the app's schema has gained since the last pull, as the library says it (JSON); `null` if nothing. */
                migration?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": {
                     *         "measurements": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "notes": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": [
                     *             {
                     *               "actor_id": "0192f000-0000-7000-8000-000000000043",
                     *               "at": 1795424591120,
                     *               "audience": "field",
                     *               "id": "0192f000-0000-7000-8000-0000000000d1",
                     *               "text": "کنار تیر برق",
                     *               "ticket_id": "0192f000-0000-7000-8000-0000000000a1",
                     *               "work_order_id": null
                     *             }
                     *           ]
                     *         },
                     *         "photos": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "sync_messages": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "tickets": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "visits": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "work_events": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         },
                     *         "work_orders": {
                     *           "created": [],
                     *           "deleted": [],
                     *           "updated": []
                     *         }
                     *       },
                     *       "timestamp": 1795424591
                     *     }
                     */
                    "application/json": components["schemas"]["WatermelonPulled"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            413: components["responses"]["batch_too_large"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    sync_watermelon_push: {
        parameters: {
            query: {
                /** @description The device, as `POST /v1/sync/devices` registered it. */
                device: components["schemas"]["Id"];
                /** @description `timestamp` of the last pull. */
                last_pulled_at?: string;
                /** @description The app's clock, milliseconds since 1970: with it a wrong clock does no harm. */
                sent_at?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `changes` as the library makes it, or `{"changes": …}` */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "changes": {
                 *         "notes": {
                 *           "created": [
                 *             {
                 *               "at": 1795424591120,
                 *               "id": "k3v9x0a1b2c3d4e5",
                 *               "text": "کنار تیر برق",
                 *               "ticket_id": "0192f000-0000-7000-8000-0000000000a1"
                 *             }
                 *           ],
                 *           "deleted": [],
                 *           "updated": []
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WatermelonPush"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "id": "k3v9x0a1b2c3d4e5",
                     *           "status": "applied",
                     *           "table": "notes"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["WatermelonPushed"];
                };
            };
            400: components["responses"]["malformed.bad_envelope"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["conflict"];
            413: components["responses"]["batch_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "created_by": "0192f000-0000-7000-8000-000000000041",
                     *           "dead": 0,
                     *           "description": "Notices for citizens",
                     *           "events": [
                     *             "ticket.created",
                     *             "ticket.status_changed"
                     *           ],
                     *           "failing_since": null,
                     *           "failures": 0,
                     *           "fault": null,
                     *           "id": "0192f000-0000-7000-8000-000000000091",
                     *           "old_secret_until": null,
                     *           "pending": 0,
                     *           "retry_at": null,
                     *           "rev": 1,
                     *           "state": "active",
                     *           "succeeded_at": "2026-11-23T05:43:10.000000Z",
                     *           "updated_at": "2026-11-23T05:42:00.000000Z",
                     *           "url": "https://hooks.example.org/bazdid"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_WebhookView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "active": true,
                 *       "description": "Notices for citizens",
                 *       "events": [
                 *         "ticket.created",
                 *         "ticket.status_changed"
                 *       ],
                 *       "url": "https://hooks.example.org/bazdid"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     *       "webhook": {
                     *         "created_at": "2026-11-23T05:42:00.000000Z",
                     *         "created_by": "0192f000-0000-7000-8000-000000000041",
                     *         "dead": 0,
                     *         "description": "Notices for citizens",
                     *         "events": [
                     *           "ticket.created",
                     *           "ticket.status_changed"
                     *         ],
                     *         "failing_since": null,
                     *         "failures": 0,
                     *         "fault": null,
                     *         "id": "0192f000-0000-7000-8000-000000000091",
                     *         "old_secret_until": null,
                     *         "pending": 0,
                     *         "retry_at": null,
                     *         "rev": 1,
                     *         "state": "active",
                     *         "succeeded_at": null,
                     *         "updated_at": "2026-11-23T05:42:00.000000Z",
                     *         "url": "https://hooks.example.org/bazdid"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookSecretView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["conflict"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "created_by": "0192f000-0000-7000-8000-000000000041",
                     *       "dead": 0,
                     *       "description": "Notices for citizens",
                     *       "events": [
                     *         "ticket.created",
                     *         "ticket.status_changed"
                     *       ],
                     *       "failing_since": null,
                     *       "failures": 0,
                     *       "fault": null,
                     *       "id": "0192f000-0000-7000-8000-000000000091",
                     *       "old_secret_until": null,
                     *       "pending": 0,
                     *       "retry_at": null,
                     *       "rev": 1,
                     *       "state": "active",
                     *       "succeeded_at": "2026-11-23T05:43:10.000000Z",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "url": "https://hooks.example.org/bazdid"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_update: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "active": false,
                 *       "description": "Notices for citizens",
                 *       "events": [
                 *         "ticket.created",
                 *         "ticket.status_changed"
                 *       ],
                 *       "url": "https://hooks.example.org/bazdid"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "created_by": "0192f000-0000-7000-8000-000000000041",
                     *       "dead": 0,
                     *       "description": "Notices for citizens",
                     *       "events": [
                     *         "ticket.created",
                     *         "ticket.status_changed"
                     *       ],
                     *       "failing_since": null,
                     *       "failures": 0,
                     *       "fault": null,
                     *       "id": "0192f000-0000-7000-8000-000000000091",
                     *       "old_secret_until": null,
                     *       "pending": 0,
                     *       "retry_at": null,
                     *       "rev": 2,
                     *       "state": "disabled",
                     *       "succeeded_at": "2026-11-23T05:43:10.000000Z",
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "url": "https://hooks.example.org/bazdid"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the response has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_deliveries: {
        parameters: {
            query?: {
                /** @description In one state. */
                state?: components["schemas"]["DeliveryState"];
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "attempts": 14,
                     *           "due_at": null,
                     *           "event": "0192f000-0000-8000-8000-000000000092",
                     *           "fault": "status",
                     *           "seq": 1812,
                     *           "state": "dead",
                     *           "status": 503,
                     *           "ticket": "0192f000-0000-7000-8000-000000000051",
                     *           "timestamp": "2026-11-23T05:43:09.000000Z",
                     *           "tried_at": "2026-11-26T08:00:00.000000Z",
                     *           "type": "ticket.created"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Listed_WebhookDeliveryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_ping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": 0,
                     *       "due_at": "2026-11-23T05:43:09.000000Z",
                     *       "event": "0192f000-0000-7000-8000-000000000093",
                     *       "fault": null,
                     *       "seq": 1820,
                     *       "state": "pending",
                     *       "status": null,
                     *       "ticket": null,
                     *       "timestamp": "2026-11-23T05:43:09.000000Z",
                     *       "tried_at": null,
                     *       "type": "webhook.ping"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookDeliveryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "seq": 1812
                 *     }
                 */
                "application/json": components["schemas"]["WebhookRetryBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveries": 1
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookRetryView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    webhooks_rotate: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_hours": 24
                 *     }
                 */
                "application/json": components["schemas"]["WebhookRotateBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     *       "webhook": {
                     *         "created_at": "2026-11-23T05:42:00.000000Z",
                     *         "created_by": "0192f000-0000-7000-8000-000000000041",
                     *         "dead": 0,
                     *         "description": "Notices for citizens",
                     *         "events": [
                     *           "ticket.created",
                     *           "ticket.status_changed"
                     *         ],
                     *         "failing_since": null,
                     *         "failures": 0,
                     *         "fault": null,
                     *         "id": "0192f000-0000-7000-8000-000000000091",
                     *         "old_secret_until": "2026-11-24T05:42:00.000000Z",
                     *         "pending": 0,
                     *         "retry_at": null,
                     *         "rev": 2,
                     *         "state": "active",
                     *         "succeeded_at": "2026-11-23T05:43:10.000000Z",
                     *         "updated_at": "2026-11-23T05:42:00.000000Z",
                     *         "url": "https://hooks.example.org/bazdid"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookSecretView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_list: {
        parameters: {
            query?: {
                /**
                 * @description In one of these states, separated by commas; `draft`: nobody could be asked.
                 * @example offered,accepted
                 */
                state?: string;
                /** @description Of this kind. */
                kind?: components["schemas"]["WorkOrderKind"];
                /** @description Held by this organisation. */
                organisation?: components["schemas"]["Id"];
                /** @description Held by this person. */
                account?: components["schemas"]["Id"];
                /** @description Of a ticket in this area (id or code) or below it. */
                area?: string;
                /**
                 * @description With its evidence so far. A page may hold fewer orders than asked for, or none, and still have a `next_cursor`: go on
                 *     until there is none.
                 */
                evidence?: components["schemas"]["EvidenceState"];
                /** @description Held by this organisation or person. */
                held_by?: string;
                /**
                 * @description With this flag.
                 * @example hold_requested
                 */
                flag?: string;
                /** @description Of a ticket of one of these priorities, separated by commas. */
                priority?: string;
                /** @description Of a ticket of one of these hazards, separated by commas. */
                hazard?: string;
                /** @description Only those whose answer, work or review was due before now. */
                late?: boolean;
                /** @description Only those whose answer, work or review is due before this instant. */
                due_before?: components["schemas"]["Instant"];
                /**
                 * @description `age`: the newest first (as without it); `due`: those of which an answer, work or a review is due, the earliest first. `-` reverses.
                 * @example due
                 */
                sort?: string;
                /** @description Whether to count the rows of all pages; not together with `evidence`, which is derived page by page. */
                total?: boolean;
                /** @description Rows in the page. */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
                 *     no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "accept_due": "2026-11-23T06:10:30.000000Z",
                     *           "account": null,
                     *           "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "coverage": "0192f000-0000-7000-8000-000000000062",
                     *           "created_at": "2026-11-23T05:42:00.000000Z",
                     *           "epoch": 1,
                     *           "evidence": "missing",
                     *           "evidence_needs": {
                     *             "photos": [
                     *               {
                     *                 "kind": "before",
                     *                 "min": 1
                     *               },
                     *               {
                     *                 "kind": "after",
                     *                 "min": 1
                     *               }
                     *             ],
                     *             "stored": true
                     *           },
                     *           "explanation": {
                     *             "boundary": "clear",
                     *             "chosen": {
                     *               "contract": "0192f000-0000-7000-8000-000000000061",
                     *               "coverage": "0192f000-0000-7000-8000-000000000062",
                     *               "organisation": "0192f000-0000-7000-8000-000000000021",
                     *               "rank": 1
                     *             },
                     *             "considered": [
                     *               {
                     *                 "contract": "0192f000-0000-7000-8000-000000000061",
                     *                 "coverage": "0192f000-0000-7000-8000-000000000062",
                     *                 "en": "The first valid coverage of this place and category.",
                     *                 "fa": "نخستین پوشش معتبر برای این محل و دسته است.",
                     *                 "free": 39,
                     *                 "number": "1405/137",
                     *                 "organisation": "0192f000-0000-7000-8000-000000000021",
                     *                 "rank": 1,
                     *                 "verdict": "chosen"
                     *               }
                     *             ],
                     *             "decided_at": "2026-11-23T05:42:00.000000Z",
                     *             "how": "contract",
                     *             "other_categories": 4
                     *           },
                     *           "findings": null,
                     *           "flags": [],
                     *           "id": "0192f000-0000-7000-8000-0000000000b1",
                     *           "kind": "repair",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "reason": null,
                     *           "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *           "rev": 1,
                     *           "review_at": null,
                     *           "round": 1,
                     *           "state": "offered",
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "updated_at": "2026-11-23T05:42:00.000000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "total": null
                     *     }
                     */
                    "application/json": components["schemas"]["Counted_WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            422: components["responses"]["validation"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "assignments": [
                     *         {
                     *           "account": null,
                     *           "answer": "accepted",
                     *           "answered_at": "2026-11-23T06:10:30.000000Z",
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "epoch": 1,
                     *           "expires_at": "2026-11-23T06:10:30.000000Z",
                     *           "id": "0192f000-0000-7000-8000-0000000000b2",
                     *           "offered_at": "2026-11-23T05:42:00.000000Z",
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "rank": 1,
                     *           "reason": null,
                     *           "until_epoch": 1
                     *         }
                     *       ],
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "complete",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "explanation": {
                     *         "boundary": "clear",
                     *         "chosen": {
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "coverage": "0192f000-0000-7000-8000-000000000062",
                     *           "organisation": "0192f000-0000-7000-8000-000000000021",
                     *           "rank": 1
                     *         },
                     *         "considered": [
                     *           {
                     *             "contract": "0192f000-0000-7000-8000-000000000061",
                     *             "coverage": "0192f000-0000-7000-8000-000000000062",
                     *             "en": "The first valid coverage of this place and category.",
                     *             "fa": "نخستین پوشش معتبر برای این محل و دسته است.",
                     *             "free": 39,
                     *             "number": "1405/137",
                     *             "organisation": "0192f000-0000-7000-8000-000000000021",
                     *             "rank": 1,
                     *             "verdict": "chosen"
                     *           }
                     *         ],
                     *         "decided_at": "2026-11-23T05:42:00.000000Z",
                     *         "how": "contract",
                     *         "other_categories": 4
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 4,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "rounds": [
                     *         {
                     *           "defects": [],
                     *           "epoch": 1,
                     *           "id": "0192f000-0000-7000-8000-0000000000c1",
                     *           "note": null,
                     *           "number": 1,
                     *           "rev": 1,
                     *           "rework_due": null,
                     *           "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *           "submitted_by": {
                     *             "id": "0192f000-0000-7000-8000-000000000043",
                     *             "name": "مریم احمدی"
                     *           },
                     *           "submitted_org": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "ticket": {
                     *             "category": {
                     *               "code": "roads.pothole",
                     *               "id": "0192f000-0000-7000-8000-000000000032",
                     *               "name_en": "Pothole",
                     *               "name_fa": "چاله در سواره‌رو"
                     *             },
                     *             "code": "0485123976",
                     *             "hazard": "low",
                     *             "id": "0192f000-0000-7000-8000-0000000000a1",
                     *             "place": {
                     *               "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *               "areas": [
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000011",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000012",
                     *                   "name": "District 3"
                     *                 },
                     *                 {
                     *                   "id": "0192f000-0000-7000-8000-000000000013",
                     *                   "name": "District 2"
                     *                 }
                     *               ]
                     *             },
                     *             "priority": "normal",
                     *             "promise_at": "2026-11-25T10:00:00.000000Z"
                     *           },
                     *           "verdict": "pending",
                     *           "verdict_at": null,
                     *           "verdict_by": null,
                     *           "without_bytes": null,
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ],
                     *       "state": "submitted",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T05:42:00.000000Z",
                     *       "work_events": [
                     *         {
                     *           "actor": "0192f000-0000-7000-8000-000000000043",
                     *           "args": {
                     *             "visit": "0192f000-0000-7000-8000-0000000000e1"
                     *           },
                     *           "at": "2026-11-23T09:03:11.120000Z",
                     *           "epoch": 1,
                     *           "id": "0192f000-0000-7000-8000-000000001003",
                     *           "kind": "start",
                     *           "standing": "effective",
                     *           "ticket": "0192f000-0000-7000-8000-0000000000a1",
                     *           "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *           "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderDetail"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_cancel: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "not_needed"
                 *     }
                 */
                "application/json": components["schemas"]["CodedReason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": "not_needed",
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "cancelled",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_close: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "complete",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 6,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "closed",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T10:00:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": [
                     *         {
                     *           "organisation": {
                     *             "id": "0192f000-0000-7000-8000-000000000021",
                     *             "name": "Rahsazan"
                     *           },
                     *           "others": [],
                     *           "pairs": [
                     *             {
                     *               "after": {
                     *                 "actor": {
                     *                   "id": "0192f000-0000-7000-8000-000000000043",
                     *                   "name": "مریم احمدی"
                     *                 },
                     *                 "bytes": 348211,
                     *                 "captured_at": "2026-11-23T09:03:11.120000Z",
                     *                 "captured_est": "2026-11-23T09:03:11.120000Z",
                     *                 "content": {
                     *                   "original": "/v1/photos/0192f000-0000-7000-8000-0000000000f2/content?size=original",
                     *                   "screen": "/v1/photos/0192f000-0000-7000-8000-0000000000f2/content?size=screen",
                     *                   "thumb": "/v1/photos/0192f000-0000-7000-8000-0000000000f2/content?size=thumb"
                     *                 },
                     *                 "device": "0192f000-0000-7000-8000-000000000071",
                     *                 "heading_deg": 120,
                     *                 "height": 3000,
                     *                 "id": "0192f000-0000-7000-8000-0000000000f2",
                     *                 "kind": "after",
                     *                 "mime": "image/jpeg",
                     *                 "mock": "real",
                     *                 "organisation": {
                     *                   "id": "0192f000-0000-7000-8000-000000000021",
                     *                   "name": "Rahsazan"
                     *                 },
                     *                 "point": {
                     *                   "accuracy_m": 8,
                     *                   "lat": 36.2688,
                     *                   "lon": 50.0041
                     *                 },
                     *                 "received_at": "2026-11-23T09:03:11.120000Z",
                     *                 "removed_at": null,
                     *                 "rev": 2,
                     *                 "sha256": "abababababababababababababababababababababababababababababababab",
                     *                 "state": "stored",
                     *                 "ticket": {
                     *                   "category": {
                     *                     "code": "roads.pothole",
                     *                     "id": "0192f000-0000-7000-8000-000000000032",
                     *                     "name_en": "Pothole",
                     *                     "name_fa": "چاله در سواره‌رو"
                     *                   },
                     *                   "code": "0485123976",
                     *                   "hazard": "low",
                     *                   "id": "0192f000-0000-7000-8000-0000000000a1",
                     *                   "place": {
                     *                     "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *                     "areas": [
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000011",
                     *                         "name": "District 3"
                     *                       },
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000012",
                     *                         "name": "District 3"
                     *                       },
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000013",
                     *                         "name": "District 2"
                     *                       }
                     *                     ]
                     *                   },
                     *                   "priority": "normal",
                     *                   "promise_at": "2026-11-25T10:00:00.000000Z"
                     *                 },
                     *                 "ticket_id": "0192f000-0000-7000-8000-0000000000a1",
                     *                 "verdicts": [
                     *                   {
                     *                     "check": "distance",
                     *                     "figures": {
                     *                       "allowed_m": 46,
                     *                       "distance_m": 6.4,
                     *                       "photo_accuracy_m": 8,
                     *                       "radius_m": 30,
                     *                       "ticket_accuracy_m": 8
                     *                     },
                     *                     "result": "ok",
                     *                     "sentence": {
                     *                       "en": "The photo was taken 6 m from the ticket; up to 46 m is accepted.",
                     *                       "fa": "عکس ۶ متر با محل درخواست فاصله دارد؛ تا ۴۶ متر پذیرفته است."
                     *                     }
                     *                   }
                     *                 ],
                     *                 "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *                 "width": 4000,
                     *                 "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *               },
                     *               "before": {
                     *                 "actor": {
                     *                   "id": "0192f000-0000-7000-8000-000000000043",
                     *                   "name": "مریم احمدی"
                     *                 },
                     *                 "bytes": 348211,
                     *                 "captured_at": "2026-11-23T09:03:11.120000Z",
                     *                 "captured_est": "2026-11-23T09:03:11.120000Z",
                     *                 "content": {
                     *                   "original": "/v1/photos/0192f000-0000-7000-8000-0000000000f1/content?size=original",
                     *                   "screen": "/v1/photos/0192f000-0000-7000-8000-0000000000f1/content?size=screen",
                     *                   "thumb": "/v1/photos/0192f000-0000-7000-8000-0000000000f1/content?size=thumb"
                     *                 },
                     *                 "device": "0192f000-0000-7000-8000-000000000071",
                     *                 "heading_deg": 120,
                     *                 "height": 3000,
                     *                 "id": "0192f000-0000-7000-8000-0000000000f1",
                     *                 "kind": "before",
                     *                 "mime": "image/jpeg",
                     *                 "mock": "real",
                     *                 "organisation": {
                     *                   "id": "0192f000-0000-7000-8000-000000000021",
                     *                   "name": "Rahsazan"
                     *                 },
                     *                 "point": {
                     *                   "accuracy_m": 8,
                     *                   "lat": 36.2688,
                     *                   "lon": 50.0041
                     *                 },
                     *                 "received_at": "2026-11-23T09:03:11.120000Z",
                     *                 "removed_at": null,
                     *                 "rev": 2,
                     *                 "sha256": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
                     *                 "state": "stored",
                     *                 "ticket": {
                     *                   "category": {
                     *                     "code": "roads.pothole",
                     *                     "id": "0192f000-0000-7000-8000-000000000032",
                     *                     "name_en": "Pothole",
                     *                     "name_fa": "چاله در سواره‌رو"
                     *                   },
                     *                   "code": "0485123976",
                     *                   "hazard": "low",
                     *                   "id": "0192f000-0000-7000-8000-0000000000a1",
                     *                   "place": {
                     *                     "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *                     "areas": [
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000011",
                     *                         "name": "District 3"
                     *                       },
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000012",
                     *                         "name": "District 3"
                     *                       },
                     *                       {
                     *                         "id": "0192f000-0000-7000-8000-000000000013",
                     *                         "name": "District 2"
                     *                       }
                     *                     ]
                     *                   },
                     *                   "priority": "normal",
                     *                   "promise_at": "2026-11-25T10:00:00.000000Z"
                     *                 },
                     *                 "ticket_id": "0192f000-0000-7000-8000-0000000000a1",
                     *                 "verdicts": [
                     *                   {
                     *                     "check": "distance",
                     *                     "figures": {
                     *                       "allowed_m": 46,
                     *                       "distance_m": 6.4,
                     *                       "photo_accuracy_m": 8,
                     *                       "radius_m": 30,
                     *                       "ticket_accuracy_m": 8
                     *                     },
                     *                     "result": "ok",
                     *                     "sentence": {
                     *                       "en": "The photo was taken 6 m from the ticket; up to 46 m is accepted.",
                     *                       "fa": "عکس ۶ متر با محل درخواست فاصله دارد؛ تا ۴۶ متر پذیرفته است."
                     *                     }
                     *                   }
                     *                 ],
                     *                 "visit": "0192f000-0000-7000-8000-0000000000e1",
                     *                 "width": 4000,
                     *                 "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *               }
                     *             }
                     *           ],
                     *           "round": {
                     *             "defects": [],
                     *             "epoch": 1,
                     *             "id": "0192f000-0000-7000-8000-0000000000c1",
                     *             "note": null,
                     *             "number": 1,
                     *             "rev": 1,
                     *             "rework_due": null,
                     *             "submitted_at": "2026-11-23T09:03:11.120000Z",
                     *             "submitted_by": {
                     *               "id": "0192f000-0000-7000-8000-000000000043",
                     *               "name": "مریم احمدی"
                     *             },
                     *             "submitted_org": {
                     *               "id": "0192f000-0000-7000-8000-000000000021",
                     *               "name": "Rahsazan"
                     *             },
                     *             "ticket": {
                     *               "category": {
                     *                 "code": "roads.pothole",
                     *                 "id": "0192f000-0000-7000-8000-000000000032",
                     *                 "name_en": "Pothole",
                     *                 "name_fa": "چاله در سواره‌رو"
                     *               },
                     *               "code": "0485123976",
                     *               "hazard": "low",
                     *               "id": "0192f000-0000-7000-8000-0000000000a1",
                     *               "place": {
                     *                 "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *                 "areas": [
                     *                   {
                     *                     "id": "0192f000-0000-7000-8000-000000000011",
                     *                     "name": "District 3"
                     *                   },
                     *                   {
                     *                     "id": "0192f000-0000-7000-8000-000000000012",
                     *                     "name": "District 3"
                     *                   },
                     *                   {
                     *                     "id": "0192f000-0000-7000-8000-000000000013",
                     *                     "name": "District 2"
                     *                   }
                     *                 ]
                     *               },
                     *               "priority": "normal",
                     *               "promise_at": "2026-11-25T10:00:00.000000Z"
                     *             },
                     *             "verdict": "pending",
                     *             "verdict_at": null,
                     *             "verdict_by": null,
                     *             "without_bytes": null,
                     *             "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *           }
                     *         }
                     *       ],
                     *       "evidence": "complete",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "kinds": [
                     *         {
                     *           "declared": 1,
                     *           "evidence": "complete",
                     *           "kind": "before",
                     *           "min": 1,
                     *           "stored": 1
                     *         },
                     *         {
                     *           "declared": 1,
                     *           "evidence": "complete",
                     *           "kind": "after",
                     *           "min": 1,
                     *           "stored": 1
                     *         }
                     *       ],
                     *       "missing": [],
                     *       "work_order": "0192f000-0000-7000-8000-0000000000b1"
                     *     }
                     */
                    "application/json": components["schemas"]["OrderEvidence"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_hold: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Waits for the gas company",
                 *       "review_at": "2026-11-25T10:00:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["HoldBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": "Waits for the gas company",
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 3,
                     *       "review_at": "2026-11-25T10:00:00.000000Z",
                     *       "round": 1,
                     *       "state": "on_hold",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_objection: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The patch sank",
                 *       "rework_due": "2026-11-25T10:00:00.000000Z"
                 *     }
                 */
                "application/json": components["schemas"]["ObjectionBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 2,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 7,
                     *       "review_at": null,
                     *       "round": 2,
                     *       "state": "rework",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T10:00:00.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_offer: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "organisation": "0192f000-0000-7000-8000-000000000022",
                 *       "reason": "The contractor asked for it"
                 *     }
                 */
                "application/json": components["schemas"]["OfferBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": null,
                     *       "coverage": null,
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "explanation": {
                     *         "by": "0192f000-0000-7000-8000-000000000042",
                     *         "chosen": "0192f000-0000-7000-8000-000000000022",
                     *         "decided_at": "2026-11-23T06:10:30.000000Z",
                     *         "how": "by_hand",
                     *         "reason": "The contractor asked for it"
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000022",
                     *         "name": "Contractor of district 3"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 2,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "offered",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T06:10:30.000000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_reassign: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Nobody came"
                 *     }
                 */
                "application/json": components["schemas"]["OfferBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 2,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "explanation": {
                     *         "boundary": "clear",
                     *         "chosen": {
                     *           "contract": "0192f000-0000-7000-8000-000000000061",
                     *           "coverage": "0192f000-0000-7000-8000-000000000062",
                     *           "organisation": "0192f000-0000-7000-8000-000000000021",
                     *           "rank": 1
                     *         },
                     *         "considered": [
                     *           {
                     *             "contract": "0192f000-0000-7000-8000-000000000061",
                     *             "coverage": "0192f000-0000-7000-8000-000000000062",
                     *             "en": "The first valid coverage of this place and category.",
                     *             "fa": "نخستین پوشش معتبر برای این محل و دسته است.",
                     *             "free": 39,
                     *             "number": "1405/137",
                     *             "organisation": "0192f000-0000-7000-8000-000000000021",
                     *             "rank": 1,
                     *             "verdict": "chosen"
                     *           }
                     *         ],
                     *         "decided_at": "2026-11-23T05:42:00.000000Z",
                     *         "how": "contract",
                     *         "other_categories": 4
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000022",
                     *         "name": "Contractor of district 3"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 4,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "offered",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_refuse_hold: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The gas company has been"
                 *     }
                 */
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 3,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "in_progress",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            408: components["responses"]["too_slow"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["validation"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    work_orders_resume: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the thing as you read it
                 * @example "57"
                 */
                "If-Match": string;
            };
            path: {
                /** @description Identity of the thing */
                id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accept_due": "2026-11-23T06:10:30.000000Z",
                     *       "account": null,
                     *       "assignment": "0192f000-0000-7000-8000-0000000000b2",
                     *       "contract": "0192f000-0000-7000-8000-000000000061",
                     *       "coverage": "0192f000-0000-7000-8000-000000000062",
                     *       "created_at": "2026-11-23T05:42:00.000000Z",
                     *       "epoch": 1,
                     *       "evidence": "missing",
                     *       "evidence_needs": {
                     *         "photos": [
                     *           {
                     *             "kind": "before",
                     *             "min": 1
                     *           },
                     *           {
                     *             "kind": "after",
                     *             "min": 1
                     *           }
                     *         ],
                     *         "stored": true
                     *       },
                     *       "findings": null,
                     *       "flags": [],
                     *       "id": "0192f000-0000-7000-8000-0000000000b1",
                     *       "kind": "repair",
                     *       "organisation": {
                     *         "id": "0192f000-0000-7000-8000-000000000021",
                     *         "name": "Rahsazan"
                     *       },
                     *       "reason": null,
                     *       "resolve_due": "2026-11-25T10:00:00.000000Z",
                     *       "rev": 4,
                     *       "review_at": null,
                     *       "round": 1,
                     *       "state": "in_progress",
                     *       "ticket": {
                     *         "category": {
                     *           "code": "roads.pothole",
                     *           "id": "0192f000-0000-7000-8000-000000000032",
                     *           "name_en": "Pothole",
                     *           "name_fa": "چاله در سواره‌رو"
                     *         },
                     *         "code": "0485123976",
                     *         "hazard": "low",
                     *         "id": "0192f000-0000-7000-8000-0000000000a1",
                     *         "place": {
                     *           "address": "خیابان سپه، روبه‌روی پلاک ۱۲",
                     *           "areas": [
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000011",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000012",
                     *               "name": "District 3"
                     *             },
                     *             {
                     *               "id": "0192f000-0000-7000-8000-000000000013",
                     *               "name": "District 2"
                     *             }
                     *           ]
                     *         },
                     *         "priority": "normal",
                     *         "promise_at": "2026-11-25T10:00:00.000000Z"
                     *       },
                     *       "updated_at": "2026-11-23T09:03:11.120000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["unauthenticated.token_expired"];
            403: components["responses"]["forbidden.account_disabled.device_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["invalid_transition"];
            412: components["responses"]["precondition_failed"];
            428: components["responses"]["precondition_required"];
            429: components["responses"]["rate_limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["overloaded.unavailable"];
        };
    };
    health_version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "database": "sqlite",
                     *       "name": "bazdid",
                     *       "schema": 1,
                     *       "version": "0.1.0"
                     *     }
                     */
                    "application/json": components["schemas"]["Version"];
                };
            };
            400: components["responses"]["malformed"];
            500: components["responses"]["internal"];
        };
    };
}
