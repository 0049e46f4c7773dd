//! What each account spends on a working day, by service as the bill names it.

use super::super::super::estate::{Environment, Estate, HOME, Purpose, Role, Site};

const COMPUTE: &str = super::ANOMALY_SERVICE;
const EC2_OTHER: &str = "EC2 - Other";
const RDS: &str = "Amazon Relational Database Service";
const EKS: &str = "Amazon Elastic Container Service for Kubernetes";
const S3: &str = "Amazon Simple Storage Service";
const ELB: &str = "Amazon Elastic Load Balancing";
const CACHE: &str = "Amazon ElastiCache";
const WATCH: &str = "AmazonCloudWatch";
const VPC: &str = "Amazon Virtual Private Cloud";
const BACKUP: &str = "AWS Backup";
const SAGEMAKER: &str = "Amazon SageMaker";
const ROUTE53: &str = "Amazon Route 53";
const KMS: &str = "AWS Key Management Service";
const TAX: &str = "AWS Support (Business)";

/// Cents of a working day in January 2025, by service, the largest first.
pub(super) fn of(estate: &Estate, site: &Site) -> Vec<(&'static str, i64)> {
    let Role::Workload(environment, purpose) = site.role else {
        return match site.role {
            Role::Management => vec![(TAX, 24_000), (WATCH, 1_100), (KMS, 150)],
            _ => vec![(S3, 240)],
        };
    };
    if !site.is_reference() {
        let scale = 40 + i64::from(estate.seed.below(&format!("rate/{}", site.id), 400));
        let mut rates = vec![(COMPUTE, scale * 12)];
        if environment == Environment::Prod {
            rates.push((S3, scale * 2));
        }
        return rates;
    }
    // Staging costs a fifth of production, development less.
    let percent = match environment {
        Environment::Prod => 100,
        Environment::Staging => 19,
        Environment::Dev => 7,
    };
    let whole: &[(&'static str, i64)] = match purpose {
        Purpose::Ml => &[
            (COMPUTE, 118_000),
            (SAGEMAKER, 9_200),
            (S3, 8_800),
            (EC2_OTHER, 7_400),
            (RDS, 2_600),
            (WATCH, 1_900),
            (EKS, 1_200),
            (BACKUP, 650),
        ],
        Purpose::App => &[
            (COMPUTE, 21_000),
            (RDS, 12_300),
            (EC2_OTHER, 4_600),
            (CACHE, 3_900),
            (ELB, 2_700),
            (WATCH, 2_200),
            (S3, 1_500),
            (EKS, 1_200),
            (BACKUP, 900),
        ],
        Purpose::Shared => &[
            (VPC, 6_100),
            (EC2_OTHER, 3_300),
            (WATCH, 1_400),
            (S3, 900),
            (KMS, 310),
            (ROUTE53, 260),
        ],
    };
    let scaled = whole
        .iter()
        .map(|(service, cents)| (*service, cents * percent / 100));
    scaled.collect()
}

/// How much of a working day a day of the weekend costs.
pub(super) fn weekend_percent(service: &str) -> i64 {
    match service {
        COMPUTE => 72,
        SAGEMAKER => 45,
        ELB | WATCH | EC2_OTHER => 85,
        _ => 100,
    }
}

/// The region as usage types begin with it.
pub(super) fn prefix(region: &str) -> &'static str {
    if region == HOME { "EU" } else { "EUC1" }
}
