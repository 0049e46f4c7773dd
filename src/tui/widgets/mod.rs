//! Parts that views are made of: virtual tables and trees, bars, sparklines, heat cells, gauges.
