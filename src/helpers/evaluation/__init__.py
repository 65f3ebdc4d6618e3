"""Judge recommendations: arrays in, numbers out; no module here knows a model."""
