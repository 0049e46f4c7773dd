//! How the lists and maps of built-in kinds are merged: by a key, as a set, or as a whole.

/// The fields by which the items of a list are told apart; empty for a set of plain values, none for
/// a list that is one value. Custom kinds have only the latter.
pub(crate) fn list_keys(field: &str) -> Option<&'static [&'static str]> {
    Some(match field {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "resourceClaims"
        | "schedulingGates"
        | "resourceClaimStatuses" => &["name"],
        "volumeMounts" => &["mountPath"],
        "volumeDevices" => &["devicePath"],
        "ports" => &["containerPort", "protocol"],
        "conditions" => &["type"],
        "podIPs" => &["ip"],
        "ownerReferences" | "reservedFor" => &["uid"],
        "topologySpreadConstraints" => &["topologyKey", "whenUnsatisfiable"],
        "finalizers" => &[],
        _ => return None,
    })
}

/// The one field by which a strategic merge patch tells items apart.
pub(crate) fn merge_key(field: &str) -> Option<&'static str> {
    list_keys(field)?.first().copied()
}

/// Whether a map is one value to field managers.
pub(crate) fn is_atomic(field: &str) -> bool {
    matches!(
        field,
        "selector"
            | "nodeSelector"
            | "labelSelector"
            | "secretRef"
            | "configMapKeyRef"
            | "secretKeyRef"
            | "fieldRef"
            | "resourceFieldRef"
            | "claimRef"
            | "involvedObject"
    )
}
