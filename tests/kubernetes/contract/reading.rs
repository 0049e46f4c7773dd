//! Lists: pages, selectors, versions, parts of objects.

use kube::{
    Api,
    api::{ListParams, VersionMatch},
};

use super::{ConfigMap, Place, code, everywhere, map, names, refusal, version};

#[tokio::test]
async fn pages_show_one_moment_though_objects_come_meanwhile() {
    everywhere(async |place: &Place| {
        for name in ["a", "b", "c", "d", "e"] {
            place.create(&map(name, "web")).await;
        }
        let first = place.maps().list(&ListParams::default().limit(2)).await;
        let first = first.expect("a page");
        place.create(&map("zz-late", "web")).await;
        let mut found = first.items.clone();
        let mut token = first.metadata.continue_.clone().unwrap_or_default();
        while !token.is_empty() {
            let next = ListParams::default().limit(2).continue_token(&token);
            let page = place.maps().list(&next).await.expect("a page");
            assert_eq!(
                page.metadata.resource_version,
                first.metadata.resource_version
            );
            found.extend(page.items);
            token = page.metadata.continue_.unwrap_or_default();
        }
        let left = i64::try_from(found.len() - 2).expect("a count");
        assert_eq!(first.metadata.remaining_item_count, Some(left));
        let mut found = names(&found);
        found.retain(|name| *name != "kube-root-ca.crt");
        assert_eq!(found, ["a", "b", "c", "d", "e"]);
    })
    .await;
}

#[tokio::test]
async fn selectors_choose_by_labels_and_by_name() {
    everywhere(async |place: &Place| {
        for (name, app) in [("a", "web"), ("b", "api"), ("c", "web")] {
            place.create(&map(name, app)).await;
        }
        let chosen = async |params: ListParams| {
            let list = place.maps().list(&params).await.expect("a list");
            names(&list.items).join(" ")
        };
        let all = ListParams::default;
        assert_eq!(chosen(all().labels("app=web")).await, "a c");
        assert_eq!(chosen(all().labels("app in (api,db)")).await, "b");
        assert_eq!(chosen(all().labels("app,app!=web")).await, "b");
        assert_eq!(chosen(all().labels("app=none")).await, "");
        assert_eq!(chosen(all().fields("metadata.name=b")).await, "b");
        // How many are left is not counted where a selector chooses.
        let page = place.maps().list(&all().labels("app=web").limit(1)).await;
        let metadata = page.expect("a page").metadata;
        assert!(metadata.continue_.is_some());
        assert_eq!(metadata.remaining_item_count, None);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_a_bad_request() {
    everywhere(async |place: &Place| {
        let wrong = [
            ListParams::default().labels("app in (web"),
            ListParams::default().fields("data.key=value"),
            ListParams::default().limit(1).continue_token("nonsense"),
        ];
        for params in wrong {
            let refused = refusal(place.maps().list(&params).await);
            assert_eq!(refused.code, 400, "{}", refused.message);
        }
    })
    .await;
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_empty() {
    everywhere(async |place: &Place| {
        let elsewhere = format!("{}-none", place.namespace);
        let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &elsewhere);
        let list = maps.list(&ListParams::default()).await.expect("a list");
        assert!(list.items.is_empty());
        let (code, reason) = code(maps.get("a").await);
        assert_eq!((code, reason.as_str()), (404, "NotFound"));
    })
    .await;
}

#[tokio::test]
async fn an_older_version_can_be_asked_for() {
    everywhere(async |place: &Place| {
        let first = place.create(&map("a", "web")).await;
        place.create(&map("b", "web")).await;
        let then = ListParams::default()
            .labels("app")
            .at(version(&first))
            .matching(VersionMatch::Exact);
        let list = place.maps().list(&then).await.expect("a list");
        assert_eq!(names(&list.items), ["a"]);
        assert_eq!(
            list.metadata.resource_version.as_deref(),
            Some(version(&first))
        );
    })
    .await;
}

#[tokio::test]
async fn metadata_can_be_read_alone() {
    everywhere(async |place: &Place| {
        place.create(&map("a", "web")).await;
        let params = ListParams::default().labels("app=web");
        let list = place.maps().list_metadata(&params).await.expect("a list");
        let types = list.items[0].types.as_ref().expect("types");
        assert_eq!(types.kind, "PartialObjectMetadata");
        assert_eq!(list.items[0].metadata.name.as_deref(), Some("a"));
    })
    .await;
}

#[tokio::test]
async fn discovery_tells_what_is_served() {
    everywhere(async |place: &Place| {
        let core = place.client.list_core_api_resources("v1").await;
        let core = core.expect("a list").resources;
        let maps = core.iter().find(|resource| resource.name == "configmaps");
        let maps = maps.expect("config maps");
        assert!(maps.namespaced && maps.verbs.iter().any(|verb| verb == "watch"));
        let groups = place.client.list_api_groups().await.expect("groups").groups;
        assert!(groups.iter().any(|group| group.name == "apps"));
        let unknown = place
            .client
            .list_api_group_resources("awsdeck.example/v1")
            .await;
        assert_eq!(refusal(unknown).code, 404);
        let version = place.client.apiserver_version().await.expect("a version");
        assert_eq!(version.major, "1");
    })
    .await;
}
