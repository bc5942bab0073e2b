//! The tables, as both databases have them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    organisations (id) {
        id -> Key,
        rev -> BigInt,
        code -> Text,
        kind -> Text,
        name_fa -> Text,
        name_en -> Text,
        parent_id -> Nullable<Key>,
        state -> Text,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    accounts (id) {
        id -> Key,
        rev -> BigInt,
        login -> Text,
        display_name -> Text,
        locale -> Text,
        state -> Text,
        phone_encrypted -> Nullable<Binary>,
        created_at -> Micros,
        updated_at -> Micros,
        name_folded -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    role_grants (id) {
        id -> Key,
        account_id -> Key,
        role -> Text,
        organisation_id -> Nullable<Key>,
        areas -> Doc,
        valid_from -> Micros,
        valid_to -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    devices (id) {
        id -> Key,
        rev -> BigInt,
        account_id -> Key,
        nonce -> Text,
        name -> Text,
        platform -> Text,
        app_version -> Text,
        enrolled_at -> Micros,
        revoked_at -> Nullable<Micros>,
        last_pull_at -> Nullable<Micros>,
        last_push_at -> Nullable<Micros>,
        applied_through -> BigInt,
        chain -> Text,
        clock_offset_us -> BigInt,
        clock_trust -> Text,
        last_eff -> Micros,
        pending -> BigInt,
        acked_through -> BigInt,
        retired -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    areas (id) {
        id -> Key,
        rev -> BigInt,
        code -> Text,
        kind -> Text,
        parent_id -> Nullable<Key>,
        name_fa -> Text,
        name_en -> Text,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    area_shapes (id) {
        id -> Key,
        area_id -> Key,
        valid_from -> Micros,
        valid_to -> Nullable<Micros>,
        geometry -> Doc,
        vertices -> BigInt,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    checklists (id) {
        id -> Key,
        rev -> BigInt,
        code -> Text,
        version -> BigInt,
        items -> Doc,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    categories (id) {
        id -> Key,
        rev -> BigInt,
        code -> Text,
        parent_id -> Nullable<Key>,
        name_fa -> Text,
        name_en -> Text,
        synonyms -> Doc,
        owner_id -> Nullable<Key>,
        hazard -> Text,
        default_priority -> Text,
        evidence -> Doc,
        needs_inspection -> Bool,
        accept_minutes -> BigInt,
        resolve_minutes -> BigInt,
        evidence_radius_m -> Double,
        evidence_thresholds -> Doc,
        checklist_id -> Nullable<Key>,
        state -> Text,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    contracts (id) {
        id -> Key,
        rev -> BigInt,
        number -> Text,
        organisation_id -> Key,
        valid_from -> Micros,
        valid_to -> Micros,
        status -> Text,
        daily_capacity -> Nullable<BigInt>,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    coverages (id) {
        id -> Key,
        rev -> BigInt,
        contract_id -> Key,
        area_id -> Key,
        category_id -> Nullable<Key>,
        descent -> Text,
        rank -> BigInt,
        valid_from -> Micros,
        valid_to -> Nullable<Micros>,
        daily_capacity -> Nullable<BigInt>,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    tickets (id) {
        id -> Key,
        rev -> BigInt,
        stamp -> Micros,
        code -> Text,
        category_id -> Key,
        text -> Text,
        address_text -> Nullable<Text>,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Nullable<Double>,
        point_source -> Text,
        areas -> Doc,
        leaf_areas -> Doc,
        boundary -> Text,
        priority -> Text,
        hazard -> Text,
        status -> Text,
        status_reason -> Nullable<Text>,
        origin -> Text,
        created_by -> Key,
        created_device -> Nullable<Key>,
        created_org -> Nullable<Key>,
        created_at -> Micros,
        promise_at -> Nullable<Micros>,
        duplicate_of -> Nullable<Key>,
        supporters -> BigInt,
        source_ref -> Nullable<Text>,
        registers -> Doc,
        updated_at -> Micros,
        text_folded -> Text,
        cell -> BigInt,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    ticket_areas (area_id, ticket_id) {
        area_id -> Key,
        ticket_id -> Key,
        leaf -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    status_changes (id) {
        id -> Key,
        ticket_id -> Key,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor -> Nullable<Key>,
        reason -> Nullable<Text>,
        at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    field_edits (id) {
        id -> Key,
        mutation_id -> Key,
        ticket_id -> Key,
        field -> Text,
        value -> Doc,
        actor -> Key,
        office -> Bool,
        base -> BigInt,
        v -> BigInt,
        eff -> Micros,
        device_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    calls (id) {
        id -> Key,
        ticket_id -> Nullable<Key>,
        outcome -> Text,
        caller_hash -> Nullable<Binary>,
        caller_encrypted -> Nullable<Binary>,
        taken_by -> Key,
        taken_at -> Micros,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    work_orders (id) {
        id -> Key,
        rev -> BigInt,
        stamp -> Micros,
        ticket_id -> Key,
        kind -> Text,
        state -> Text,
        epoch -> BigInt,
        round -> BigInt,
        assignment_id -> Nullable<Key>,
        organisation_id -> Nullable<Key>,
        account_id -> Nullable<Key>,
        contract_id -> Nullable<Key>,
        coverage_id -> Nullable<Key>,
        explanation -> Doc,
        evidence -> Doc,
        flags -> Doc,
        accept_due -> Nullable<Micros>,
        resolve_due -> Nullable<Micros>,
        reason -> Nullable<Text>,
        review_at -> Nullable<Micros>,
        submitted_by -> Nullable<Key>,
        submitted_org -> Nullable<Key>,
        findings -> Nullable<Doc>,
        created_at -> Micros,
        updated_at -> Micros,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    assignments (id) {
        id -> Key,
        rev -> BigInt,
        work_order_id -> Key,
        ticket_id -> Key,
        epoch -> BigInt,
        until_epoch -> BigInt,
        organisation_id -> Nullable<Key>,
        account_id -> Nullable<Key>,
        contract_id -> Nullable<Key>,
        coverage_id -> Nullable<Key>,
        rank -> BigInt,
        offered_at -> Micros,
        expires_at -> Nullable<Micros>,
        answer -> Nullable<Text>,
        reason -> Nullable<Text>,
        answered_at -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    work_events (id) {
        id -> Key,
        rev -> BigInt,
        work_order_id -> Key,
        ticket_id -> Key,
        epoch -> BigInt,
        kind -> Text,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        device_id -> Nullable<Key>,
        visit_id -> Nullable<Key>,
        args -> Doc,
        at -> Micros,
        eff -> Micros,
        standing -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    rounds (id) {
        id -> Key,
        rev -> BigInt,
        work_order_id -> Key,
        ticket_id -> Key,
        number -> BigInt,
        epoch -> BigInt,
        submitted_by -> Key,
        submitted_org -> Nullable<Key>,
        submitted_at -> Micros,
        event_id -> Key,
        verdict -> Text,
        verdict_by -> Nullable<Key>,
        verdict_at -> Nullable<Micros>,
        verdict_mutation -> Nullable<Key>,
        defects -> Doc,
        note -> Nullable<Text>,
        rework_due -> Nullable<Micros>,
        without_bytes -> Nullable<Text>,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    visits (id) {
        id -> Key,
        rev -> BigInt,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        kind -> Text,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        device_id -> Nullable<Key>,
        arrived_at -> Micros,
        arrived_est -> Micros,
        received_at -> Micros,
        left_est -> Nullable<Micros>,
        lat -> Nullable<Double>,
        lon -> Nullable<Double>,
        accuracy_m -> Nullable<Double>,
        mock -> Text,
        distance_m -> Nullable<Double>,
        outcome -> Nullable<Text>,
        eff -> Micros,
        writes -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    patrols (id) {
        id -> Key,
        rev -> BigInt,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        device_id -> Nullable<Key>,
        area_id -> Nullable<Key>,
        started_at -> Nullable<Micros>,
        started_est -> Nullable<Micros>,
        finished_at -> Micros,
        finished_est -> Micros,
        received_at -> Micros,
        start_lat -> Nullable<Double>,
        start_lon -> Nullable<Double>,
        start_accuracy_m -> Nullable<Double>,
        end_lat -> Nullable<Double>,
        end_lon -> Nullable<Double>,
        end_accuracy_m -> Nullable<Double>,
        mock -> Text,
        outcome -> Text,
        tickets -> Doc,
        note -> Nullable<Text>,
        eff -> Micros,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    notes (id) {
        id -> Key,
        rev -> BigInt,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        actor -> Nullable<Key>,
        organisation_id -> Nullable<Key>,
        audience -> Text,
        text -> Text,
        eff -> Micros,
        removed_at -> Nullable<Micros>,
        writes -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    measurements (id) {
        id -> Key,
        rev -> BigInt,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        visit_id -> Nullable<Key>,
        epoch -> Nullable<BigInt>,
        item -> Text,
        quantity -> Double,
        unit -> Text,
        supersedes -> Nullable<Key>,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        eff -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    checklist_answers (id) {
        id -> Key,
        rev -> BigInt,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        visit_id -> Key,
        checklist_id -> Key,
        item -> Text,
        value -> Doc,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        mutation_id -> Key,
        eff -> Micros,
        standing -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    photos (id) {
        id -> Key,
        rev -> BigInt,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        visit_id -> Nullable<Key>,
        kind -> Text,
        actor -> Key,
        organisation_id -> Nullable<Key>,
        device_id -> Nullable<Key>,
        sha256 -> Text,
        bytes -> BigInt,
        mime -> Text,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        captured_at -> Micros,
        captured_est -> Micros,
        lat -> Nullable<Double>,
        lon -> Nullable<Double>,
        accuracy_m -> Nullable<Double>,
        heading_deg -> Nullable<Double>,
        mock -> Text,
        state -> Text,
        verdicts -> Doc,
        eff -> Micros,
        removed_at -> Nullable<Micros>,
        received_at -> Micros,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;

    uploads (id) {
        id -> Key,
        photo_id -> Key,
        ticket_id -> Key,
        account_id -> Key,
        device_id -> Nullable<Key>,
        length -> BigInt,
        metadata -> Text,
        state -> Text,
        created_at -> Micros,
        expires_at -> Micros,
        ended_at -> Nullable<Micros>,
        received_sha256 -> Nullable<Text>,
        kept -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    pictures (sha256) {
        sha256 -> Text,
        state -> Text,
        attempts -> BigInt,
        due_at -> Nullable<Micros>,
        fault -> Nullable<Text>,
        reading -> Nullable<Doc>,
        fingerprint -> Nullable<BigInt>,
        gap -> Nullable<Text>,
        screen_bytes -> Nullable<BigInt>,
        thumb_bytes -> Nullable<BigInt>,
        number -> Nullable<BigInt>,
        stored_at -> Micros,
        read_at -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    conflicts (id) {
        id -> Key,
        rev -> BigInt,
        key -> Text,
        kind -> Text,
        severity -> Text,
        ticket_id -> Key,
        work_order_id -> Nullable<Key>,
        areas -> Doc,
        base -> Doc,
        theirs -> Doc,
        mine -> Doc,
        mutation_id -> Key,
        other_mutation_id -> Nullable<Key>,
        default_in_force -> Text,
        status -> Text,
        resolution -> Nullable<Text>,
        resolved_by -> Nullable<Key>,
        resolved_at -> Nullable<Micros>,
        note -> Nullable<Text>,
        raised_at -> Micros,
        stored_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    audit_entries (id) {
        id -> Key,
        at -> Micros,
        actor -> Nullable<Key>,
        action -> Text,
        entity_kind -> Text,
        entity_id -> Key,
        detail -> Doc,
        request_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    credentials (account_id) {
        account_id -> Key,
        password_hash -> Text,
        changed_at -> Micros,
        must_change -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    notices (id) {
        id -> Key,
        kind -> Text,
        account_id -> Key,
        raised_at -> Micros,
        seen_by -> Nullable<Key>,
        seen_at -> Nullable<Micros>,
        raised_by -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    inbox_claims (item) {
        item -> Text,
        account_id -> Key,
        claimed_at -> Micros,
        ends_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    access_codes (hash) {
        hash -> Binary,
        account_id -> Key,
        purpose -> Text,
        created_at -> Micros,
        expires_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    sessions (id) {
        id -> Key,
        account_id -> Key,
        created_at -> Micros,
        revoked_at -> Nullable<Micros>,
        revoked_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    session_devices (session_id, device_id) {
        session_id -> Key,
        device_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> Key,
        issued_at -> Micros,
        expires_at -> Micros,
        used_at -> Nullable<Micros>,
        previous -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    login_throttles (subject) {
        subject -> Text,
        failures -> BigInt,
        last_at -> Micros,
        blocked_until -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    signing_keys (kid) {
        kid -> Text,
        sealed -> Binary,
        created_at -> Micros,
        retired_at -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    leases (name) {
        name -> Text,
        holder -> Key,
        taken_at -> Micros,
        ends_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    outbox (position) {
        position -> BigInt,
        id -> Key,
        ticket_id -> Nullable<Key>,
        kind -> Text,
        occurred_at -> Micros,
        data -> Doc,
        relayed_at -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    webhooks (id) {
        id -> Key,
        rev -> BigInt,
        url -> Text,
        description -> Text,
        kinds -> Nullable<Doc>,
        state -> Text,
        secret -> Binary,
        old_secret -> Nullable<Binary>,
        old_secret_until -> Nullable<Micros>,
        failures -> BigInt,
        failing_since -> Nullable<Micros>,
        retry_at -> Nullable<Micros>,
        succeeded_at -> Nullable<Micros>,
        created_by -> Nullable<Key>,
        created_at -> Micros,
        updated_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    webhook_deliveries (position, webhook_id) {
        position -> BigInt,
        webhook_id -> Key,
        ticket_id -> Nullable<Key>,
        state -> Text,
        attempts -> BigInt,
        due_at -> Nullable<Micros>,
        fault -> Nullable<Text>,
        status -> Nullable<BigInt>,
        tried_at -> Nullable<Micros>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    server_state (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    idempotency_keys (account_id, idem_key) {
        account_id -> Key,
        idem_key -> Text,
        request_hash -> Binary,
        status -> BigInt,
        body -> Doc,
        created_at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    coverage_use (subject, day) {
        subject -> Key,
        day -> BigInt,
        used -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    mutations (id) {
        id -> Key,
        device_id -> Key,
        seq -> BigInt,
        group_id -> Nullable<Key>,
        cmd -> Text,
        version -> BigInt,
        entity -> Key,
        base -> Nullable<BigInt>,
        seen_ts -> Nullable<BigInt>,
        epoch -> Nullable<BigInt>,
        at -> Micros,
        up -> Nullable<BigInt>,
        boot -> Nullable<Text>,
        actor -> Key,
        args -> Doc,
        content_hash -> Binary,
        received_at -> Micros,
        est -> Micros,
        eff -> Micros,
        skew_us -> BigInt,
        status -> Text,
        code -> Nullable<Text>,
        conflict_id -> Nullable<Key>,
        result_v -> Nullable<BigInt>,
        detail -> Nullable<Text>,
        waits_for -> Nullable<Key>,
        attempts -> BigInt,
        revised_at -> Nullable<Micros>,
        warnings -> Nullable<Doc>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    channels (no) {
        no -> BigInt,
        name -> Text,
        head -> BigInt,
        floor -> BigInt,
        count -> BigInt,
        digest -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    feed (channel, kind, entity) {
        channel -> BigInt,
        kind -> Text,
        entity -> Key,
        seq -> BigInt,
        v -> BigInt,
        present -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    feed_marks (channel, seq) {
        channel -> BigInt,
        seq -> BigInt,
        at -> Micros,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    watermelon_snapshots (device_id, number) {
        device_id -> Key,
        number -> BigInt,
        taken_at -> Micros,
        positions -> Text,
        messages -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    search_blocks (block) {
        block -> BigInt,
        fold_version -> BigInt,
        newest_at -> Micros,
        oldest_at -> Micros,
    }
}

diesel::table! {
    search_grams (block, gram) {
        block -> BigInt,
        gram -> Text,
        places -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    search_places (place) {
        place -> BigInt,
        ticket_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::types::*;
    search_waiting (seq) {
        seq -> BigInt,
        ticket_id -> Key,
        stored_at -> Micros,
        text_folded -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    accounts,
    role_grants,
    devices,
    areas,
    area_shapes,
    checklists,
    categories,
    contracts,
    coverages,
    tickets,
    ticket_areas,
    status_changes,
    field_edits,
    calls,
    work_orders,
    assignments,
    work_events,
    rounds,
    visits,
    patrols,
    notes,
    measurements,
    checklist_answers,
    photos,
    uploads,
    pictures,
    conflicts,
    audit_entries,
    credentials,
    access_codes,
    notices,
    inbox_claims,
    sessions,
    session_devices,
    refresh_tokens,
    login_throttles,
    signing_keys,
    leases,
    outbox,
    webhooks,
    webhook_deliveries,
    server_state,
    idempotency_keys,
    coverage_use,
    mutations,
    channels,
    feed,
    feed_marks,
    watermelon_snapshots,
    search_blocks,
    search_grams,
    search_places,
    search_waiting
);
