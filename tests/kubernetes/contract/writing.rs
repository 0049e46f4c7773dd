//! Writes: what is refused, what is kept, what is only tried.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use serde_json::{Value, json};

use super::{ConfigMap, Place, code, everywhere, map, refusal, version};

/// Who the cases say they are.
const MANAGER: &str = "awsdeck-test";

fn merge(change: Value) -> Patch<Value> {
    Patch::Merge(change)
}

#[tokio::test]
async fn a_name_is_given_once() {
    everywhere(async |place: &Place| {
        place.create(&map("a", "web")).await;
        let again = place
            .maps()
            .create(&PostParams::default(), &map("a", "web"))
            .await;
        assert_eq!(code(again), (409, "AlreadyExists".into()));
        let generated = ConfigMap {
            metadata: ObjectMeta {
                generate_name: Some("a-".into()),
                ..ObjectMeta::default()
            },
            ..ConfigMap::default()
        };
        let name = place.create(&generated).await.metadata.name;
        let name = name.expect("a name");
        assert_eq!((&name[..2], name.len()), ("a-", 7));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_older_version_is_a_conflict() {
    everywhere(async |place: &Place| {
        let old = place.create(&map("a", "web")).await;
        let maps = place.maps();
        let params = PatchParams::default();
        let change = merge(json!({"data": {"key": "theirs"}}));
        maps.patch("a", &params, &change).await.expect("a patch");
        let replaced = maps.replace("a", &PostParams::default(), &old).await;
        assert_eq!(code(replaced), (409, "Conflict".into()));
        let stale = merge(json!({
            "metadata": {"resourceVersion": version(&old)},
            "data": {"key": "mine"},
        }));
        let patched = maps.patch("a", &params, &stale).await;
        assert_eq!(code(patched), (409, "Conflict".into()));
        let kept = maps.get("a").await.expect("an answer").data;
        assert_eq!(kept.expect("data")["key"], "theirs");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_cannot_be_changed() {
    everywhere(async |place: &Place| {
        let maps = place.maps();
        let change = merge(json!({"data": {"key": "other"}}));
        let patched = maps.patch("none", &PatchParams::default(), &change).await;
        assert_eq!(code(patched), (404, "NotFound".into()));
        let deleted = maps.delete("none", &DeleteParams::default()).await;
        assert_eq!(code(deleted), (404, "NotFound".into()));
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_none_is_invalid() {
    everywhere(async |place: &Place| {
        let made = place
            .maps()
            .create(&PostParams::default(), &map("No_Name", "web"))
            .await;
        let refused = refusal(made);
        assert_eq!((refused.code, refused.reason.as_str()), (422, "Invalid"));
        let causes = refused.details.expect("details").causes;
        assert_eq!(causes[0].field, "metadata.name");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_field_is_refused_where_that_is_asked_for_and_dropped_otherwise() {
    everywhere(async |place: &Place| {
        let send = async |validation: &str| {
            let path = format!(
                "/api/v1/namespaces/{}/configmaps?dryRun=All&fieldValidation={validation}",
                place.namespace
            );
            let body = json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "a"},
                "dta": {"key": "value"},
            });
            let request = http::Request::post(path).header("content-type", "application/json");
            let request = request
                .body(body.to_string().into_bytes())
                .expect("a request");
            place.client.request::<Value>(request).await
        };
        let refused = refusal(send("Strict").await);
        assert_eq!(refused.code, 400);
        assert!(
            refused.message.contains("unknown field \"dta\""),
            "{refused}"
        );
        for lenient in ["Warn", "Ignore"] {
            let made = send(lenient).await.expect("an answer");
            assert_eq!(
                (&made["metadata"]["name"], &made["dta"]),
                (&json!("a"), &Value::Null)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_only_tried_is_not_kept() {
    everywhere(async |place: &Place| {
        let dry = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let tried = place.maps().create(&dry, &map("a", "web")).await;
        assert!(tried.expect("an answer").metadata.uid.is_some());
        assert!(
            place
                .maps()
                .get_opt("a")
                .await
                .expect("an answer")
                .is_none()
        );
        place.create(&map("a", "web")).await;
        let deleted = place
            .maps()
            .delete("a", &DeleteParams::default().dry_run())
            .await;
        deleted.expect("an answer");
        assert!(
            place
                .maps()
                .get_opt("a")
                .await
                .expect("an answer")
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn an_apply_conflicts_with_the_manager_of_a_field_unless_forced() {
    everywhere(async |place: &Place| {
        let wanted = |value: &str| {
            Patch::Apply(json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "a"},
                "data": {"key": value},
            }))
        };
        let maps = place.maps();
        let (one, two) = (PatchParams::apply(MANAGER), PatchParams::apply("another"));
        maps.patch("a", &one, &wanted("1"))
            .await
            .expect("a creation");
        // The same value is no conflict.
        maps.patch("a", &two, &wanted("1")).await.expect("a share");
        let refused = refusal(maps.patch("a", &two, &wanted("2")).await);
        assert_eq!((refused.code, refused.reason.as_str()), (409, "Conflict"));
        let cause = &refused.details.expect("details").causes[0];
        assert_eq!(
            (cause.reason.as_str(), cause.field.as_str()),
            ("FieldManagerConflict", ".data.key")
        );
        assert!(cause.message.contains(MANAGER), "{}", cause.message);
        let forced = maps.patch("a", &two.force(), &wanted("2")).await;
        assert_eq!(forced.expect("a patch").data.expect("data")["key"], "2");
    })
    .await;
}

#[tokio::test]
async fn a_merge_patch_removes_what_it_sets_to_null() {
    everywhere(async |place: &Place| {
        place.create(&map("a", "web")).await;
        let change = merge(json!({"data": {"key": null, "new": "1"}}));
        let patched = place
            .maps()
            .patch("a", &PatchParams::default(), &change)
            .await;
        let data = patched.expect("a patch").data.expect("data");
        assert_eq!(
            data.into_iter().collect::<Vec<_>>(),
            [("new".into(), "1".into())]
        );
    })
    .await;
}

#[tokio::test]
async fn a_finalizer_holds_an_object_until_it_is_taken_away() {
    everywhere(async |place: &Place| {
        let mut held = map("a", "web");
        held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
        place.create(&held).await;
        let maps = place.maps();
        let deleted = maps.delete("a", &DeleteParams::default()).await;
        deleted.expect("a deletion");
        let going = maps.get("a").await.expect("an answer");
        assert!(going.metadata.deletion_timestamp.is_some());
        let free = merge(json!({"metadata": {"finalizers": null}}));
        let freed = maps.patch("a", &PatchParams::default(), &free).await;
        freed.expect("a patch");
        assert!(maps.get_opt("a").await.expect("an answer").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_deletion_can_name_the_object_that_it_means() {
    everywhere(async |place: &Place| {
        let made = place.create(&map("a", "web")).await;
        let of = |uid: Option<String>| {
            DeleteParams::default().preconditions(Preconditions {
                uid,
                ..Preconditions::default()
            })
        };
        let other = "00000000-0000-4000-8000-000000000000".to_owned();
        let refused = place.maps().delete("a", &of(Some(other))).await;
        assert_eq!(code(refused), (409, "Conflict".into()));
        let deleted = place.maps().delete("a", &of(made.metadata.uid)).await;
        deleted.expect("a deletion");
    })
    .await;
}
