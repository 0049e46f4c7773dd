//! `[network]`: where new networks may lie, and what is taken outside of AWS.

use ipnet::{IpNet, Ipv4Net};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Address space as the planner of networks knows it beside what it reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Addressing {
    /// Where free blocks are looked for, in this order.
    #[serde(deserialize_with = "four")]
    #[schemars(with = "Vec<String>")]
    pub pools: Vec<Ipv4Net>,
    /// Networks outside of AWS that VPCs talk to: no VPC may have a part of them.
    #[serde(deserialize_with = "blocks")]
    #[schemars(with = "Vec<String>")]
    pub on_premises: Vec<IpNet>,
    /// Blocks that are kept free for something.
    pub reserved: Vec<Reserved>,
}

/// Blocks and what they are kept free for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reserved {
    pub name: String,
    #[serde(deserialize_with = "blocks")]
    #[schemars(with = "Vec<String>")]
    pub blocks: Vec<IpNet>,
}

impl Default for Addressing {
    fn default() -> Self {
        Self {
            pools: "10.0.0.0/8".parse().into_iter().collect(),
            on_premises: Vec::new(),
            reserved: Vec::new(),
        }
    }
}

/// Blocks without host bits: `10.1.2.3/16` is a slip of the pen, and nobody knows which.
fn blocks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let block = |text: &String| {
        let block: IpNet = text.trim().parse().map_err(|_| {
            D::Error::custom(format!(
                "`{text}` is no block of addresses: write 10.0.0.0/8"
            ))
        })?;
        if block == block.trunc() {
            return Ok(block);
        }
        Err(D::Error::custom(format!(
            "{text} has host bits set: the block is {}",
            block.trunc()
        )))
    };
    texts.iter().map(block).collect()
}

/// The same for what AWS can give to a VPC as its own.
fn four<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Ipv4Net>, D::Error> {
    let four = |block| match block {
        IpNet::V4(block) => Ok(block),
        IpNet::V6(block) => Err(D::Error::custom(format!(
            "{block} is IPv6: blocks for VPCs are IPv4"
        ))),
    };
    blocks(from)?.into_iter().map(four).collect()
}
