//! Where EC2 is: an override of the user, else the region's own address by partition.

use aws_types::{SdkConfig, service_config::ServiceConfigKey};

use super::ConfigError;

/// The kinds of endpoint that a region offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    pub fips: bool,
    pub dual_stack: bool,
}

/// A partition and how its host names end.
struct Partition {
    /// How its region codes begin.
    regions: &'static [&'static str],
    suffix: &'static str,
    dual_stack_suffix: &'static str,
    /// The regions where the plain name meets FIPS 140 already.
    plain_is_fips: bool,
}

/// Commercial regions have no prefix of their own, so they stand last.
const PARTITIONS: &[Partition] = &[
    partition(&["cn-"], "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    Partition {
        plain_is_fips: true,
        ..partition(&["us-gov-"], "amazonaws.com", "api.aws")
    },
    partition(&["us-iso-"], "c2s.ic.gov", "api.aws.ic.gov"),
    partition(&["us-isob-"], "sc2s.sgov.gov", "api.aws.scloud"),
    partition(&["eu-isoe-"], "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition(&["us-isof-"], "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition(&["eusc-"], "amazonaws.eu", "api.amazonwebservices.eu"),
    partition(&[""], "amazonaws.com", "api.aws"),
];

const fn partition(
    regions: &'static [&'static str],
    suffix: &'static str,
    dual_stack_suffix: &'static str,
) -> Partition {
    Partition {
        regions,
        suffix,
        dual_stack_suffix,
        plain_is_fips: false,
    }
}

/// The endpoint that the configuration asks for, in the order of the official clients: the
/// program's own, then the service's (`AWS_ENDPOINT_URL_EC2`, a `services` section), then the
/// general one, then the region's.
pub(super) fn resolve(sdk: &SdkConfig) -> Result<String, ConfigError> {
    let variant = Variant {
        fips: sdk.use_fips().unwrap_or_default(),
        dual_stack: sdk.use_dual_stack().unwrap_or_default(),
    };
    if let Some(url) = overridden(sdk, "EC2")? {
        return match variant {
            Variant { fips: true, .. } => Err(ConfigError::FipsWithCustomUrl),
            Variant {
                dual_stack: true, ..
            } => Err(ConfigError::DualStackWithCustomUrl),
            _ => Ok(url),
        };
    }
    let region = sdk.region().ok_or(ConfigError::NoRegion)?;
    Ok(default_url(region.as_ref(), variant))
}

/// The URL that the configuration names for `service` (its SDK service id), if it names one.
pub fn overridden(sdk: &SdkConfig, service: &str) -> Result<Option<String>, ConfigError> {
    let general = sdk.endpoint_url().map(ToOwned::to_owned);
    if sdk.get_origin("endpoint_url").is_client_config() {
        return Ok(general);
    }
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .map_err(|error| ConfigError::ServiceKey(error.to_string()))?;
    let own = sdk
        .service_config()
        .and_then(|config| config.load_config(key));
    Ok(own.or(general))
}

/// The public address of EC2 in `region`.
#[must_use]
pub fn default_url(region: &str, variant: Variant) -> String {
    let found = PARTITIONS.iter().find(|partition| {
        partition
            .regions
            .iter()
            .any(|start| region.starts_with(start))
    });
    let Some(partition) = found else {
        return format!("https://ec2.{region}.amazonaws.com");
    };
    let suffix = if variant.dual_stack {
        partition.dual_stack_suffix
    } else {
        partition.suffix
    };
    let plain = !variant.fips || (partition.plain_is_fips && !variant.dual_stack);
    let name = if plain { "ec2" } else { "ec2-fips" };
    format!("https://{name}.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use aws_types::region::Region;

    use super::*;

    fn sdk() -> aws_types::sdk_config::Builder {
        SdkConfig::builder().region(Region::new("eu-west-1"))
    }

    /// Settings of one service, as a `services` section or a variable gives them.
    #[derive(Debug)]
    struct Section(&'static str, &'static str);

    impl aws_types::service_config::LoadServiceConfig for Section {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            (key.service_id() == self.0).then(|| self.1.to_owned())
        }
    }

    #[test]
    fn a_services_own_setting_beats_the_general_one_and_leaves_other_services_alone() {
        let general = "http://127.0.0.1:5000";
        let config = |id| {
            let builder = sdk().endpoint_url(general);
            builder
                .service_config(Section(id, "http://127.0.0.1:6000"))
                .build()
        };
        assert_eq!(resolve(&config("EC2")), Ok("http://127.0.0.1:6000".into()));
        assert_eq!(resolve(&config("RDS")), Ok(general.into()));
        assert_eq!(
            resolve(&sdk().build()),
            Ok("https://ec2.eu-west-1.amazonaws.com".into())
        );
    }

    #[test]
    fn fips_and_dual_stack_exclude_a_custom_url() {
        let custom = || sdk().endpoint_url("http://127.0.0.1:5000");
        assert_eq!(
            resolve(&custom().use_fips(true).build()),
            Err(ConfigError::FipsWithCustomUrl)
        );
        assert_eq!(
            resolve(&custom().use_dual_stack(true).build()),
            Err(ConfigError::DualStackWithCustomUrl)
        );
        assert_eq!(
            resolve(&SdkConfig::builder().build()),
            Err(ConfigError::NoRegion)
        );
    }
}
