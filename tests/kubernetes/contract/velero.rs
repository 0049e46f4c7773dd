//! Velero, where it is installed; where it is not, its group is not served.

use kube::{
    Api,
    api::{
        ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams,
    },
    runtime::wait::await_condition,
};
use serde_json::{Value, json};

use super::{Place, everywhere, refusal};

/// Where Velero runs.
const NAMESPACE: &str = "velero";

/// A kind of Velero, if its group is served; what is not installed must be told as a 404.
async fn kind(place: &Place, kind: &str) -> Option<Api<DynamicObject>> {
    let groups = place.client.list_api_groups().await.expect("groups").groups;
    if !groups.iter().any(|group| group.name == "velero.io") {
        let resources = place.client.list_api_group_resources("velero.io/v1").await;
        assert_eq!(refusal(resources).code, 404);
        return None;
    }
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("velero.io", "v1", kind));
    Some(Api::namespaced_with(
        place.client.clone(),
        NAMESPACE,
        &resource,
    ))
}

fn object(kind: &str, spec: &Value) -> DynamicObject {
    let value = json!({
        "apiVersion": "velero.io/v1",
        "kind": kind,
        "metadata": {"generateName": "awsdeck-test-", "namespace": NAMESPACE},
        "spec": spec,
    });
    serde_json::from_value(value).expect("an object")
}

fn dry() -> PostParams {
    PostParams {
        dry_run: true,
        ..PostParams::default()
    }
}

#[tokio::test]
async fn a_restore_has_no_status_of_its_own() {
    everywhere(async |place: &Place| {
        let Some(restores) = kind(place, "Restore").await else {
            return;
        };
        let status = json!({"status": {"phase": "Completed"}});
        let patched = restores
            .patch_status("none", &PatchParams::default(), &Patch::Merge(status))
            .await;
        assert_eq!(refusal(patched).code, 404);
    })
    .await;
}

#[tokio::test]
async fn the_schema_refuses_a_target_that_there_is_not() {
    everywhere(async |place: &Place| {
        let Some(requests) = kind(place, "DownloadRequest").await else {
            return;
        };
        let spec = json!({"target": {"kind": "Nonsense", "name": "a"}});
        let refused = refusal(
            requests
                .create(&dry(), &object("DownloadRequest", &spec))
                .await,
        );
        assert_eq!((refused.code, refused.reason.as_str()), (422, "Invalid"));
    })
    .await;
}

#[tokio::test]
async fn a_misspelt_field_of_a_restore_is_dropped_unless_it_is_refused() {
    everywhere(async |place: &Place| {
        if kind(place, "Restore").await.is_none() {
            return;
        }
        let send = async |validation: &str| {
            let path = format!(
                "/apis/velero.io/v1/namespaces/{NAMESPACE}/restores?dryRun=All&fieldValidation={validation}"
            );
            let restore = object("Restore", &json!({"backupName": "a", "includedNamespace": ["a"]}));
            let body = serde_json::to_vec(&restore).expect("JSON");
            let request = http::Request::post(path).header("content-type", "application/json");
            place.client.request::<Value>(request.body(body).expect("a request")).await
        };
        let refused = refusal(send("Strict").await);
        assert_eq!(refused.code, 400);
        assert!(refused.message.contains("includedNamespace"), "{refused}");
        let made = send("Warn").await.expect("an answer");
        assert_eq!(made["spec"], json!({"backupName": "a"}));
    })
    .await;
}

#[tokio::test]
async fn a_restore_of_no_backup_fails_its_validation() {
    everywhere(async |place: &Place| {
        let Some(restores) = kind(place, "Restore").await else {
            return;
        };
        let spec = json!({"backupName": "awsdeck-test-none"});
        let made = restores
            .create(&PostParams::default(), &object("Restore", &spec))
            .await;
        let name = made.expect("a restore").metadata.name;
        let name = name.expect("a name");
        let decided = |restore: Option<&DynamicObject>| {
            restore.is_some_and(|restore| restore.data["status"]["phase"].is_string())
        };
        let seen = await_condition(restores.clone(), &name, decided).await;
        let deleted = restores.delete(&name, &DeleteParams::default()).await;
        deleted.expect("a deletion");
        let status = &seen.expect("a watch").expect("a restore").data["status"];
        assert_eq!(status["phase"], "FailedValidation");
        let errors = status["validationErrors"].to_string();
        assert!(errors.contains("awsdeck-test-none"), "{errors}");
    })
    .await;
}
