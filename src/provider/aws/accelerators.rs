//! What an instance type is and which accelerators it carries: asked once, remembered for all
//! accounts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    ec2::{Describe, InstanceType, InstanceTypes, List},
    error::Call,
    network::client,
    session::Sessions,
};
use crate::{
    model::{Place, cluster::Accelerator, compute::Machine},
    provider::Result,
};

/// EC2 takes up to 200 values in a filter.
const TYPES_IN_A_CALL: usize = 200;

/// Accelerators by instance type. Cheap to clone; all clones share what they know.
#[derive(Clone, Debug)]
pub struct Accelerators {
    sessions: Sessions,
    /// A type is the same in every account and region.
    known: Arc<Mutex<HashMap<String, Machine>>>,
}

impl Accelerators {
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        let known = Arc::default();
        Self { sessions, known }
    }

    /// The accelerators of those `types` that have any. A type that the region does not offer is
    /// left out, and asked again next time.
    pub async fn of(
        &self,
        place: &Place,
        types: &[String],
    ) -> Result<HashMap<String, Accelerator>> {
        let machines = self.machines(place, types).await?.into_iter();
        let with = |machine: Machine| Some((machine.instance_type, machine.accelerator?));
        Ok(machines.filter_map(with).collect())
    }

    /// Those of the `types` that the region offers.
    pub async fn machines(&self, place: &Place, types: &[String]) -> Result<Vec<Machine>> {
        let missing: Vec<&str> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let unknown = |kind: &&String| !known.contains_key(*kind);
            types.iter().filter(unknown).map(String::as_str).collect()
        };
        if !missing.is_empty() {
            let ec2 = client(&self.sessions, place).await?;
            for chunk in missing.chunks(TYPES_IN_A_CALL) {
                // By filter: one unknown type among ids would fail the whole call.
                let ask = Describe::all().filter("instance-type", chunk);
                let found = ec2
                    .list::<InstanceTypes>(&ask)
                    .await
                    .map_err(|error| Call::new("ec2", InstanceTypes::ACTION, place).error(error))?;
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.extend(found.iter().map(|kind| {
                    let machine = machine(kind);
                    (machine.instance_type.clone(), machine)
                }));
            }
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(types
            .iter()
            .filter_map(|kind| known.get(kind).cloned())
            .collect())
    }
}

fn machine(kind: &InstanceType) -> Machine {
    let built = kind.processor_info.as_ref();
    let built = built.map(|info| info.supported_architectures.item.as_slice());
    Machine {
        instance_type: kind.instance_type.clone(),
        vcpus: kind
            .v_cpu_info
            .as_ref()
            .map_or(0, |info| info.default_v_cpus),
        arm: built.is_some_and(|built| built.iter().any(|name| name == "arm64")),
        accelerator: accelerator(kind),
    }
}

/// What `kind` carries: GPUs, else Neuron devices, else inference accelerators of the first kind.
fn accelerator(kind: &InstanceType) -> Option<Accelerator> {
    let gpus = kind.gpu_info.as_ref().and_then(|info| {
        let first = info.gpus.item.first()?;
        let count = info.gpus.item.iter().map(|gpu| gpu.count).sum();
        let each = first.memory_info.mib.unwrap_or_default();
        Some(Accelerator {
            maker: first.manufacturer.clone(),
            model: first.name.clone(),
            count,
            memory_mib: info.total_memory_mib.unwrap_or(each * u64::from(count)),
        })
    });
    let neuron = kind.neuron_info.as_ref();
    let neuron = neuron.map(|info| (&info.neuron_devices, info.total_memory_mib));
    let inference = kind.inference_accelerator_info.as_ref();
    let inference = inference.map(|info| (&info.accelerators, info.total_memory_mib));
    gpus.or_else(|| {
        let (devices, memory) = neuron.or(inference)?;
        let first = devices.item.first()?;
        let count = devices.item.iter().map(|device| device.count).sum();
        let each = first.memory_info.mib.unwrap_or_default();
        Some(Accelerator {
            maker: first.manufacturer.clone().unwrap_or_else(|| "AWS".into()),
            model: first.name.clone(),
            count,
            memory_mib: memory.unwrap_or(each * u64::from(count)),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Option<Accelerator> {
        accelerator(&quick_xml::de::from_str(xml).expect("readable"))
    }

    #[test]
    fn gpus_are_counted_with_the_memory_of_all_of_them() {
        let found = read(
            "<item><instanceType>p5.48xlarge</instanceType><gpuInfo><gpus><item><count>8</count>
            <manufacturer>NVIDIA</manufacturer><memoryInfo><sizeInMiB>81920</sizeInMiB></memoryInfo>
            <name>H100</name></item></gpus><totalGpuMemoryInMiB>655360</totalGpuMemoryInMiB></gpuInfo></item>",
        );
        let wanted = Accelerator {
            maker: "NVIDIA".into(),
            model: "H100".into(),
            count: 8,
            memory_mib: 655_360,
        };
        assert_eq!(found, Some(wanted));
    }

    #[test]
    fn neuron_devices_are_amazons_own() {
        let found = read(
            "<item><instanceType>trn1.2xlarge</instanceType><neuronInfo><neuronDevices><item>
            <count>1</count><name>Trainium</name><memoryInfo><sizeInMiB>32768</sizeInMiB></memoryInfo>
            </item></neuronDevices></neuronInfo></item>",
        )
        .expect("one device");
        assert_eq!((found.maker.as_str(), found.memory_mib), ("AWS", 32_768));
        assert_eq!(
            read("<item><instanceType>t3.medium</instanceType></item>"),
            None
        );
    }
}
