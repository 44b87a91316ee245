//! The catalogue. One line per rule, in alphabetical order.

use crate::rule::{Rule, Surface};

/// Declares the modules and the table, and proves at compile time that ids
/// are kebab-case, strictly ascending (hence unique) and named like their file.
macro_rules! catalogue {
    ($($module:ident)+) => {
        $(
            #[doc = concat!("Rule [`", stringify!($module), "`](", stringify!($module), "::RULE).")]
            pub mod $module;
        )+

        /// Every rule, sorted by id.
        pub static RULES: &[Rule] = &[$($module::RULE),+];

        const _: () = validate(&[$($module::RULE),+], &[$(stringify!($module)),+]);
    };
}

catalogue! {
    ambassador_port_exposed
    annotation_policy
    apparmor_unconfined
    autoscaler_missing
    capability_added
    capability_ineffective
    capability_not_dropped
    config_change_no_rollout
    config_image_mutable
    config_image_volume_available
    config_key_missing
    container_count_limit
    container_port_policy
    container_restart_policy_invalid
    container_runtime_socket
    cpu_limit_policy
    crd_conversion_invalid
    crd_names_invalid
    crd_printer_columns
    crd_schema_invalid
    crd_status_subresource_missing
    crd_unknown_fields_preserved
    crd_v1beta1_migrate
    crd_versions_invalid
    cron_defaults_implicit
    cron_schedule_invalid
    dapr_lock_call
    default_namespace_used
    deprecated_api_version
    dns_config_policy
    document_not_checked
    downward_api_field_invalid
    emptydir_unbounded
    env_reference_order
    env_secret_literal
    env_var_policy
    ephemeral_container_denied
    ephemeral_storage_policy
    field_type_invalid
    host_aliases_set
    host_namespaces
    host_port
    hostpath_volume
    hpa_bounds_invalid
    hpa_fixed_replicas
    hpa_target_missing
    hpa_target_without_requests
    hpa_vpa_conflict
    image_digest_missing
    image_pull_policy
    image_pull_secret_missing
    image_registry_policy
    image_source_retired
    image_tag_mutable
    immutable_config_unversioned
    ingress_backend_missing
    ingress_class_policy
    ingress_conflict
    ingress_host_open
    ingress_nginx_annotation_unsafe
    ingress_tls_missing
    init_fetch_unpinned
    invalid_name
    job_sidecar_blocks_completion
    job_spec_invalid
    kind_denied
    label_policy
    leader_election_lease_rbac
    leader_election_obsolete_lock
    lifecycle_handler_invalid
    liveness_probe_missing
    liveness_scope_too_wide
    memory_limit_missing
    misplaced_field
    mount_propagation_bidirectional
    naked_pod
    namespace_pod_security_labels
    namespace_quota_missing
    native_sidecar_startup_probe_missing
    network_policy_missing
    networkpolicy_dns_blocked
    networkpolicy_egress_open
    networkpolicy_peer_or_trap
    networkpolicy_selects_nothing
    node_label_retired
    node_name_pinned
    node_selection_policy
    non_root_image_unknown
    object_duplicate
    obsolete_annotation
    operator_rbac_incomplete
    pdb_disruption_share
    pdb_missing
    pdb_selects_nothing
    pdb_single_replica
    pdb_unhealthy_policy
    pdb_unsatisfiable
    port_invalid
    poststart_blocks_start
    prestop_exceeds_grace
    prestop_exec_sleep
    priority_class_policy
    privilege_escalation_allowed
    privileged_container
    probe_exec_command_denied
    probe_file_on_readonly_root
    probe_handler_invalid
    probe_host_set
    probe_on_init_container
    probe_port_undeclared
    probe_timing_bounds
    probe_timing_invalid
    probe_timing_risky
    proc_mount_unmasked
    process_namespace_shared
    pvc_access_mode_policy
    qos_class_policy
    quantity_suspicious
    rbac_privileged_grant
    rbac_wildcard
    read_only_root_needs_scratch
    readiness_probe_missing
    reference_not_in_bundle
    removed_api_version
    replica_bounds
    replicas_not_spread
    request_exceeds_limit
    required_field_missing
    resource_bounds
    resource_requests_missing
    restart_policy_invalid
    rolebinding_dangling
    rolling_update_without_readiness
    rollout_cannot_progress
    rollout_not_rolling
    root_filesystem_writable
    run_as_non_root_missing
    run_as_root
    run_as_user_only
    runtime_class_policy
    rwo_volume_multi_attach
    seccomp_missing
    seccomp_unconfined
    secret_in_env
    secret_plaintext
    secret_reference_policy
    security_context_invalid
    selector_template_mismatch
    selinux_custom
    service_account_policy
    service_account_token_automount
    service_external_ips
    service_externalname_unsafe
    service_links_enabled
    service_port_range
    service_selector_duplicate
    service_selects_nothing
    service_target_port_unknown
    service_type_policy
    servicemonitor_selects_nothing
    shutdown_drain_missing
    sidecar_not_native
    sidecar_start_order
    singleton_rolling_update
    startup_probe_budget
    startup_probe_missing
    statefulset_service_not_headless
    storage_class_policy
    suppression_expired
    suppression_malformed
    suppression_not_allowed
    suppression_unknown_rule
    suppression_unused
    suppression_without_reason
    sysctl_unsafe
    termination_grace_excessive
    toleration_too_broad
    topology_spread_invalid
    uid_gid_policy
    user_namespace_available
    volume_mount_policy
    volume_type_restricted
    webhook_service_exposed
    windows_host_process
    windows_run_as_user
    workload_powerful_account
    yaml_duplicate_key
    yaml_scalar_trap
    yaml_syntax_invalid
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.get(index(id)?)
}

/// Index in [`RULES`] of the rule of this id.
pub(crate) fn index(id: &str) -> Option<usize> {
    RULES.binary_search_by(|rule| rule.id.cmp(id)).ok()
}

/// The same, of this id or of this former id.
pub(crate) fn index_or_alias(id: &str) -> Option<usize> {
    index(id).or_else(|| RULES.iter().position(|rule| rule.aliases.contains(&id)))
}

/// The rule of this id, or of this former id.
pub fn find_or_alias(id: &str) -> Option<&'static Rule> {
    RULES.get(index_or_alias(id)?)
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
const fn validate(rules: &[Rule], modules: &[&str]) {
    let mut i = 0;
    while i < rules.len() {
        let (id, module) = (rules[i].id.as_bytes(), modules[i].as_bytes());
        assert!(id.len() == module.len(), "a rule's id is its file name with `-` for `_`");
        let mut at = 0;
        while at < id.len() {
            let expected = if module[at] == b'_' { b'-' } else { module[at] };
            assert!(id[at] == expected, "a rule's id is its file name with `-` for `_`");
            let kebab = id[at].is_ascii_lowercase() || id[at].is_ascii_digit() || id[at] == b'-';
            assert!(kebab, "a rule's id is kebab-case");
            at += 1;
        }
        assert!(!rules[i].title.is_empty(), "a rule needs a title");
        assert!(!rules[i].surfaces.is_empty(), "a rule needs a surface");
        assert!(
            !rules[i].reads.is_empty() || !matches!(rules[i].surfaces, [Surface::Bundle]),
            "a rule that needs a bundle says what it reads of a cluster, or why it does not"
        );
        assert!(
            i == 0 || less(rules[i - 1].id.as_bytes(), id),
            "rules are sorted by id, without duplicates"
        );
        i += 1;
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
const fn less(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
        i += 1;
    }
    a.len() < b.len()
}
