"""What experiments name in their files: probes, tolerances and controls, kept compatible with the field."""
