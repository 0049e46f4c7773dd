//! Instance types: their processors and accelerators.

use serde::{Deserialize, Serialize};

use super::{Set, describe::list};

list!(InstanceTypes InstanceTypesPage: "DescribeInstanceTypes" by "InstanceType", 100 a page, in "instanceTypeSet": InstanceType);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InstanceType {
    pub instance_type: String,
    pub v_cpu_info: Option<CpuInfo>,
    pub processor_info: Option<ProcessorInfo>,
    pub gpu_info: Option<GpuInfo>,
    pub neuron_info: Option<NeuronInfo>,
    pub inference_accelerator_info: Option<InferenceInfo>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CpuInfo {
    pub default_v_cpus: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessorInfo {
    /// `x86_64`, `arm64`, `i386`
    pub supported_architectures: Set<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GpuInfo {
    pub gpus: Set<Gpu>,
    #[serde(rename = "totalGpuMemoryInMiB")]
    pub total_memory_mib: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Gpu {
    pub name: String,
    pub manufacturer: String,
    /// 0 where an instance has a share of one device (`gpuPartitionSize`).
    pub count: u32,
    pub memory_info: DeviceMemory,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceMemory {
    #[serde(rename = "sizeInMiB")]
    pub mib: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NeuronInfo {
    pub neuron_devices: Set<Device>,
    #[serde(rename = "totalNeuronDeviceMemoryInMiB")]
    pub total_memory_mib: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InferenceInfo {
    pub accelerators: Set<Device>,
    #[serde(rename = "totalInferenceMemoryInMiB")]
    pub total_memory_mib: Option<u64>,
}

/// A Trainium, Inferentia or other accelerator that is no GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Device {
    pub name: String,
    /// Not told for Neuron devices, which are Amazon's.
    pub manufacturer: Option<String>,
    pub count: u32,
    pub memory_info: DeviceMemory,
}
